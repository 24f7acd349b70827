package vch.engine.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import vch.engine.Lifecycle.Condition;
import vch.engine.Lifecycle.Exit;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;

/// Brings containers down by signals. Nobody's lock is held while an end is waited for.
final class Stops {
  /// Between the stop signal and KILL, where neither the request nor the container says otherwise.
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  /// A process that KILL does not end in this time hangs in the kernel.
  static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

  private final Core core;
  private final HealthChecks health;

  Stops(Core core, HealthChecks health) {
    this.core = core;
    this.health = health;
  }

  /// @param toRestart it comes back at once: the restart policy is not told that the user wants it
  ///   down
  /// @return false when it does not run
  boolean stop(ContainerId id, Optional<Integer> timeoutSeconds, String signal, boolean toRestart) {
    var container = core.container(id);
    try {
      int number = signal.isEmpty() ? stopSignal(container) : Signals.parse(signal);
      var end = core.lives().locked(id, life -> begin(life, id, number, toRestart));
      if (end.isEmpty()) {
        return false;
      }
      var limit =
          timeoutSeconds
              .or(() -> container.spec().stopTimeoutSeconds())
              .map(s -> s < 0 ? Optional.<Duration>empty() : Optional.of(Duration.ofSeconds(s)))
              .orElse(Optional.of(STOP_TIMEOUT));
      if (!within(end.get(), limit)) {
        killAndWait(id, end.get());
      }
    } catch (Refusal.NotFound e) {
      throw e;
    } catch (RuntimeException e) {
      throw Refusals.prefixed("cannot stop container: " + container.name(), e);
    }
    core.announcer().container(core.engine().image().container(id).orElse(container), "stop");
    return true;
  }

  void kill(ContainerId id, String signal) {
    var container = core.container(id);
    try {
      int number = signal.isEmpty() ? Signals.KILL : Signals.parse(signal);
      var end = core.lives().locked(id, life -> kill(life, id, number));
      if (number == Signals.KILL && !within(end, Optional.of(KILL_TIMEOUT))) {
        throw unkillable();
      }
    } catch (Refusal.NotFound e) {
      throw e;
    } catch (RuntimeException e) {
      throw Refusals.prefixed("cannot kill container: " + container.name(), e);
    }
  }

  /// Kills whatever runs and waits for its end. Does nothing where nothing runs.
  void forceDown(ContainerId id) {
    var end =
        core.lives()
            .locked(
                id,
                life -> {
                  var container = core.container(id);
                  return switch (container.state().phase()) {
                    case RUNNING, PAUSED, RESTARTING -> Optional.of(kill(life, id, Signals.KILL));
                    case STARTING -> { // a start that failed, and could not be settled
                      core.engine()
                          .decide(
                              image ->
                                  ContainerRules.failed(
                                      image, id, Starts.START_FAILED, container.state().error()));
                      yield Optional.<CompletableFuture<Exit>>empty();
                    }
                    case CREATED, EXITED, REMOVING -> Optional.<CompletableFuture<Exit>>empty();
                  };
                });
    if (end.isPresent() && !within(end.get(), Optional.of(KILL_TIMEOUT))) {
      throw unkillable();
    }
  }

  private Optional<CompletableFuture<Exit>> begin(
      Life life, ContainerId id, int signal, boolean toRestart) {
    var container = core.container(id);
    return switch (container.state().phase()) {
      case RUNNING, PAUSED -> {
        var end = core.waiters().register(id, Condition.NEXT_EXIT);
        deliver(container, signal, true, !toRestart);
        yield Optional.of(end);
      }
      case RESTARTING -> {
        if (toRestart) {
          life.cancelRestart();
          yield Optional.empty();
        }
        yield Optional.of(giveUpRestart(life, container));
      }
      case CREATED, STARTING, EXITED, REMOVING -> Optional.empty();
    };
  }

  private CompletableFuture<Exit> kill(Life life, ContainerId id, int signal) {
    var container = core.container(id);
    boolean ending = signal == Signals.KILL || signal == stopSignal(container);
    return switch (container.state().phase()) {
      case RUNNING, PAUSED -> {
        var end = core.waiters().register(id, Condition.NEXT_EXIT);
        deliver(container, signal, ending, ending);
        yield end;
      }
      case RESTARTING ->
          ending
              ? giveUpRestart(life, container)
              : CompletableFuture.completedFuture(exit(container));
      case CREATED, STARTING, EXITED, REMOVING ->
          throw new Refusal.Conflict("container " + id + " is not running");
    };
  }

  /// @param thaw a frozen container is thawed, so that it can obey; KILL needs none
  /// @param byUser its restart policy leaves it alone from now on
  private void deliver(Container container, int signal, boolean thaw, boolean byUser) {
    var id = container.id();
    if (byUser) {
      core.engine().note(image -> ContainerRules.stopping(image, id));
    }
    core.processes().signal(id, signal);
    core.announcer().killed(container, signal);
    if (thaw && signal != Signals.KILL && container.state().phase() == Phase.PAUSED) {
      core.processes().unpause(id);
      var resumed = core.engine().note(image -> LifeRules.resumed(image, id));
      health.resume(resumed);
      core.announcer().container(resumed, "unpause");
    }
  }

  private CompletableFuture<Exit> giveUpRestart(Life life, Container container) {
    var id = container.id();
    life.cancelRestart();
    core.engine().decide(image -> ContainerRules.stopping(image, id));
    core.waiters().notRunning(id, exit(container));
    return CompletableFuture.completedFuture(exit(container));
  }

  private void killAndWait(ContainerId id, CompletableFuture<Exit> end) {
    core.lives()
        .run(
            id,
            _ -> {
              var container = core.engine().image().container(id).filter(Sharing::runs);
              if (!end.isDone() && container.isPresent()) {
                core.processes().signal(id, Signals.KILL);
                core.announcer().killed(container.get(), Signals.KILL);
              }
            });
    if (!within(end, Optional.of(KILL_TIMEOUT))) {
      throw unkillable();
    }
  }

  /// Waits for the end, at most `limit` (empty: for ever) by the scheduler's clock; false when the
  /// time ran out.
  private boolean within(CompletableFuture<Exit> end, Optional<Duration> limit) {
    var race = new CompletableFuture<Boolean>();
    var _ =
        end.whenComplete(
            (_, failure) -> {
              if (failure == null) {
                race.complete(true);
              } else {
                race.completeExceptionally(failure);
              }
            });
    var pending = limit.map(l -> core.scheduler().after(l, () -> race.complete(false)));
    try {
      return race.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Unavailable(
          "the wait for the end of the container was interrupted; it may end later");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Refusal refusal ? refusal : new IllegalStateException(e);
    } finally {
      pending.ifPresent(Scheduler.Pending::cancel);
    }
  }

  private static int stopSignal(Container container) {
    var text = container.spec().stopSignal();
    return text.isEmpty() ? Signals.TERM : Signals.parse(text);
  }

  private static Exit exit(Container container) {
    return new Exit(container.state().exitCode(), container.state().error());
  }

  private static Refusal unkillable() {
    return new Refusal.Failed("tried to kill container, but did not receive an exit event");
  }
}
