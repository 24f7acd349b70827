package vch.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import vch.portlayer.refusal.Refusal;

/// Reads `HEALTHCHECK [--interval=…] … CMD …` and `HEALTHCHECK NONE`.
final class Healthchecks {
  private static final long NANOS = 1_000_000_000L;
  private static final Map<String, String> TIMES =
      Map.of(
          "interval", "Interval",
          "timeout", "Timeout",
          "start-period", "StartPeriod",
          "start-interval", "StartInterval");
  private static final Pattern DURATION =
      Pattern.compile("([0-9]{0,12}(?:\\.[0-9]{1,12})?)(ns|us|µs|μs|ms|s|m|h)");

  private Healthchecks() {}

  static Instruction read(Line line) {
    var flags =
        Flags.of(
            line,
            List.of("interval", "timeout", "start-period", "start-interval", "retries"),
            List.of());
    if (line.rest().isEmpty()) {
      throw new Refusal.Invalid("HEALTHCHECK requires at least one argument");
    }
    var parts = line.rest().split("\\s+", 2);
    var kind = parts[0].toUpperCase(Locale.ROOT);
    var rest = parts.length == 2 ? parts[1] : "";
    if (kind.equals("NONE")) {
      if (!rest.isEmpty()) {
        throw new Refusal.Invalid("HEALTHCHECK NONE takes no arguments");
      }
      return new Instruction.Healthcheck(List.of("NONE"), Map.of(), 0);
    }
    if (!kind.equals("CMD")) {
      throw new Refusal.Invalid("Unknown type \"" + kind + "\" in HEALTHCHECK (try CMD)");
    }
    if (rest.isEmpty()) {
      throw new Refusal.Invalid("Missing command after HEALTHCHECK CMD");
    }
    var test = new ArrayList<String>();
    var list = Words.json(rest);
    test.add(list.isPresent() ? "CMD" : "CMD-SHELL");
    test.addAll(list.orElse(List.of(rest)));
    var times = new TreeMap<String, Long>();
    TIMES.forEach(
        (flag, field) -> {
          if (!flags.get(flag).isEmpty()) {
            times.put(field, time(flag, flags.get(flag)));
          }
        });
    return new Instruction.Healthcheck(List.copyOf(test), times, retries(flags.get("retries")));
  }

  private static long time(String flag, String text) {
    long nanos = duration(text);
    if (nanos < 0) {
      throw new Refusal.Invalid(
          (text.matches("-?[0-9.]+")
                  ? "time: missing unit in duration \""
                  : "time: invalid duration \"")
              + text
              + "\"");
    }
    if (nanos > 0 && nanos < NANOS / 1000) {
      throw new Refusal.Invalid("Interval \"" + flag + "\" cannot be less than 1ms");
    }
    return nanos;
  }

  /// As Go writes durations: `1h2m3.5s`; -1: this is none.
  private static long duration(String text) {
    if (text.equals("0")) {
      return 0;
    }
    var parts = DURATION.matcher(text);
    double sum = 0;
    int at = 0;
    while (parts.find() && parts.start() == at) {
      if (parts.group(1).isEmpty()) {
        return -1;
      }
      sum += Double.parseDouble(parts.group(1)) * unit(parts.group(2));
      at = parts.end();
    }
    return text.isEmpty() || at != text.length() || sum > Long.MAX_VALUE ? -1 : Math.round(sum);
  }

  private static double unit(String name) {
    return switch (name) {
      case "ns" -> 1;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      case "h" -> 3600e9;
      default -> 1e3;
    };
  }

  private static int retries(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (!text.matches("-?[0-9]{1,9}")) {
      throw new Refusal.Invalid("invalid number \"" + text + "\" of --retries");
    }
    int number = Integer.parseInt(text);
    if (number < 0) {
      throw new Refusal.Invalid("--retries must be at least 1 (not " + number + ")");
    }
    return number;
  }
}
