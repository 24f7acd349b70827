package vch.compute.image.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/// Counts what is read and fails past a bound: a small archive can hold an endless stream.
public final class BoundedInputStream extends FilterInputStream {
  private final long max;
  private final String what;
  private final LongConsumer read;
  private long count;

  /// Counts from 0.
  ///
  /// @param what what is too large, for the message
  /// @param read told of the bytes read so far
  public BoundedInputStream(InputStream in, long max, String what, LongConsumer read) {
    super(in);
    this.max = max;
    this.what = what;
    this.read = read;
  }

  public BoundedInputStream(InputStream in, long max, String what) {
    this(in, max, what, _ -> {});
  }

  public long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    if (b >= 0) {
      add(1);
    }
    return b;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = super.read(b, off, len);
    if (n > 0) {
      add(n);
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    long skipped = super.skip(n);
    add(skipped);
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void add(long n) throws IOException {
    count += n;
    if (count > max) {
      throw new TooLargeException(what + " is larger than " + max + " bytes");
    }
    read.accept(count);
  }

  /// The bound was passed.
  public static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLargeException(String message) {
      super(message);
    }
  }
}
