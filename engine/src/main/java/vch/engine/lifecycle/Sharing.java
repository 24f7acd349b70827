package vch.engine.lifecycle;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Image;

/// Whose network namespace a container's processes live in. Pure.
final class Sharing {
  private static final String OTHER = "container:";

  private Sharing() {}

  /// The container that the namespace belongs to: itself, or the one at the end of `container:`
  /// modes. Empty where there is none.
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

  /// The containers that must run before this one can: the owners of the namespaces it shares, and
  /// those it links to.
  static List<Container> needs(Image image, Container container) {
    var terms = new ArrayList<>(container.links().stream().map(NameLink::target).toList());
    if (container.mode() instanceof NetworkMode.Shared(var term)) {
      terms.add(term);
    }
    container.spec().namespaces().values().stream()
        .filter(mode -> mode.startsWith(OTHER))
        .forEach(mode -> terms.add(mode.substring(OTHER.length())));
    return terms.stream().flatMap(t -> named(image, container, t).stream()).toList();
  }

  /// The container as its processes see it: who shares a network shares the names of its owner.
  static Container dressed(Container c, Container owner) {
    return c.id().equals(owner.id())
        ? c
        : new Container(
            c.id(),
            c.vch(),
            c.name(),
            c.created(),
            owner.hostname(),
            owner.domainname(),
            c.mode(),
            c.endpoints(),
            c.publish(),
            c.exposed(),
            c.publishAll(),
            c.publications(),
            c.links(),
            c.resolver(),
            c.labels(),
            c.spec(),
            c.state(),
            c.document());
  }

  /// True when processes of the container can be there.
  static boolean runs(Container container) {
    var phase = container.state().phase();
    return phase == Phase.RUNNING || phase == Phase.PAUSED;
  }

  static Optional<Container> named(Image image, Container asker, String term) {
    try {
      return Optional.of(ContainerRules.find(image, asker.vch(), term));
    } catch (Refusal _) { // unknown, or an id prefix that several have
      return Optional.empty();
    }
  }
}
