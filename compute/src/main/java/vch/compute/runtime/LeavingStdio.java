package vch.compute.runtime;

import java.io.IOException;
import vch.engine.compute.Stdio;

/// The streams of a process for one caller, with what happens when that caller leaves.
record LeavingStdio(Stdio streams, Runnable leave) implements Stdio {
  @Override
  public Chunk read() throws IOException {
    return streams.read();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    streams.write(bytes, offset, length);
  }

  @Override
  public void closeInput() throws IOException {
    streams.closeInput();
  }

  @Override
  public void close() {
    leave.run();
  }
}
