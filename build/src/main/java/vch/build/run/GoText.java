package vch.build.run;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Values as Go prints them, which Docker's histories are full of. Pure.
final class GoText {
  private static final long SECOND = 1_000_000_000L;
  private static final List<String> TIMES =
      List.of("Interval", "Timeout", "StartPeriod", "StartInterval");

  private GoText() {}

  /// `"a"`
  static String quoted(String text) {
    var out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (c < ' ' || c == 0x7f) {
            out.append(String.format("\\x%02x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /// `["a" "b"]`
  static String quoted(List<String> words) {
    return words.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"));
  }

  /// `[a b]`
  static String plain(List<String> words) {
    return "[" + String.join(" ", words) + "]";
  }

  /// A health check: `&{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" '\x03'}`
  static String healthcheck(List<String> test, Map<String, Long> times, int retries) {
    return "&{"
        + quoted(test)
        + TIMES.stream()
            .map(t -> " \"" + duration(times.getOrDefault(t, 0L)) + "\"")
            .collect(Collectors.joining())
        + " "
        + character(retries)
        + "}";
  }

  private static String character(int code) {
    return code >= ' ' && code < 0x7f
        ? "'" + (char) code + "'"
        : code < 0x80 ? String.format("'\\x%02x'", code) : String.format("'\\u%04x'", code);
  }

  /// `1m30s`
  static String duration(long nanos) {
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < SECOND) {
      return trimmed(nanos / 1e6) + "ms";
    }
    long minutes = nanos / (60 * SECOND);
    var rest = trimmed((nanos % (60 * SECOND)) / 1e9) + "s";
    if (minutes == 0) {
      return rest;
    }
    return (minutes >= 60 ? minutes / 60 + "h" : "") + minutes % 60 + "m" + rest;
  }

  private static String trimmed(double number) {
    return java.math.BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
