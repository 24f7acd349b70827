package vch.engine.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import vch.portlayer.container.HealthCheck;

/// How well a container is, and what its latest probes found. Pure; the rules are Docker's.
///
/// @param failingStreak failures since the last success that count
/// @param log the latest [#LOG_MAX] results, oldest first
public record Health(Status status, int failingStreak, List<Result> log) {
  /// Results kept.
  public static final int LOG_MAX = 5;

  /// Bytes of output kept of one probe.
  public static final int OUTPUT_BYTES_MAX = 4096;

  /// Of a container that has a check and is not probed, as it does not run: nobody can say that it
  /// is well.
  public static final Health UNWATCHED = new Health(Status.UNHEALTHY, 0, List.of());

  public Health {
    log = List.copyOf(log);
  }

  /// Of a container with a check.
  public enum Status {
    STARTING,
    HEALTHY,
    UNHEALTHY
  }

  /// What one probe found.
  ///
  /// @param exitCode -1 where there is none: the probe did not start, or took too long
  /// @param output standard output and error, at most [#OUTPUT_BYTES_MAX] bytes and a mark
  public record Result(Instant start, Instant end, int exitCode, String output) {}

  /// A run begins; what earlier runs showed stays in the log.
  public Health starting() {
    return new Health(Status.STARTING, 0, log);
  }

  /// Nobody probes any more.
  public Health unwatched() {
    return new Health(Status.UNHEALTHY, failingStreak, log);
  }

  /// @param startedAt begin of the run that was probed
  public Health after(Result result, HealthCheck check, Instant startedAt) {
    var results = new ArrayList<>(log.subList(Math.max(0, log.size() - LOG_MAX + 1), log.size()));
    results.add(result);
    if (result.exitCode() == 0) {
      return new Health(Status.HEALTHY, 0, results);
    }
    boolean excused =
        status == Status.STARTING
            && Duration.between(startedAt, result.start()).compareTo(check.startPeriod()) < 0;
    int streak = excused ? failingStreak : failingStreak + 1;
    boolean failed = !excused && streak >= check.retries();
    return new Health(failed ? Status.UNHEALTHY : status, streak, results);
  }

  /// How long to wait for the next probe.
  public Duration pause(HealthCheck check, Instant startedAt, Instant now) {
    boolean begins =
        status == Status.STARTING
            && Duration.between(startedAt, now).compareTo(check.startPeriod()) < 0;
    return begins ? check.startInterval() : check.interval();
  }

  /// What is said of a probe that took longer than the check allows.
  ///
  /// @param output what it had written by then
  public static String tooLong(HealthCheck check, String output) {
    var said = "Health check exceeded timeout (" + goText(check.timeout()) + ")";
    return output.isEmpty() ? said : said + ": " + output;
  }

  /// A duration as Go prints it: `1m30s`, `1.5s`, `20ms`.
  static String goText(Duration time) {
    long nanos = time.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < 1_000L) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000L) {
      return decimal(nanos, 3) + "µs";
    }
    if (nanos < 1_000_000_000L) {
      return decimal(nanos, 6) + "ms";
    }
    var out = new StringBuilder();
    long hours = time.toHours();
    if (hours > 0) {
      out.append(hours).append('h');
    }
    if (time.toMinutes() > 0) {
      out.append(time.toMinutesPart()).append('m');
    }
    return out.append(decimal(nanos % 60_000_000_000L, 9)).append('s').toString();
  }

  private static String decimal(long value, int digits) {
    return java.math.BigDecimal.valueOf(value, digits).stripTrailingZeros().toPlainString();
  }
}
