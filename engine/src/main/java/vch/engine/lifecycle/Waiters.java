package vch.engine.lifecycle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import vch.engine.Lifecycle.Condition;
import vch.engine.Lifecycle.Exit;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// Who waits for the end of a container. Thread safe; futures complete on threads of the executor,
/// so that what hangs on them holds nobody up.
final class Waiters {
  private final Executor executor;
  private final Map<ContainerId, List<Waiter>> waiting = new HashMap<>(); // guarded by this
  private boolean closed; // guarded by this

  Waiters(Executor executor) {
    this.executor = executor;
  }

  CompletableFuture<Exit> register(ContainerId id, Condition condition) {
    var waiter = new Waiter(condition, new CompletableFuture<>());
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(ending());
      }
      waiting.computeIfAbsent(id, _ -> new ArrayList<>()).add(waiter);
    }
    var _ = waiter.future.whenComplete((_, _) -> drop(id, waiter));
    return waiter.future;
  }

  /// A run ended.
  void exited(ContainerId id, Exit exit) {
    complete(id, exit, c -> c != Condition.REMOVED);
  }

  /// A start failed or was given up, so that no end will come.
  void notRunning(ContainerId id, Exit exit) {
    complete(id, exit, c -> c == Condition.NOT_RUNNING);
  }

  /// The removal failed; who waits for it learns why.
  void notRemoved(ContainerId id, Exit exit) {
    complete(id, exit, c -> c == Condition.REMOVED);
  }

  /// Nothing more will happen to the container.
  void removed(ContainerId id, Exit exit) {
    complete(id, exit, _ -> true);
  }

  /// Everybody who waits is told that the daemon ends.
  void close() {
    var all = new ArrayList<Waiter>();
    synchronized (this) {
      closed = true;
      waiting.values().forEach(all::addAll);
      waiting.clear();
    }
    all.forEach(w -> w.future.completeExceptionally(ending()));
  }

  private void complete(ContainerId id, Exit exit, Predicate<Condition> which) {
    var ready = new ArrayList<Waiter>();
    synchronized (this) {
      for (var waiter : waiting.getOrDefault(id, List.of())) {
        if (which.test(waiter.condition)) {
          ready.add(waiter);
        }
      }
    }
    ready.forEach(w -> w.future.completeAsync(() -> exit, executor));
  }

  private synchronized void drop(ContainerId id, Waiter waiter) {
    var list = waiting.get(id);
    if (list != null && list.remove(waiter) && list.isEmpty()) {
      waiting.remove(id);
    }
  }

  private static Refusal ending() {
    return new Refusal.Unavailable(
        "the daemon ends; the container goes on without it, ask again once the daemon is back");
  }

  /// Compared by identity: two who wait for the same are two.
  private static final class Waiter {
    private final Condition condition;
    private final CompletableFuture<Exit> future;

    Waiter(Condition condition, CompletableFuture<Exit> future) {
      this.condition = condition;
      this.future = future;
    }
  }
}
