package vch.app.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/// Values in DER (ITU-T X.690), as far as certificates need them. Each method returns one whole
/// element: tag, length, content.
final class Der {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Der() {}

  static byte[] element(int tag, byte[]... content) {
    var inside = new ByteArrayOutputStream();
    for (var each : content) {
      inside.writeBytes(each);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    length(out, inside.size());
    out.writeBytes(inside.toByteArray());
    return out.toByteArray();
  }

  private static void length(ByteArrayOutputStream out, int length) {
    if (length < 128) {
      out.write(length);
      return;
    }
    var bytes = BigInteger.valueOf(length).toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    out.write(0x80 | (bytes.length - from));
    out.write(bytes, from, bytes.length - from);
  }

  static byte[] sequence(byte[]... elements) {
    return element(0x30, elements);
  }

  static byte[] set(byte[] only) {
    return element(0x31, only);
  }

  static byte[] integer(BigInteger value) {
    return element(0x02, value.toByteArray());
  }

  static byte[] yes() {
    return element(0x01, new byte[] {(byte) 0xff});
  }

  static byte[] octets(byte[] content) {
    return element(0x04, content);
  }

  /// @param unused bits at the end of the last byte
  static byte[] bits(int unused, byte[] content) {
    return element(0x03, new byte[] {(byte) unused}, content);
  }

  static byte[] utf8(String text) {
    return element(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  /// An object identifier.
  ///
  /// @param dotted `2.5.29.17`
  static byte[] id(String dotted) {
    var arcs = Arrays.stream(dotted.split("\\.")).mapToInt(Integer::parseInt).toArray();
    var out = new ByteArrayOutputStream();
    out.write(40 * arcs[0] + arcs[1]);
    for (int i = 2; i < arcs.length; i++) {
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arcs[i] >> shift > 0) {
          out.write(0x80 | (arcs[i] >> shift & 0x7f));
        }
      }
      out.write(arcs[i] & 0x7f);
    }
    return element(0x06, out.toByteArray());
  }

  /// With two digits for the year until 2049, as RFC 5280 (4.1.2.5) wants.
  static byte[] time(Instant at) {
    var text = SECONDS.format(at);
    return text.compareTo("2050") < 0
        ? element(0x17, text.substring(2).getBytes(StandardCharsets.US_ASCII))
        : element(0x18, text.getBytes(StandardCharsets.US_ASCII));
  }

  /// A name of a choice: `[number]`, primitive.
  static byte[] choice(int number, byte[] content) {
    return element(0x80 | number, content);
  }

  /// `[number] EXPLICIT`.
  static byte[] explicit(int number, byte[] element) {
    return element(0xa0 | number, element);
  }
}
