package vch.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Locale;

/// A tar archive byte by byte, as no library would write it: `struct posix_header` of tar(5).
/// Characters are bytes.
final class RawTar {
  static final int BLOCK_BYTES = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// An entry without content, owned by 1:2, of mode 0644.
  RawTar entry(String name, char type, String link) {
    return entry(name, type, link, octal(0), "");
  }

  RawTar file(String name, String content) {
    return entry(name, '0', "", octal(content.length()), content);
  }

  /// Headers of the entry that comes next, each `keyword=value`.
  RawTar pax(String... records) {
    var body = new StringBuilder();
    for (var record : records) {
      int rest = record.length() + 2; // space and line feed
      int length = rest + Integer.toString(rest).length();
      length = rest + Integer.toString(length).length();
      body.append(length).append(' ').append(record).append('\n');
    }
    return entry("pax", 'x', "", octal(body.length()), body.toString());
  }

  /// @param size the twelve bytes that say it, whatever the content is
  RawTar entry(String name, char type, String link, String size, String content) {
    return entry(name, type, link, size, "0000000\0" + "0000000\0", content);
  }

  /// @param device major and minor, eight bytes each
  RawTar entry(String name, char type, String link, String size, String device, String content) {
    var header = new byte[BLOCK_BYTES];
    put(header, 0, name);
    put(header, 100, "0000644\0" + "0000001\0" + "0000002\0" + size + octal(1_000_000_000));
    put(header, 148, "        "); // where the checksum comes
    put(header, 156, type + link);
    put(header, 257, "ustar\0" + "00");
    put(header, 329, device);
    int sum = 0;
    for (var b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
    out.writeBytes(header);
    out.writeBytes(content.getBytes(ISO_8859_1));
    out.writeBytes(new byte[-content.length() & (BLOCK_BYTES - 1)]);
    return this;
  }

  static String octal(long value) {
    return String.format(Locale.ROOT, "%011o\0", value);
  }

  private static void put(byte[] header, int at, String text) {
    System.arraycopy(text.getBytes(ISO_8859_1), 0, header, at, text.length());
  }

  /// What is there so far, without an end marker.
  byte[] begun() {
    return out.toByteArray();
  }

  byte[] whole() {
    out.writeBytes(new byte[2 * BLOCK_BYTES]);
    return out.toByteArray();
  }
}
