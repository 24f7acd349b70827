package vch.api.docker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import vch.portlayer.refusal.Refusal;

/// Lets one prune of a kind run at a time, as Docker does. Over before the client is answered: who
/// asks again at once must not meet its own former request.
public final class Pruning {
  private final AtomicBoolean running = new AtomicBoolean();

  public Pruning() {}

  /// Does the work.
  ///
  /// @throws Refusal.Conflict another one runs
  public <T> T alone(Supplier<T> work) {
    if (!running.compareAndSet(false, true)) {
      throw new Refusal.Conflict("a prune operation is already running");
    }
    try {
      return work.get();
    } finally {
      running.set(false);
    }
  }
}
