package vch.engine.lifecycle;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import vch.engine.event.Event;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.rule.VolumeRules;
import vch.portlayer.vch.VchId;

/// Tells when containers begin and cease to use volumes, and lets go of volumes with driver options
/// that nobody uses.
final class VolumeUse {
  private static final System.Logger LOG = System.getLogger(VolumeUse.class.getName());

  private final Core core;

  VolumeUse(Core core) {
    this.core = core;
  }

  void begun(Container container) {
    for (var mount : container.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME) {
        event(container, mount, "mount");
      }
    }
  }

  /// The record says already that the container is not live.
  void ended(Container container) {
    for (var mount : container.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME) {
        event(container, mount, "unmount");
      }
    }
    release(container);
  }

  /// Without telling.
  void release(Container container) {
    for (var mount : container.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME) {
        release(container.vch(), mount.source());
      }
    }
  }

  private void release(VchId vch, String volume) {
    try {
      core.volumes()
          .unmount(
              vch,
              volume,
              () ->
                  VolumeRules.users(core.engine().image(), vch, volume).stream()
                      .noneMatch(Container::live));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "volume " + volume + " stays mounted", e);
    }
  }

  private void event(Container container, Mount mount, String action) {
    var attributes = new HashMap<String, String>();
    attributes.put("driver", "local");
    attributes.put("container", container.id().value());
    if (action.equals("mount")) {
      attributes.put("destination", mount.target());
      attributes.put("read/write", Boolean.toString(!mount.readOnly()));
      attributes.put("propagation", "");
    }
    core.engine()
        .events()
        .publish(
            new Event(
                container.vch(),
                "volume",
                action,
                mount.source(),
                attributes,
                core.clock().instant()));
  }
}
