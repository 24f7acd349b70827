package vch.archive;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keeps the raw bytes of tar headers while a library parses them, for two things the library does
/// not do: extended attributes as bytes (it decodes them as UTF-8, which ruins
/// `security.capability`), and a bound on the memory that long names and PAX records may take. Used
/// by one thread. Format: POSIX pax, IEEE 1003.1-2008, section "pax Header Block".
final class HeaderTap extends FilterInputStream {
  /// All headers of one entry together: long names and PAX records.
  static final int HEADERS_BYTES_MAX = 1024 * 1024;

  private static final int BLOCK_BYTES = 512;

  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private boolean tapping;
  private long position;
  private long start;

  HeaderTap(InputStream in) {
    super(in);
  }

  /// From here on bytes are kept: the next entry's headers come.
  void begin() {
    seen.reset();
    tapping = true;
    start = position;
  }

  /// Stops keeping and returns the extended attributes among the headers seen.
  Map<String, byte[]> end() {
    tapping = false;
    var bytes = seen.toByteArray();
    var out = new LinkedHashMap<String, byte[]>();
    int at =
        (int)
            ((BLOCK_BYTES - start % BLOCK_BYTES)
                % BLOCK_BYTES); // rest of the last block of the entry before
    while (at + BLOCK_BYTES <= bytes.length) {
      char type = (char) (bytes[at + 156] & 0xff);
      boolean meta = type == 'x' || type == 'g' || type == 'L' || type == 'K' || type == 'X';
      if (!meta) {
        break;
      }
      long size = octal(bytes, at + 124, 12);
      int body = at + BLOCK_BYTES;
      if (size < 0 || size > bytes.length - body) {
        break;
      }
      if (type == 'x' || type == 'X') {
        records(bytes, body, (int) size, out);
      }
      at = body + (int) ((size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
    }
    return out;
  }

  private static long octal(byte[] bytes, int from, int length) {
    long value = 0;
    for (int i = from; i < from + length; i++) {
      int c = bytes[i];
      if (c >= '0' && c <= '7') {
        value = value * 8 + (c - '0');
      } else if (c != ' ' && c != 0) {
        return -1;
      }
    }
    return value;
  }

  /// Records have the form `LENGTH SPACE KEYWORD = VALUE NEWLINE`; the length counts the whole
  /// record.
  private static void records(byte[] bytes, int from, int size, Map<String, byte[]> out) {
    int at = from;
    int end = from + size;
    while (at < end) {
      int digits = at;
      long length = 0;
      while (digits < end
          && bytes[digits] >= '0'
          && bytes[digits] <= '9'
          && length < Integer.MAX_VALUE) {
        length = length * 10 + (bytes[digits++] - '0');
      }
      if (digits >= end || bytes[digits] != ' ' || length < digits - at + 3 || length > end - at) {
        return;
      }
      int equals = digits + 1;
      int last = at + (int) length - 1;
      while (equals < last && bytes[equals] != '=') {
        equals++;
      }
      var keyword = new String(bytes, digits + 1, equals - digits - 1, StandardCharsets.UTF_8);
      if (keyword.startsWith(TarAttributes.PREFIX) && equals < last) {
        out.put(
            keyword.substring(TarAttributes.PREFIX.length()),
            java.util.Arrays.copyOfRange(bytes, equals + 1, last));
      }
      at += (int) length;
    }
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    if (b >= 0) {
      position++;
      if (tapping) {
        room(1);
        seen.write(b);
      }
    }
    return b;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = super.read(b, off, len);
    if (n > 0) {
      position += n;
      if (tapping) {
        room(n);
        seen.write(b, off, n);
      }
    }
    return n;
  }

  /// Reads instead of skipping, so that nothing passes unseen.
  @Override
  public long skip(long n) throws IOException {
    long left = n;
    var buffer = new byte[(int) Math.min(8192, Math.max(1, n))];
    while (left > 0) {
      int got = read(buffer, 0, (int) Math.min(buffer.length, left));
      if (got < 0) {
        break;
      }
      left -= got;
    }
    return n - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void room(int n) throws IOException {
    if (seen.size() + n > HEADERS_BYTES_MAX) {
      throw new IOException(
          "the headers of one archive entry take more than " + HEADERS_BYTES_MAX + " bytes");
    }
  }
}
