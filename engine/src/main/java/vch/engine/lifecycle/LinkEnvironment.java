package vch.engine.lifecycle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import vch.portlayer.address.Family;
import vch.portlayer.container.Container;
import vch.portlayer.container.NameLink;
import vch.portlayer.port.Port;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Image;

/// The variables that tell a container of what it links to on the default bridge, as dockerd sets
/// them since its first days: `DB_NAME`, `DB_PORT`, `DB_PORT_5432_TCP_ADDR`, `DB_ENV_…`. Pure.
public final class LinkEnvironment {
  private LinkEnvironment() {}

  /// The container as its processes are to see it, those that `docker exec` adds too: with the
  /// variables of its links, and with the host name of the container whose network it shares.
  public static Container dressed(Image image, Container container) {
    var dressed =
        Sharing.owner(image, container)
            .map(owner -> Sharing.dressed(container, owner))
            .orElse(container);
    return dressed.withSpec(dressed.spec().withEnvironment(of(image, dressed)), dressed.document());
  }

  /// The container's environment with that of its links; what the container sets itself stands.
  static List<String> of(Image image, Container container) {
    var linked = new LinkedHashMap<String, String>();
    for (var link : container.links()) {
      Sharing.named(image, container, link.target())
          .ifPresent(t -> describe(image, container, link, t, linked));
    }
    var own = container.spec().environment();
    own.forEach(variable -> linked.remove(name(variable)));
    var all = new ArrayList<String>();
    linked.forEach((name, value) -> all.add(name + "=" + value));
    all.addAll(own);
    return all;
  }

  private static void describe(
      Image image, Container container, NameLink link, Container target, Map<String, String> out) {
    var address =
        target.endpoints().stream()
            .filter(e -> e.scope().flatMap(image::scope).filter(Scope::isDefault).isPresent())
            .flatMap(e -> e.address(Family.IPV4).stream())
            .map(a -> a.address().toString())
            .findFirst();
    if (address.isEmpty()) {
      return;
    }
    var alias = link.alias().toUpperCase(Locale.ROOT).replace('-', '_');
    out.put(alias + "_NAME", "/" + container.name() + "/" + link.alias());
    var ports =
        target
            .exposed()
            .ports()
            .sorted(Comparator.comparing(Port::protocol).thenComparingInt(Port::number))
            .toList();
    if (!ports.isEmpty()) {
      out.put(alias + "_PORT", url(ports.getFirst(), address.get()));
    }
    for (var port : ports) {
      var prefix = alias + "_PORT_" + port.number() + "_" + port.protocol().name();
      out.put(prefix, url(port, address.get()));
      out.put(prefix + "_ADDR", address.get());
      out.put(prefix + "_PORT", Integer.toString(port.number()));
      out.put(prefix + "_PROTO", port.protocol().text());
    }
    for (var variable : target.spec().environment()) {
      var name = name(variable);
      if (name.length() < variable.length() && !name.equals("HOME") && !name.equals("PATH")) {
        out.put(alias + "_ENV_" + name, variable.substring(name.length() + 1));
      }
    }
  }

  private static String url(Port port, String address) {
    return port.protocol().text() + "://" + address + ":" + port.number();
  }

  private static String name(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }
}
