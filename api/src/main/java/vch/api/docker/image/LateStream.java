package vch.api.docker.image;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/// An answer that begins with its first byte: what fails before can still have a status. For one
/// thread.
final class LateStream extends OutputStream {
  private final Opening opening;
  private Optional<OutputStream> out = Optional.empty();

  LateStream(Opening opening) {
    this.opening = opening;
  }

  /// Begins the answer.
  interface Opening {
    OutputStream open() throws IOException;
  }

  private OutputStream begun() throws IOException {
    if (out.isEmpty()) {
      out = Optional.of(opening.open());
    }
    return out.get();
  }

  @Override
  public void write(int b) throws IOException {
    begun().write(b);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    begun().write(bytes, from, length);
  }

  @Override
  public void flush() throws IOException {
    if (out.isPresent()) {
      out.get().flush();
    }
  }
}
