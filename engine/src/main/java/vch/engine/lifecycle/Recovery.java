package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import vch.engine.compute.Processes.Ended;
import vch.engine.compute.Processes.Observed;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Image;

/// What a new daemon does with the containers that it finds: it goes on where the last one was,
/// whatever step that was at.
final class Recovery {
  private static final Logger LOG = System.getLogger(Recovery.class.getName());

  /// Exit code of a run whose end nobody saw (the machine went down), as dockerd has it.
  static final int UNSEEN = 255;

  private final Core core;
  private final Starts starts;
  private final Exits exits;
  private final Removals removals;
  private final HealthChecks health;
  private final Settlement settlement;

  Recovery(
      Core core,
      Starts starts,
      Exits exits,
      Removals removals,
      HealthChecks health,
      Settlement settlement) {
    this.core = core;
    this.starts = starts;
    this.exits = exits;
    this.removals = removals;
    this.health = health;
    this.settlement = settlement;
  }

  /// Brings records and processes together, and begins to watch for ends.
  ///
  /// @return what restart policies want to be started
  Map<ContainerId, Starts.Cause> recover() {
    var observed = core.processes().observe();
    var wanted = new TreeMap<ContainerId, Starts.Cause>();
    for (var container : core.engine().image().containers()) {
      var id = container.id();
      core.lives()
          .run(
              id,
              life ->
                  guarded(
                      container,
                      () -> adopt(life, container, Optional.ofNullable(observed.get(id)), wanted)));
    }
    for (var stray : observed.entrySet()) {
      if (core.engine().image().container(stray.getKey()).isEmpty()) {
        stray(stray.getKey(), stray.getValue());
      }
    }
    var image = core.engine().image();
    core.processes().keepOnly(id -> image.container(id).isPresent() || observed.containsKey(id));
    core.processes().onExit(end -> core.scheduler().soon(() -> exits.ended(end)));
    return wanted;
  }

  /// Begins to start containers that were found wanting.
  void start(Map<ContainerId, Starts.Cause> wanted) {
    core.scheduler().soon(() -> startAll(wanted));
  }

  private void adopt(
      Life life,
      Container container,
      Optional<Observed> found,
      Map<ContainerId, Starts.Cause> wanted) {
    var id = container.id();
    var pid = found.map(Observed::pid).orElse(0L);
    var end = found.flatMap(Observed::ended);
    switch (container.state().phase()) {
      case RUNNING, PAUSED -> {
        life.process = true;
        if (pid == 0 && end.isPresent()) {
          exits.ended(life, end.get());
        } else if (pid == 0) {
          exits.ended(life, new Ended(id, UNSEEN, false, core.clock().instant()));
          inOrder(life, id, wanted);
        } else {
          if (pid != container.state().pid()) {
            core.engine().note(image -> LifeRules.adopted(image, id, pid));
          }
          refreeze(container);
          resettle(container);
          health.begin(core.container(id));
        }
      }
      case STARTING -> cutStart(life, container, pid, end, wanted);
      case RESTARTING -> {
        end.ifPresent(_ -> core.processes().release(id));
        exits.schedule(life, container);
      }
      case CREATED, EXITED -> {
        if (pid != 0) {
          life.process = true; // a start that failed after all
          core.processes().signal(id, Signals.KILL);
        } else {
          end.ifPresent(_ -> core.processes().release(id));
          settle(life, container, wanted);
        }
      }
      case REMOVING -> {
        if (pid != 0) {
          core.processes().signal(id, Signals.KILL);
        }
        removals.remove(life, id, container.spec().autoRemove());
      }
    }
  }

  /// Where the machine went down, what a policy wants back is started in the order of needs, and
  /// not for its own fault.
  private void inOrder(Life life, ContainerId id, Map<ContainerId, Starts.Cause> wanted) {
    if (core.engine()
        .image()
        .container(id)
        .filter(c -> c.state().phase() == Phase.RESTARTING)
        .isPresent()) {
      life.cancelRestart();
      wanted.put(id, Starts.Cause.RESTART);
    }
  }

