package vch.bench.os;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what cannot tell that it is ready.
public final class Wait {
  private static final long STEP_NANOS = 2_000_000;

  private Wait() {}

  /// Asks every two milliseconds.
  ///
  /// @return milliseconds waited
  /// @throws Shell.Failed when it is not so after a number of seconds
  public static double until(String what, int secondsMax, BooleanSupplier ready) {
    long start = System.nanoTime();
    while (!ready.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted");
      }
      if (System.nanoTime() - start > secondsMax * 1_000_000_000L) {
        throw new Shell.Failed(what + " did not come within " + secondsMax + " seconds");
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    return (System.nanoTime() - start) / 1e6;
  }
}
