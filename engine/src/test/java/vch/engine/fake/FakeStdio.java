package vch.engine.fake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import vch.engine.compute.Stdio;

/// Streams in memory: the test says what is read and sees what was written. Safe for any number of
/// threads.
public final class FakeStdio implements Stdio {
  private final LinkedBlockingQueue<Chunk> output = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream input = new ByteArrayOutputStream(); // guarded by this
  private boolean inputClosed; // guarded by this
  private volatile boolean ended;

  /// The process writes.
  public void says(int stream, byte[] bytes) {
    output.add(new Chunk(stream, bytes));
  }

  /// All streams end.
  public void ends() {
    ended = true;
    output.add(Chunk.END);
  }

  @Override
  public Chunk read() throws IOException {
    try {
      var chunk = output.take();
      if (chunk.stream() == 0) {
        output.add(chunk); // stays at its end
      }
      return chunk;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (inputClosed) {
      throw new IOException("standard input was closed");
    }
    input.write(bytes, offset, length);
  }

  @Override
  public synchronized void closeInput() {
    inputClosed = true;
  }

  /// What the process was given.
  public synchronized byte[] written() {
    return input.toByteArray();
  }

  /// True when the process has ended, or nobody listens any more.
  public boolean ended() {
    return ended;
  }

  public synchronized boolean inputClosed() {
    return inputClosed;
  }

  @Override
  public void close() {
    ends();
  }
}
