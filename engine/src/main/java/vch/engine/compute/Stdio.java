package vch.engine.compute;

import java.io.IOException;

/// The standard streams of a process, from the outside.
public interface Stdio extends AutoCloseable {
  /// Waits for the next piece of output; empty optional semantics are a null-free end: [Chunk#END]
  /// when all streams have ended.
  Chunk read() throws IOException;

  /// Writes to standard input.
  void write(byte[] bytes, int offset, int length) throws IOException;

  /// Ends standard input.
  void closeInput() throws IOException;

  /// Leaves; the process goes on. A read that waits returns [Chunk#END].
  @Override
  void close();

  /// A piece of output.
  ///
  /// @param stream 1 standard output, 2 standard error, 0 the end
  @SuppressWarnings("ArrayRecordComponent") // read once, not kept
  record Chunk(int stream, byte[] bytes) {
    public static final Chunk END = new Chunk(0, new byte[0]);
  }
}
