package vch.engine.compute;

import java.io.IOException;
import java.time.Instant;

/// What a container wrote, line by line.
public interface Logs extends AutoCloseable {
  /// The next line; waits for it when following. [Line#END] after the last one.
  Line next() throws IOException;

  @Override
  void close();

  /// @param stream 1 standard output, 2 standard error, 0 the end
  /// @param text with its line feed, where there was one
  @SuppressWarnings("ArrayRecordComponent") // read once, not kept
  record Line(int stream, Instant at, byte[] text) {
    public static final Line END = new Line(0, Instant.EPOCH, new byte[0]);
  }
}
