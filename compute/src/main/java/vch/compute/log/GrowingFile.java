package vch.compute.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// Whole lines of a file that may still grow. For one thread at a time.
final class GrowingFile implements AutoCloseable {
  private static final int BLOCK_BYTES = 64 << 10;

  /// conmon writes at most 8 KiB of text in a line; more than this is no line of it.
  private static final int LINE_BYTES_MAX = 1 << 20;

  private final FileChannel channel;
  private final InputStream text;
  private final String key;
  private final byte[] block = new byte[BLOCK_BYTES];
  private int next; // in the block
  private int end; // of what is in the block
  private ByteArrayOutputStream begun = new ByteArrayOutputStream();

  private GrowingFile(FileChannel channel, InputStream text, String key) {
    this.channel = channel;
    this.text = text;
    this.key = key;
  }

  /// @param offset in bytes of the text
  static GrowingFile open(LogFile file, long offset) throws IOException {
    var channel = file.open();
    try {
      return new GrowingFile(channel, file.text(channel, offset), file.key());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Which file this is, whatever its name is by now.
  String key() {
    return key;
  }

  /// The next line without its line feed; empty when none has ended yet.
  Optional<byte[]> line() throws IOException {
    while (true) {
      while (next < end) {
        byte b = block[next++];
        if (b == '\n') {
          var line = begun.toByteArray();
          begun = new ByteArrayOutputStream(line.length + 64);
          return Optional.of(line);
        }
        if (begun.size() < LINE_BYTES_MAX) {
          begun.write(b);
        }
      }
      next = 0;
      end = Math.max(0, text.read(block, 0, block.length));
      if (end == 0) {
        return Optional.empty();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
