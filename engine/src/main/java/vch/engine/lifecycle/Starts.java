package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import vch.engine.Lifecycle.Exit;
import vch.engine.compute.Processes.Network;
import vch.engine.compute.Processes.StartFailed;
import vch.engine.desired.LinkNames;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.SenderRules;

/// Brings containers up: network first, then the process. A start that fails leaves no network
/// behind.
final class Starts {
  private static final Logger LOG = System.getLogger(Starts.class.getName());

  /// Neither a program that is missing (127) nor one that cannot be run (126), as dockerd has it.
  static final int START_FAILED = 128;

  private final Core core;
  private final Creations creations;
  private final Removals removals;
  private final HealthChecks health;
  private final Settlement settlement;
  private final Leases leases;

  Starts(
      Core core,
      Creations creations,
      Removals removals,
      HealthChecks health,
      Settlement settlement,
      Leases leases) {
    this.core = core;
    this.creations = creations;
    this.removals = removals;
    this.health = health;
    this.settlement = settlement;
    this.leases = leases;
  }

  /// Who starts a container.
  enum Cause {
    USER,
    /// The second half of a user's restart, or of the daemon's.
    RESTART,
    POLICY
  }

  /// To be called with the life's lock held.
  ///
  /// @return false when it runs already
  boolean start(Life life, ContainerId id, Cause cause) {
    var container = core.container(id);
    switch (container.state().phase()) {
      case RUNNING -> {
        return false;
      }
      case RESTARTING -> {
        if (cause == Cause.USER) {
          return false;
        }
      }
      case PAUSED ->
          throw new Refusal.Conflict("cannot start a paused container, try unpause instead");
      case REMOVING ->
          throw new Refusal.Conflict("container is marked for removal and cannot be started");
      case CREATED, EXITED, STARTING -> {}
    }
    if (life.removing) {
      throw new Refusal.Conflict("container is marked for removal and cannot be started");
    }
    if (life.process) {
      throw new Refusal.Unavailable(
          "container " + container.name() + " is still ending, try again in a moment");
    }
    life.cancelRestart();
    if (cause != Cause.POLICY) {
      life.backoff = Backoff.NONE;
    }
    try {
      bringUp(life, container, cause);
      return true;
    } catch (RuntimeException e) {
      takeBack(life, id, e);
      throw translated(e);
    }
  }

  private void bringUp(Life life, Container container, Cause cause) {
    var id = container.id();
    if (!life.prepared && container.state().run() == 0) {
      creations.layOut(life, container); // the daemon died while it was made
    }
    var begun =
        core.engine()
            .decide(
                image -> ContainerRules.starting(image, id, cause != Cause.POLICY, core.chance()));
    core.announcer().networks(begun, "connect");
    core.volumeUse().begun(begun);
    var starting = settlement.settle(id);
    var image = core.engine().image();
    var owner =
        Sharing.owner(image, starting)
            .orElseThrow(
                () ->
                    new Refusal.Failed(
                        "the container whose network " + starting.name() + " shares is gone"));
    var files = NameFiles.of(image, starting);
    var at = core.clock().instant();
    var dressed = LinkEnvironment.dressed(image, starting);
    core.names().follow(id);
    var network =
        new Network(
            core.engine().machine().path(LinkNames.container(owner)),
            SenderRules.guarded(image, starting.vch()));
    long pid = core.processes().start(dressed, network, files);
    life.process = true;
    life.prepared = true;
    var started = core.engine().note(now -> ContainerRules.started(now, id, pid, at));
    health.begin(started);
    core.announcer().container(started, "start");
  }

  /// Leaves the record as before the start, but for the reason of its failure, and neither process
  /// nor network.
  private void takeBack(Life life, ContainerId id, RuntimeException why) {
    int code = why instanceof StartFailed failed ? failed.exitCode() : START_FAILED;
    var message = Refusals.message(why);
    try {
      if (life.process) {
        core.processes().signal(id, Signals.KILL); // its end is dealt with when it comes
      }
      var before = core.container(id);
      leases.stop(before);
      var phase = before.state().phase();
      if (phase == Phase.STARTING || phase == Phase.RESTARTING) {
        core.engine().decide(image -> ContainerRules.failed(image, id, code, message));
      }
      if (phase == Phase.STARTING) {
        core.announcer().networks(before, "disconnect");
        core.volumeUse().ended(before);
      }
      core.waiters().notRunning(id, new Exit(code, message));
      if (before.spec().autoRemove() && !life.process) {
        removals.automatically(life, id);
      }
    } catch (RuntimeException e) {
      LOG.log(
          Level.ERROR,
          "container "
              + id.brief()
              + " did not start ("
              + message
              + "), and that could not be settled",
          e);
    }
  }

  private static RuntimeException translated(RuntimeException e) {
    return switch (e) {
      case Refusal refusal -> refusal;
      case StartFailed failed when failed.exitCode() == 126 || failed.exitCode() == 127 ->
          new Refusal.Invalid(Refusals.message(failed));
      default -> new Refusal.Failed(Refusals.message(e));
    };
  }
}
