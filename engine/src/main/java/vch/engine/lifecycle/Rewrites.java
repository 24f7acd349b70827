package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.state.Image;

/// Keeps resolv.conf, hosts and hostname of running containers as the image says.
final class Rewrites {
  private static final Logger LOG = System.getLogger(Rewrites.class.getName());

  private final Core core;

  Rewrites(Core core) {
    this.core = core;
  }

  /// To be called with the lock of this container's life held. Those whose files speak of it (they
  /// share its network, or link to it) follow on threads of their own, under their own locks.
  void changed(Container container) {
    core.names().follow(container.id());
    rewrite(container.id());
    core.engine()
        .image()
        .containers(container.vch())
        .filter(Sharing::runs)
        .filter(other -> !other.id().equals(container.id()) && speaksOf(other, container))
        .forEach(
            other ->
                core.scheduler()
                    .soon(() -> core.lives().run(other.id(), _ -> rewrite(other.id()))));
  }

  /// As [#changed(Container)], after a change that seldom has to do with names; most of the time
  /// nothing is touched.
  ///
  /// @param before the image before the change
  void changed(Image before, Container container) {
    var was = before.container(container.id());
    if (was.isEmpty()
        || !NameFiles.of(before, was.get())
            .equals(NameFiles.of(core.engine().image(), container))) {
      changed(container);
    }
  }

  private boolean speaksOf(Container other, Container container) {
    var image = core.engine().image();
    return switch (other.mode()) {
      case NetworkMode.Shared _ ->
          Sharing.owner(image, other).filter(o -> o.id().equals(container.id())).isPresent();
      case NetworkMode.Scoped _, NetworkMode.None _ ->
          other.links().stream()
              .anyMatch(
                  l ->
                      Sharing.named(image, other, l.target())
                          .filter(t -> t.id().equals(container.id()))
                          .isPresent());
    };
  }

  private void rewrite(ContainerId id) {
    var image = core.engine().image();
    var container = image.container(id).filter(Sharing::runs);
    if (container.isEmpty()) {
      return;
    }
    try {
      core.processes().rewrite(id, NameFiles.of(image, container.get()));
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "files for names of container " + container.get().name() + " stay as they were",
          e);
    }
  }
}
