package vch.api.docker;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.portlayer.refusal.Refusal;

/// Points in time as the Docker API writes and reads them.
public final class Timestamps {
  /// Go's zero time.
  public static final String ZERO = "0001-01-01T00:00:00Z";

  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);
  private static final Pattern UNIX = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,18})?");
  private static final Pattern DURATION =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ns|us|µs|ms|s|m|h)");
  private static final DateTimeFormatter NANO =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(java.util.Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter LOCAL =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd['T'HH[:mm[:ss]]]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
          .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
          .parseDefaulting(ChronoField.SECOND_OF_MINUTE, 0)
          .toFormatter(java.util.Locale.ROOT);

  private Timestamps() {}

  /// RFC 3339 in UTC, with as many digits of the second as are needed, as Go's RFC3339Nano.
  public static String rfc3339(Instant at) {
    return NANO.format(at);
  }

  /// Reads `seconds[.fraction]` since 1970, the form of `since` and `until` in queries; empty for
  /// the empty text and `0`.
  ///
  /// @throws Refusal.Invalid when it is none
  public static Optional<Instant> unix(String name, String text) {
    if (text.isEmpty() || text.equals("0")) {
      return Optional.empty();
    }
    if (!UNIX.matcher(text).matches()) {
      throw new Refusal.Invalid(
          "invalid value for " + name + ": '" + text + "' is no Unix time in seconds");
    }
    return Optional.of(ofUnix(text));
  }

  private static Instant ofUnix(String text) {
    var all =
        new BigDecimal(text)
            .multiply(NANOS)
            .toBigInteger()
            .divideAndRemainder(BigInteger.valueOf(1_000_000_000L));
    return Instant.ofEpochSecond(all[0].longValue(), all[1].longValue());
  }

  /// Reads what the `until` filter takes: a Go duration before `now` (`1h30m`), RFC 3339 or a
  /// shorter date, or Unix time.
  ///
  /// @throws Refusal.Invalid when it is none
  public static Instant any(String name, String text, Instant now) {
    if (UNIX.matcher(text).matches()) {
      return ofUnix(text);
    }
    var ago = duration(text);
    if (ago.isPresent()) {
      return now.minus(ago.get());
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) { // perhaps without zone
      try {
        return LocalDateTime.parse(text, LOCAL).toInstant(ZoneOffset.UTC);
      } catch (DateTimeException e) {
        throw new Refusal.Invalid(
            "invalid value for "
                + name
                + ": '"
                + text
                + "' is neither a duration such as 1h30m nor a timestamp");
      }
    }
  }

  private static Optional<Duration> duration(String text) {
    var parts = DURATION.matcher(text);
    int at = 0;
    var sum = Duration.ZERO;
    while (parts.find(at) && parts.start() == at) {
      long unit =
          switch (parts.group(2)) {
            case "ns" -> 1L;
            case "us", "µs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
          };
      try {
        sum =
            sum.plusNanos(
                new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit)).longValueExact());
      } catch (ArithmeticException _) { // finer than a nanosecond, or longer than centuries
        return Optional.empty();
      }
      at = parts.end();
    }
    return at == 0 || at < text.length() ? Optional.empty() : Optional.of(sum);
  }
}
