package vch.portlayer.address;

import java.util.Optional;

/// Reading and writing addresses as text.
final class IpText {
  private IpText() {}

  static Optional<Ip> parse(String text) {
    return text.indexOf(':') >= 0 ? parse6(text) : parse4(text).map(n -> new Ip(Family.IPV4, 0, n));
  }

  private static Optional<Long> parse4(String text) {
    long number = 0;
    int parts = 0;
    int at = 0;
    while (true) {
      int start = at;
      int part = 0;
      while (at < text.length()
          && text.charAt(at) >= '0'
          && text.charAt(at) <= '9'
          && at - start < 4) {
        part = part * 10 + text.charAt(at) - '0';
        at++;
      }
      int digits = at - start;
      // A leading zero is octal to some programs and decimal to others, so it is refused.
      if (digits == 0 || digits > 3 || part > 255 || (digits > 1 && text.charAt(start) == '0')) {
        return Optional.empty();
      }
      number = number << 8 | part;
      parts++;
      if (at == text.length()) {
        return parts == 4 ? Optional.of(number) : Optional.empty();
      }
      if (text.charAt(at) != '.' || parts == 4) {
        return Optional.empty();
      }
      at++;
    }
  }

  private static Optional<Ip> parse6(String given) {
    var text = given;
    int dot = text.indexOf('.');
    if (dot >= 0) { // the last 32 bits as a dotted quad, RFC 4291 section 2.2 form 3
      int colon = text.lastIndexOf(':');
      var quad = parse4(text.substring(colon + 1));
      if (colon < 0 || quad.isEmpty()) {
        return Optional.empty();
      }
      text =
          text.substring(0, colon + 1)
              + Long.toHexString(quad.get() >>> 16)
              + ":"
              + Long.toHexString(quad.get() & 0xffff);
    }
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    var head = words(gap < 0 ? text : text.substring(0, gap));
    var tail = words(gap < 0 ? "" : text.substring(gap + 2));
    if (head.isEmpty() || tail.isEmpty()) {
      return Optional.empty();
    }
    int given16 = head.get().length + tail.get().length;
    if (gap < 0 ? given16 != 8 : given16 > 7) {
      return Optional.empty();
    }
    var all = new long[8];
    System.arraycopy(head.get(), 0, all, 0, head.get().length);
    System.arraycopy(tail.get(), 0, all, 8 - tail.get().length, tail.get().length);
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | all[i];
      low = low << 16 | all[i + 4];
    }
    return Optional.of(new Ip(Family.IPV6, high, low));
  }

  private static Optional<long[]> words(String text) {
    if (text.isEmpty()) {
      return Optional.of(new long[0]);
    }
    var parts = text.split(":", -1);
    var out = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].isEmpty() || parts[i].length() > 4) {
        return Optional.empty();
      }
      for (int j = 0; j < parts[i].length(); j++) {
        int digit = parts[i].charAt(j) < 128 ? Character.digit(parts[i].charAt(j), 16) : -1;
        if (digit < 0) {
          return Optional.empty();
        }
        out[i] = out[i] << 4 | digit;
      }
    }
    return Optional.of(out);
  }

  static String format(Ip ip) {
    if (ip.isIpv4()) {
      long n = ip.low();
      return (n >>> 24) + "." + (n >>> 16 & 255) + "." + (n >>> 8 & 255) + "." + (n & 255);
    }
    var words = new int[8];
    for (int i = 0; i < 4; i++) {
      words[i] = (int) (ip.high() >>> (48 - 16 * i) & 0xffff);
      words[i + 4] = (int) (ip.low() >>> (48 - 16 * i) & 0xffff);
    }
    int best = -1;
    int bestLength = 1; // a single zero word is not shortened, RFC 5952 section 4.2.2
    for (int i = 0; i < 8; i++) {
      int length = 0;
      while (i + length < 8 && words[i + length] == 0) {
        length++;
      }
      if (length > bestLength) {
        best = i;
        bestLength = length;
      }
    }
    var out = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == best) {
        out.append("::");
        i += bestLength - 1;
        continue;
      }
      if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
        out.append(':');
      }
      out.append(Integer.toHexString(words[i]));
    }
    return out.toString();
  }
}
