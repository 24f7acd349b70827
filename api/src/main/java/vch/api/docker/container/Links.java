package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import vch.portlayer.container.Container;
import vch.portlayer.container.NameLink;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Image;

/// Names that `--link` gives, as Docker writes them: `/parent/alias`.
final class Links {
  private Links() {}

  /// The present name of a link's target; the name as asked where it is gone.
  static String name(Image image, Container from, NameLink link) {
    try {
      return ContainerRules.find(image, from.vch(), link.target()).name();
    } catch (Refusal _) {
      return link.target();
    }
  }

  /// `/name`, and `/parent/alias` for every container that links to this one.
  static List<String> names(Image image, List<Container> linking, Container container) {
    var out = new ArrayList<String>();
    out.add("/" + container.name());
    for (var parent : linking) {
      for (var link : parent.links()) {
        if (name(image, parent, link).equals(container.name())) {
          out.add("/" + parent.name() + "/" + link.alias());
        }
      }
    }
    return out;
  }
}
