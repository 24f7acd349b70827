package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import vch.engine.Lifecycle.Exit;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// Takes away what is left of a container that does not run.
final class Removals {
  private static final Logger LOG = System.getLogger(Removals.class.getName());

  private final Core core;
  private final HealthChecks health;
  private final Leases leases;

  Removals(Core core, HealthChecks health, Leases leases) {
    this.core = core;
    this.health = health;
    this.leases = leases;
  }

  /// Phase REMOVING first, so that a daemon that dies in between goes on; then files, then the
  /// record. Directories of volumes go last: only once no record names a volume can nobody begin to
  /// use it.
  ///
  /// To be called with the life's lock held.
  void remove(Life life, ContainerId id, boolean volumes) {
    var container = core.engine().note(image -> LifeRules.removing(image, id, volumes));
    life.cancelRestart();
    try {
      core.processes().delete(id);
      var changes =
          core.engine()
              .note(
                  image -> {
                    var removal = ContainerRules.remove(image, id, volumes);
                    return new Decision<>(removal.changes(), removal.changes());
                  });
      try {
        delete(changes);
      } finally { // its record is gone, whatever became of the directories
        leases.release(container);
        core.announcer().container(container, "destroy");
        core.waiters().removed(id, new Exit(container.state().exitCode(), ""));
        core.lives().forget(id);
        health.forget(id);
      }
    } catch (RuntimeException e) {
      var why = "cannot remove container \"" + container.name() + "\": " + Refusals.message(e);
      core.waiters().notRemoved(id, new Exit(container.state().exitCode(), why));
      throw e instanceof Refusal ? e : new Refusal.Failed(why);
    }
  }

  private void delete(List<Change> changes) {
    for (var change : changes) {
      if (change instanceof Change.VolumeRemoved(var vch, var name)) {
        core.volumes().delete(vch, name);
        core.announcer().volume(vch, name, "destroy");
      }
    }
  }

  /// What `--rm` asks for, where nobody waits for the answer.
  void automatically(Life life, ContainerId id) {
    try {
      remove(life, id, true);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "container " + id.brief() + " was to go when it ended, but stays", e);
    }
  }
}
