package vch.archive;

import java.io.IOException;
import java.io.InputStream;

/// A stream that fails at once.
final class Broken extends InputStream {
  @Override
  public int read() throws IOException {
    throw new IOException("the line is cut");
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    return read();
  }
}
