package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import vch.engine.Engine;
import vch.engine.Lifecycle.Exit;
import vch.engine.compute.Processes.Ended;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;

/// Deals with first processes that ended: the durable record first, then what the run held, then
/// everybody who wants to know, then what the restart policy or `--rm` wants.
final class Exits {
  private static final Logger LOG = System.getLogger(Exits.class.getName());

  /// After this time an end that could not be recorded is tried again.
  static final Duration RECORD_AGAIN = Duration.ofSeconds(1);

  private final Core core;
  private final Starts starts;
  private final Removals removals;
  private final HealthChecks health;
  private final Leases leases;

  Exits(Core core, Starts starts, Removals removals, HealthChecks health, Leases leases) {
    this.core = core;
    this.starts = starts;
    this.removals = removals;
    this.health = health;
    this.leases = leases;
  }

  void ended(Ended end) {
    core.lives().run(end.id(), life -> ended(life, end));
  }

  /// To be called with the life's lock held. The end of a run that was dealt with, or is unknown,
  /// only frees what is left of it.
  void ended(Life life, Ended end) {
    var id = end.id();
    var found = core.engine().image().container(id);
    if (found.isEmpty()) {
      quietly(id, "delete", () -> core.processes().delete(id));
      core.lives().forget(id);
      return;
    }
    var phase = found.get().state().phase();
    boolean known = life.process && (Sharing.runs(found.get()) || phase == Phase.STARTING);
    if (!known) {
      life.process = false;
      quietly(id, "release", () -> core.processes().release(id));
      return;
    }
    var record = record(life, found.get(), end);
    if (record.isEmpty()) {
      core.scheduler().after(RECORD_AGAIN, () -> ended(end));
      return;
    }
    var after = record.get().reply();
    life.process = false;
    health.end(id);
    // While the engine takes the network away. Both need the record only.
    quietly(id, "release", () -> core.processes().release(id));
    quietly(id, "take the network away", record.get()::settled);
    quietly(id, "stop the DHCP clients", () -> leases.stop(found.get()));
    announce(after, end);
    core.waiters().exited(id, new Exit(end.exitCode(), ""));
    follow(life, after);
  }

  /// Empty when it could not be recorded yet.
  private Optional<Engine.Begun<Container>> record(Life life, Container before, Ended end) {
    var id = before.id();
    var at =
        before
            .state()
            .startedAt()
            .filter(s -> s.isAfter(end.at()))
            .orElse(end.at()); // clocks of files are coarse
    try {
      return Optional.of(
          core.engine()
              .begin(
                  image ->
                      LifeRules.ended(
                          image, id, end.exitCode(), end.oomKilled(), at, stays(life))));
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "container "
              + before.name()
              + " ended with "
              + end.exitCode()
              + ", which could not be recorded yet",
          e);
      return Optional.empty();
    }
  }

  /// Whether somebody else decides what becomes of a container that has ended.
  private static boolean stays(Life life) {
    return life.restartsByUser > 0 || life.removing;
  }

  private void announce(Container after, Ended end) {
    if (end.oomKilled()) {
      core.announcer().container(after, "oom");
    }
    core.announcer()
        .container(
            after,
            "die",
            Map.of(
                "exitCode",
                Integer.toString(end.exitCode()),
                "execDuration",
                Long.toString(ran(after).toSeconds())));
    core.announcer().networks(after, "disconnect");
    core.volumeUse().ended(after);
  }

  private void follow(Life life, Container after) {
    if (stays(life)) {
      return; // who does that goes on from here
    }
    if (after.state().phase() == Phase.RESTARTING) {
      schedule(life, after);
    } else if (after.spec().autoRemove()) {
      removals.automatically(life, after.id());
    }
  }

  /// Lets the restart policy start the container once its time has come. To be called with the
  /// life's lock held.
  void schedule(Life life, Container container) {
    life.cancelRestart();
    life.backoff = life.backoff.after(ran(container));
    var id = container.id();
    life.restart = Optional.of(core.scheduler().after(life.backoff.delay(), () -> again(id)));
  }

  private void again(ContainerId id) {
    core.lives()
        .run(
            id,
            life -> {
              var waiting =
                  core.engine()
                      .image()
                      .container(id)
                      .filter(c -> c.state().phase() == Phase.RESTARTING);
              if (waiting.isEmpty()
                  || life.removing
                  || life.restartsByUser > 0
                  || life.restart.isEmpty()) {
                return;
              }
              if (Sharing.needs(core.engine().image(), waiting.get()).stream()
                  .anyMatch(Exits::returns)) {
                schedule(life, waiting.get()); // what it needs comes back first
                return;
              }
              try {
                starts.start(life, id, Starts.Cause.POLICY);
              } catch (Refusal e) {
                LOG.log(
                    Level.WARNING,
                    "container " + waiting.get().name() + " was not restarted: " + e.getMessage());
              }
            });
  }

  private static boolean returns(Container container) {
    var phase = container.state().phase();
    return phase == Phase.RESTARTING || phase == Phase.STARTING;
  }

  private static Duration ran(Container container) {
    var state = container.state();
    var end = state.finishedAt().orElse(Instant.EPOCH);
    var ran = Duration.between(state.startedAt().orElse(end), end);
    return ran.isNegative() ? Duration.ZERO : ran;
  }

  private static void quietly(ContainerId id, String what, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          what
              + " of container "
              + id.brief()
              + " failed; the next start of the daemon tries again",
          e);
    }
  }
}
