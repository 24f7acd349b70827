package vch.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// A tar archive that a stranger made, entry by entry; as a stream: the content of the entry read
/// last. What is wrong with the archive is a [BadArchiveException], what is wrong with the stream
/// that it comes by stays what it is. Closing it closes nothing. For one thread.
public final class TarReader extends InputStream {
  private static final String UNREADABLE = "this is no tar archive that can be read";

  private final SourceStream source;
  private final HeaderTap tap;
  private final TarArchiveInputStream tar;
  private Map<String, byte[]> attributes = Map.of();

  /// @param in without compression; stays open
  public TarReader(InputStream in) {
    source = new SourceStream(in);
    tap = new HeaderTap(source);
    tar = new TarArchiveInputStream(tap, "UTF-8");
  }

  /// The next entry; empty at the end marker.
  public Optional<TarArchiveEntry> next() throws IOException {
    try {
      passOver();
      tap.begin();
      var entry = tar.getNextEntry();
      attributes = tap.end();
      return Optional.ofNullable(entry);
    } catch (IOException
        | IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException
        | NegativeArraySizeException e) {
      throw source.meaning(UNREADABLE, e);
    }
  }

  /// Content that nobody read is no header, whatever it looks like and however much it is.
  private void passOver() throws IOException {
    while (tar.getCurrentEntry() != null && tar.skip(Long.MAX_VALUE) > 0) {
      // more may come
    }
  }

  /// Extended attributes of the entry read last, by name.
  public Map<String, byte[]> attributes() {
    return attributes;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    try {
      return tar.read(b, off, len);
    } catch (IOException
        | IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException e) {
      throw source.meaning(UNREADABLE, e);
    }
  }
}
