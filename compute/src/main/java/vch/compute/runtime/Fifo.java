package vch.compute.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import vch.kernel.libc.Mknod;

/// A FIFO that we read from, or write to, and another process opens by its path. We hold both ends
/// open at first, so that neither our opening nor the other's ever waits; [#begun()] gives up the
/// end that is the other's, so that its death is seen as the end.
///
/// One thread uses it at a time.
final class Fifo implements AutoCloseable {
  private static final int BUFFER_BYTES = 4096;

  private final FileChannel both;
  private final FileChannel ours;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();

  private Fifo(FileChannel both, FileChannel ours) {
    this.both = both;
    this.ours = ours;
  }

  /// Makes it, anew where there is one.
  static Fifo reading(Path path) throws IOException {
    return make(path, StandardOpenOption.READ);
  }

  static Fifo writing(Path path) throws IOException {
    return make(path, StandardOpenOption.WRITE);
  }

  private static Fifo make(Path path, StandardOpenOption ours) throws IOException {
    Files.deleteIfExists(path);
    Mknod.mkfifo(path, 0600);
    var both =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE); // does not wait for the other
    try {
      return new Fifo(both, FileChannel.open(path, ours));
    } catch (IOException e) {
      both.close();
      throw e;
    }
  }

  /// The other process has opened its end.
  void begun() throws IOException {
    both.close();
  }

  /// The next line without its line feed; empty at the end. Waits.
  String line() throws IOException {
    // Not by a Reader: over a file channel it waits for more even when it has a line.
    var line = new ByteArrayOutputStream();
    while (true) {
      while (buffer.hasRemaining()) {
        byte b = buffer.get();
        if (b == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
        line.write(b);
      }
      buffer.clear();
      int n;
      try {
        n = ours.read(buffer);
      } finally {
        buffer.flip();
      }
      if (n < 0) {
        return line.toString(StandardCharsets.UTF_8);
      }
    }
  }

  void write(byte value) throws IOException {
    ours.write(ByteBuffer.wrap(new byte[] {value}));
  }

  @Override
  public void close() throws IOException {
    both.close();
    ours.close();
  }
}
