package vch.engine.lifecycle;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import vch.engine.health.Health;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.HealthCheck;
import vch.portlayer.container.Phase;

/// Probes containers while they run, and owns what is known of their health: one [Watch] each. Safe
/// for any number of threads. Probes take no lock of a life: they go on while a container is being
/// stopped.
final class HealthChecks implements AutoCloseable {
  private final Core core;
  private final ConcurrentHashMap<ContainerId, Watch> watches = new ConcurrentHashMap<>();

  HealthChecks(Core core) {
    this.core = core;
  }

  /// A run has begun, or was found by a new daemon. One that is frozen is probed once it is thawed.
  void begin(Container container) {
    var check = container.spec().health();
    if (check.isPresent()) {
      watches
          .computeIfAbsent(container.id(), _ -> new Watch())
          .begin(container, check.get(), Health::starting);
    }
  }

  /// It was frozen and is no longer.
  void resume(Container container) {
    var watch = watches.get(container.id());
    var check = container.spec().health();
    if (watch != null && check.isPresent()) {
      watch.begin(container, check.get(), Function.identity());
    }
  }

  /// It has ended, or is frozen: nobody probes it, and nobody says that it is well.
  void end(ContainerId id) {
    var watch = watches.get(id);
    if (watch != null) {
      watch.end();
    }
  }

  /// There is no such container any more.
  void forget(ContainerId id) {
    var watch = watches.remove(id);
    if (watch != null) {
      watch.end();
    }
  }

  Optional<Health> of(Container container) {
    if (container.spec().health().isEmpty() || container.state().startedAt().isEmpty()) {
      return Optional.empty();
    }
    var watch = watches.get(container.id());
    return Optional.of(watch == null ? Health.UNWATCHED : watch.health());
  }

  /// Ends the probes under way; containers are not touched otherwise.
  @Override
  public void close() {
    watches.values().forEach(Watch::end);
  }

  /// One container's health, and the probe that is under way or waits for its time. `this` guards
  /// all; never held while a program is started in the container.
  private final class Watch {
    private Health health = Health.UNWATCHED;

    /// Counts beginnings and ends: what an earlier turn found is nobody's business any more.
    private long turn;

    private Optional<Scheduler.Pending> next = Optional.empty();
    private Optional<Probe> probe = Optional.empty();

    synchronized Health health() {
      return health;
    }

    synchronized void begin(
        Container container, HealthCheck check, Function<Health, Health> change) {
      quiet();
      health = change.apply(health);
      if (container.state().phase() == Phase.RUNNING) {
        schedule(container, check);
      }
    }

    synchronized void end() {
      quiet();
      health = health.unwatched();
    }

    private void quiet() {
      turn++;
      next.ifPresent(Scheduler.Pending::cancel);
      next = Optional.empty();
      probe.ifPresent(Probe::cancel);
      probe = Optional.empty();
    }

    private void schedule(Container container, HealthCheck check) {
      long now = turn;
      var pause =
          health.pause(
              check,
              container.state().startedAt().orElse(container.created()),
              core.clock().instant());
      next = Optional.of(core.scheduler().after(pause, () -> probe(now, container, check)));
    }

    private void probe(long of, Container container, HealthCheck check) {
      var begun = new Probe(core, container, check, result -> found(of, container, check, result));
      synchronized (this) {
        if (of != turn) {
          return;
        }
        next = Optional.empty();
        probe = Optional.of(begun);
      }
      begun.run();
    }

    private synchronized void found(
        long of, Container container, HealthCheck check, Health.Result result) {
      if (of != turn) {
        return;
      }
      var before = health;
      health =
          health.after(result, check, container.state().startedAt().orElse(container.created()));
      probe = Optional.empty();
      if (health.status() != before.status()) {
        core.announcer()
            .health(
                core.engine().image().container(container.id()).orElse(container), health.status());
      }
      schedule(container, check);
    }
  }
}
