package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.CreateContainer;
import vch.portlayer.rule.VolumeRules;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Makes containers: the record with its volumes in one change set, then directories and root file
/// system.
final class Creations {
  private static final Logger LOG = System.getLogger(Creations.class.getName());

  private final Core core;

  Creations(Core core) {
    this.core = core;
  }

  CreateContainer.Created create(CreateContainer asked) {
    var anonymous = new HashSet<String>();
    var command = asked.withSpec(asked.spec().withMounts(named(asked.spec().mounts(), anonymous)));
    return core.lives().locked(command.id(), life -> create(life, command, anonymous));
  }

  private CreateContainer.Created create(
      Life life, CreateContainer command, Set<String> anonymous) {
    var made = core.engine().note(image -> decide(image, command, anonymous));
    var container = core.container(command.id());
    try {
      layOut(life, container);
    } catch (RuntimeException e) {
      undo(container, e);
      throw e instanceof Refusal ? e : new Refusal.Failed(Refusals.message(e));
    }
    made.newVolumes().forEach(v -> core.announcer().volume(container.vch(), v, "create"));
    core.announcer().container(container, "create");
    return made.reply();
  }

  /// Directories of the volumes and the root file system. Doing it twice is the same as once.
  void layOut(Life life, Container container) {
    for (var mount : container.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME) {
        core.volumes().create(container.vch(), mount.source());
      }
    }
    try {
      core.processes().prepare(container);
    } finally {
      core.volumeUse().release(container); // it was mounted for what it gets of the image
    }
    life.prepared = true;
  }

  private void undo(Container container, RuntimeException why) {
    try {
      core.processes().delete(container.id());
      var changes =
          core.engine()
              .note(
                  image -> {
                    var removal = ContainerRules.remove(image, container.id(), true);
                    return new Decision<>(removal.changes(), removal.changes());
                  });
      for (var change : changes) {
        if (change instanceof Change.VolumeRemoved(var vch, var name)) {
          core.volumes().delete(vch, name);
        }
      }
      core.lives().forget(container.id());
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "container "
              + container.name()
              + " could not be made ("
              + Refusals.message(why)
              + ") and not be undone",
          e);
    }
  }

  /// Gives every volume without a name one of 64 hex digits, which is then in `anonymous`.
  private List<Mount> named(List<Mount> mounts, Set<String> anonymous) {
    var named = new ArrayList<Mount>();
    for (var mount : mounts) {
      if (mount.kind() == Mount.Kind.VOLUME && mount.source().isEmpty()) {
        var bytes = new byte[32];
        core.chance().nextBytes(bytes);
        var name = HexFormat.of().formatHex(bytes);
        anonymous.add(name);
        named.add(mount.withSource(name));
      } else {
        named.add(mount);
      }
    }
    return named;
  }

  private static Decision<Made> decide(
      Image image, CreateContainer command, Set<String> anonymous) {
    var changes = new ArrayList<Change>();
    var newVolumes = new ArrayList<String>();
    var now = image;
    for (var mount : command.spec().mounts()) {
      if (mount.kind() != Mount.Kind.VOLUME) {
        continue;
      }
      var name = mount.source();
      var volume =
          VolumeRules.create(
              now, command.vch(), name, Map.of(), Map.of(), anonymous.contains(name), command.at());
      if (!volume.changes().isEmpty()) {
        newVolumes.add(name);
        changes.addAll(volume.changes());
        now = now.after(volume.changes());
      }
    }
    var container = ContainerRules.create(now, command);
    changes.addAll(container.changes());
    return new Decision<>(changes, new Made(container.reply(), newVolumes));
  }

  private record Made(CreateContainer.Created reply, List<String> newVolumes) {}
}
