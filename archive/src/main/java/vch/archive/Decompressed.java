package vch.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A stream without its compression: damage of the compression is a [BadArchiveException].
final class Decompressed extends FilterInputStream {
  private static final String DAMAGED = "the compression is damaged";

  private final SourceStream source;

  /// How a decompressor is made over a stream.
  interface Decompressor {
    InputStream over(InputStream in) throws IOException;
  }

  private Decompressed(InputStream in, SourceStream source) {
    super(in);
    this.source = source;
  }

  static Decompressed open(InputStream in, Decompressor decompressor) throws IOException {
    var source = new SourceStream(in);
    try {
      return new Decompressed(decompressor.over(source), source);
    } catch (IOException e) {
      throw source.meaning(DAMAGED, e);
    }
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw source.meaning(DAMAGED, e);
    }
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    try {
      return super.read(b, off, len);
    } catch (IOException e) {
      throw source.meaning(DAMAGED, e);
    }
  }

  @Override
  public long skip(long n) throws IOException {
    try {
      return super.skip(n);
    } catch (IOException e) {
      throw source.meaning(DAMAGED, e);
    }
  }

  /// Some decompressors tell here what they will fail with, and buffers ask between two reads.
  @Override
  public int available() throws IOException {
    try {
      return super.available();
    } catch (IOException e) {
      throw source.meaning(DAMAGED, e);
    }
  }
}
