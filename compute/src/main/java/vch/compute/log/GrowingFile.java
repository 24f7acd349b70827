package vch.compute.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Whole lines of a file that may still grow. For one thread at a time.
final class GrowingFile implements AutoCloseable {
  private static final int BLOCK_BYTES = 64 << 10;

  /// conmon writes at most 8 KiB of text in a line; more than this is no line of it.
  private static final int LINE_BYTES_MAX = 1 << 20;

  private final FileChannel channel;
  private final Object key;
  private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK_BYTES).flip();
  private ByteArrayOutputStream begun = new ByteArrayOutputStream();

  private GrowingFile(FileChannel channel, Object key) {
    this.channel = channel;
    this.key = key;
  }

  static GrowingFile open(Path file, long offset) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      channel.position(offset);
      return new GrowingFile(channel, LogFiles.key(file).orElse(file));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Which file this is, whatever its name is by now.
  Object key() {
    return key;
  }

  /// The next line without its line feed; empty when none has ended yet.
  Optional<byte[]> line() throws IOException {
    while (true) {
      while (buffer.hasRemaining()) {
        byte b = buffer.get();
        if (b == '\n') {
          var line = begun.toByteArray();
          begun = new ByteArrayOutputStream(line.length + 64);
          return Optional.of(line);
        }
        if (begun.size() < LINE_BYTES_MAX) {
          begun.write(b);
        }
      }
      buffer.clear();
      int n;
      try {
        n = channel.read(buffer);
      } finally {
        buffer.flip();
      }
      if (n <= 0) {
        return Optional.empty();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
