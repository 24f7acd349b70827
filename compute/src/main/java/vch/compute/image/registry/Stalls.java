package vch.compute.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Closes streams on which nothing has come for a while: Java's HTTP client has no time-out for
/// bodies. One for a pull.
final class Stalls implements AutoCloseable {
  /// Between half of this and this without a byte, a transfer is broken off.
  static final long STALL_SECONDS = 60;

  private static final System.Logger LOG = System.getLogger(Stalls.class.getName());

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("pull-stalls").factory());

  /// Stops watching when closed.
  final class Guard implements AutoCloseable {
    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final Future<?> check;

    private Guard(InputStream in) {
      check =
          clock.scheduleAtFixedRate(
              () -> look(in), STALL_SECONDS / 2, STALL_SECONDS / 2, TimeUnit.SECONDS);
    }

    private void look(InputStream in) {
      if (!alive.getAndSet(false)) {
        try {
          in.close();
        } catch (IOException e) {
          LOG.log(System.Logger.Level.DEBUG, "closing a stalled transfer", e);
        }
      }
    }

    void alive() {
      alive.set(true);
    }

    @Override
    public void close() {
      check.cancel(false);
    }
  }

  Guard watch(InputStream in) {
    return new Guard(in);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