  /// The last daemon was between asking for a start and recording its success.
  private void cutStart(
      Life life,
      Container container,
      long pid,
      Optional<Ended> end,
      Map<ContainerId, Starts.Cause> wanted) {
    var id = container.id();
    var fresh =
        end.filter(e -> container.state().finishedAt().filter(f -> !e.at().isAfter(f)).isEmpty());
    if (pid != 0) {
      life.process = true;
      var at = core.clock().instant();
      var started = core.engine().note(image -> ContainerRules.started(image, id, pid, at));
      health.begin(started);
      core.announcer().container(started, "start");
    } else if (fresh.isPresent()) {
      life.process = true;
      core.engine().note(image -> ContainerRules.started(image, id, 0, fresh.get().at()));
      exits.ended(life, fresh.get());
    } else {
      end.ifPresent(_ -> core.processes().release(id));
      var why = "the daemon ended before the container's process was started";
      core.engine().note(image -> ContainerRules.failed(image, id, Starts.START_FAILED, why));
      settle(life, container, wanted);
    }
  }

  /// A container that does not run: its policy may want it back, and `--rm` may want it gone.
  private void settle(Life life, Container before, Map<ContainerId, Starts.Cause> wanted) {
    var container = core.container(before.id());
    boolean cut =
        before.state().phase() == Phase.STARTING
            && before.state().restarts() > 0; // by its restart policy
    if (wanted(cut, container)) {
      wanted.put(container.id(), cut ? Starts.Cause.POLICY : Starts.Cause.RESTART);
    } else if (container.spec().autoRemove() && container.state().run() > 0) {
      removals.remove(life, container.id(), true);
    }
  }

  /// As dockerd: `always` brings back what the user stopped too; nothing is started that never was.
  private static boolean wanted(boolean cut, Container container) {
    var state = container.state();
    if (state.phase() != Phase.EXITED) {
      return false;
    }
    return switch (container.spec().restart().when()) {
      case NO -> false;
      case ALWAYS -> true;
      case UNLESS_STOPPED -> !state.stoppedByUser();
      case ON_FAILURE -> cut;
    };
  }

  /// The last daemon was giving the running container a place on a container network.
  private void resettle(Container container) {
    if (container.endpoints().stream().allMatch(Endpoint::settled)) {
      return;
    }
    var id = container.id();
    core.scheduler()
        .soon(() -> core.lives().run(id, _ -> guarded(container, () -> settlement.settle(id))));
  }

  private void refreeze(Container container) {
    if (container.state().phase() != Phase.PAUSED) {
      return;
    }
    try {
      core.processes().pause(container.id());
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "container " + container.name() + " is recorded as paused, and could not be frozen again",
          e);
    }
  }

  /// Processes of a container that no record speaks of.
  private void stray(ContainerId id, Observed observed) {
    LOG.log(Level.WARNING, "container " + id.brief() + " is in no record; it is taken away");
    if (observed.pid() != 0) {
      core.processes().signal(id, Signals.KILL); // deleted once its end is seen
    } else {
      core.processes().delete(id);
    }
  }

  /// Starts first what others need (shared networks, links), and side by side what needs nothing of
  /// each other.
  private void startAll(Map<ContainerId, Starts.Cause> wanted) {
    var image = core.engine().image();
    var ranks = new TreeMap<Integer, List<ContainerId>>();
    for (var id : wanted.keySet()) {
      image
          .container(id)
          .ifPresent(
              c ->
                  ranks
                      .computeIfAbsent(rank(image, c, new HashSet<>()), _ -> new ArrayList<>())
                      .add(id));
    }
    for (var rank : ranks.values()) {
      CompletableFuture.allOf(
              rank.stream()
                  .map(id -> start(id, wanted.getOrDefault(id, Starts.Cause.RESTART)))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    }
  }

  private CompletableFuture<Void> start(ContainerId id, Starts.Cause cause) {
    return CompletableFuture.runAsync(
        () ->
            core.lives()
                .run(
                    id,
                    life -> {
                      try {
                        starts.start(life, id, cause);
                      } catch (Refusal e) {
                        LOG.log(
                            Level.WARNING,
                            "container "
                                + id.brief()
                                + " was not started again: "
                                + e.getMessage());
                      }
                    }),
        core.scheduler()::soon);
  }

  private static int rank(Image image, Container container, Set<ContainerId> seen) {
    if (!seen.add(container.id())) {
      return 0;
    }
    return Sharing.needs(image, container).stream()
        .mapToInt(c -> 1 + rank(image, c, seen))
        .max()
        .orElse(0);
  }

  /// One container that cannot be brought in order must not keep the daemon from the others.
  private static void guarded(Container container, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "container " + container.name() + " could not be brought in order", e);
    }
  }
}
