package vch.engine.lifecycle;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import vch.portlayer.container.ContainerId;

/// The lives of all containers. Work on one container goes one after the other; that on different
/// ones side by side.
///
/// The lock of a life is held over rules, network and process of one step, never while waiting for
/// a process to end, and never while asking for the lock of another life.
final class LifeTable {
  private final ConcurrentHashMap<ContainerId, Life> lives = new ConcurrentHashMap<>();

  Life of(ContainerId id) {
    return lives.computeIfAbsent(id, _ -> new Life());
  }

  <R> R locked(ContainerId id, Function<Life, R> work) {
    var life = of(id);
    life.lock.lock();
    try {
      return work.apply(life);
    } finally {
      life.lock.unlock();
    }
  }

  void run(ContainerId id, Consumer<Life> work) {
    locked(
        id,
        life -> {
          work.accept(life);
          return true;
        });
  }

  /// The container is gone; who still holds its life finds no record.
  void forget(ContainerId id) {
    lives.remove(id);
  }
}
