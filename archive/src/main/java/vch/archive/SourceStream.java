package vch.archive;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Remembers that the stream itself failed. Who decodes it can so tell two faults apart: bytes that
/// did not come, and bytes that mean nothing. For one thread.
final class SourceStream extends FilterInputStream {
  private Optional<IOException> failure = Optional.empty();

  SourceStream(InputStream in) {
    super(in);
  }

  /// What a decoder's failure means: the stream's own, where it failed, else that its bytes are
  /// bad.
  IOException meaning(String what, Exception decoder) {
    return failure.orElseGet(
        () ->
            decoder instanceof BadArchiveException bad
                ? bad
                : new BadArchiveException(what + ": " + reason(decoder), decoder));
  }

  private static String reason(Exception decoder) {
    return decoder instanceof EOFException
        ? "it ends too early"
        : Optional.ofNullable(decoder.getMessage()).orElse(decoder.getClass().getSimpleName());
  }

  private IOException failed(IOException e) {
    failure = Optional.of(e);
    return e;
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    try {
      return super.read(b, off, len);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public long skip(long n) throws IOException {
    try {
      return super.skip(n);
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
