package vch.engine.lifecycle;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Image;

/// Whose network namespace a container's processes live in. Pure.
final class Sharing {
  private Sharing() {}

  /// Refuses the start of a container whose network belongs to one that does not run.
  static void check(Image image, Container container) {
    if (!(container.mode() instanceof NetworkMode.Shared(var term))) {
      return;
    }
    var target =
        named(image, container, term)
            .orElseThrow(() -> new Refusal.Failed("joining network namespace of container: No such container: " + term));
    if (target.id().equals(container.id())) {
      throw new Refusal.Failed("cannot join own network namespace");
    }
    var phase = target.state().phase();
    switch (phase) {
      case RUNNING, PAUSED -> {}
      case RESTARTING ->
          throw new Refusal.Conflict(
              "cannot join network namespace of container: Container "
                  + term
                  + " is restarting, wait until the container is running");
      case CREATED, STARTING, EXITED, REMOVING ->
          throw new Refusal.Conflict(
              "cannot join network namespace of a non running container: container "
                  + target.name()
                  + " is "
                  + phase.name().toLowerCase(Locale.ROOT));
    }
    if (owner(image, container).isEmpty()) {
      throw new Refusal.Failed("joining network namespace of container: the containers named share each other's network in a circle");
    }
  }

  /// The container that the namespace belongs to: itself, or the one at the end of `container:` modes. Empty where there
  /// is none.
  static Optional<Container> owner(Image image, Container container) {
    var seen = new HashSet<ContainerId>();
    var at = container;
    while (at.mode() instanceof NetworkMode.Shared(var term)) {
      var next = named(image, at, term);
      if (!seen.add(at.id()) || next.isEmpty()) {
        return Optional.empty();
      }
      at = next.get();
    }
    return Optional.of(at);
  }

  /// True when processes of the container can be there.
  static boolean runs(Container container) {
    var phase = container.state().phase();
    return phase == Phase.RUNNING || phase == Phase.PAUSED;
  }

  static Optional<Container> named(Image image, Container asker, String term) {
    try {
      return Optional.of(ContainerRules.find(image, asker.vch(), term));
    } catch (Refusal.NotFound _) {
      return Optional.empty();
    }
  }
}
