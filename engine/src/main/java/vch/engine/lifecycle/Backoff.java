package vch.engine.lifecycle;

import java.time.Duration;

/// How long a restart policy waits before the next start: 100 ms, then twice as long each time up
/// to a minute; from the beginning again after a run that lasted. As Docker's restart manager does.
///
/// @param delay of the latest wait; zero before the first
record Backoff(Duration delay) {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofMinutes(1);

  /// A run of this length begins the waits anew.
  static final Duration LASTING = Duration.ofSeconds(10);

  static final Backoff NONE = new Backoff(Duration.ZERO);

  /// The wait after one more run.
  Backoff after(Duration ran) {
    if (delay.isZero() || ran.compareTo(LASTING) >= 0) {
      return new Backoff(FIRST);
    }
    var doubled = delay.multipliedBy(2);
    return new Backoff(doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled);
  }
}
