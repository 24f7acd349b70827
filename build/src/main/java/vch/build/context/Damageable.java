package vch.build.context;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// An archive of somebody else: that it cannot be read is its fault, not that of the disk it is
/// kept on.
final class Damageable extends FilterInputStream {
  Damageable(InputStream in) {
    super(in);
  }

  /// The archive cannot be read; the message says why.
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(IOException why) {
      super(
          why instanceof Damaged || why.getMessage() != null
              ? String.valueOf(why.getMessage())
              : "it ends too early or is damaged",
          why);
    }
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw new Damaged(e);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return super.read(bytes, offset, length);
    } catch (IOException e) {
      throw new Damaged(e);
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
