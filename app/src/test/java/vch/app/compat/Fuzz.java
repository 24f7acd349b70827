package vch.app.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;

/// Makes wrong input out of right input. Everything follows from the seed.
final class Fuzz {
  /// Tokens of a JSON text that may be replaced: texts (keys too), numbers, words, brackets.
  private static final Pattern TOKEN =
      Pattern.compile(
          "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|-?\\d+(?:\\.\\d+)?|true|false|null|[{}\\[\\]]");

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1",
          "1.5",
          "1e400",
          "-1e400",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "4294967296",
          "2147483648",
          "\"\"",
          "\" \"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\u202e\\n\\r\\u001b[31m\"",
          "\"../../../../etc/passwd\"",
          "\"/\"",
          "\"-\"",
          "\"%s%n%x\"",
          "\"$(id)\"",
          "\"`id`\"",
          "\"a:b:c:d:e\"",
          "\"::\"",
          "\"0.0.0.0/0\"",
          "\"255.255.255.255/32\"",
          "\"10.0.0.0/33\"",
          "\"fe80::1%eth0\"",
          "\"80/tcp\"",
          "\"0/tcp\"",
          "\"65536/udp\"",
          "\"1-65535/tcp\"",
          "\"00:00:00:00:00:00\"",
          "\"ff:ff:ff:ff:ff:ff\"",
          "\"container:\"",
          "\"host\"",
          "\"none\"",
          "\"default\"",
          "\"9999999999999999999s\"",
          "\"unlimited\"",
          "\"busybox@sha256:0\"",
          "[]",
          "{}",
          "[null]",
          "[[]]",
          "{\"\":null}",
          "{\"a\":{\"b\":[{}]}}");

  private final Random random;

  Fuzz(long seed) {
    random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  byte[] bytes(int length) {
    var out = new byte[length];
    random.nextBytes(out);
    return out;
  }

  /// One to four changes of bytes: another value, one taken out, one put in, a piece twice, the end
  /// cut off.
  byte[] bytes(byte[] right) {
    var out = right.clone();
    for (int change = 1 + below(4); change > 0 && out.length > 0; change--) {
      int at = below(out.length);
      out =
          switch (below(5)) {
            case 0 -> with(out, at, (byte) below(256));
            case 1 -> join(out, at, new byte[0], at + 1);
            case 2 -> join(out, at, bytes(1 + below(8)), at);
            case 3 -> join(out, at, java.util.Arrays.copyOfRange(out, at / 2, at), at);
            default -> java.util.Arrays.copyOf(out, at);
          };
    }
    return out;
  }

  private static byte[] with(byte[] of, int at, byte value) {
    var out = of.clone();
    out[at] = value;
    return out;
  }

  private static byte[] join(byte[] of, int until, byte[] middle, int from) {
    var out = java.util.Arrays.copyOf(of, until + middle.length + of.length - from);
    System.arraycopy(middle, 0, out, until, middle.length);
    System.arraycopy(of, from, out, until + middle.length, of.length - from);
    return out;
  }

  /// A JSON text of which one to three tokens say something else; mostly still JSON.
  String json(String right) {
    var out = right;
    for (int change = 1 + below(3); change > 0; change--) {
      var tokens = new ArrayList<int[]>();
      var found = TOKEN.matcher(out);
      while (found.find()) {
        tokens.add(new int[] {found.start(), found.end()});
      }
      if (tokens.isEmpty()) {
        return out;
      }
      var token = one(tokens);
      out = out.substring(0, token[0]) + value() + out.substring(token[1]);
    }
    return out;
  }

  private String value() {
    return switch (below(20)) {
      case 0 -> "\"" + "x".repeat(1 << below(16)) + "\"";
      case 1 -> "[".repeat(1 + below(100)) + "]".repeat(1 + below(100));
      case 2 -> "\"" + Integer.toHexString(below(1 << 30)).toUpperCase(Locale.ROOT) + "\"";
      default -> one(VALUES);
    };
  }

  /// A value for a query, escaped or not.
  String query() {
    return one(
        List.of(
            "",
            "-1",
            "1",
            "99999999999999999999",
            "true",
            "%00",
            "%",
            "%zz",
            "%ff%fe",
            "a".repeat(1 + below(4000)),
            "%7B%22name%22%3A%5B%22*%22%5D%7D",
            "%7B%22label%22%3A%7B%22a%22%3Atrue%7D%7D",
            "%7B%22name%22%3A%5B%22%28%28%28a%2B%29%2B%29%2B%24%22%5D%7D", // name: (((a+)+)+$
            "%7B%22until%22%3A%5B%22x%22%5D%7D",
            "%7B%22nope%22%3A%5B%22x%22%5D%7D",
            "%7B",
            "%5B%5D",
            "..%2F..%2Fetc%2Fpasswd",
            "1-",
            "0x10",
            "1e9",
            "2000-13-45T99:00:00Z"));
  }
}
