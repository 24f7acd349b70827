package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Publication;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// Publications of a live container as elements of the endpoint namespace's maps.
public final class Publications {
  private Publications() {}

  /// True for elements by which a packet is translated towards a container.
  public static boolean is(Element element) {
    return element.table().equals(EndpointTable.NAME) && element.set().startsWith("pub_");
  }

  static List<Element> elements(Image image, Container container) {
    if (container.publications().isEmpty()) {
      return List.of();
    }
    var address = EndpointRules.published(image, container).flatMap(e -> e.address(Family.IPV4));
    if (address.isEmpty()) {
      return List.of(); // internal scopes only: nothing comes in from outside
    }
    var ns = LinkNames.endpoint(container.vch());
    var out = new ArrayList<Element>();
    for (var publication : container.publications()) {
      add(out, ns, publication, address.get().address());
    }
    for (var endpoint : container.endpoints()) {
      if (!endpoint.addresses().contains(address.get())) {
        endpoint
            .scope()
            .flatMap(image::scope)
            .filter(s -> s.kind() instanceof ScopeKind.Bridge b && !b.internal())
            .ifPresent(s -> out.add(aside(ns, s, address.get().address())));
      }
    }
    return out;
  }

  private static Element aside(NamespaceName ns, Scope scope, Ip published) {
    var key = List.<Part>of(new Part.Name(LinkNames.segment(scope)), new Part.Address(published));
    return new Element(ns, "inet", EndpointTable.NAME, "aside", key, List.of());
  }

  private static void add(List<Element> out, NamespaceName ns, Publication publication, Ip to) {
    var hostIp = publication.hostIp().filter(ip -> !ip.isUnspecified());
    if (hostIp.isPresent() && !hostIp.get().isIpv4()) {
      return; // the maps are of IPv4; the public role has no IPv6 address that could be meant
    }
    if (publication.host().size() > 1 && publication.host().equals(publication.container())) {
      // The port stays as it is, so the whole range is one interval.
      out.add(
          element(
              ns,
              hostIp,
              "_range",
              publication,
              publication.host(),
              List.of(new Part.Address(to))));
      return;
    }
    for (int i = 0; i < publication.host().size(); i++) {
      var port = PortRange.of(publication.container().first() + i);
      var data = List.<Part>of(new Part.Address(to), new Part.Ports(port));
      out.add(
          element(ns, hostIp, "", publication, PortRange.of(publication.host().first() + i), data));
    }
  }

  private static Element element(
      NamespaceName ns,
      Optional<Ip> hostIp,
      String suffix,
      Publication publication,
      PortRange host,
      List<Part> data) {
    var key = new ArrayList<Part>();
    hostIp.ifPresent(ip -> key.add(new Part.Address(ip)));
    key.add(new Part.Proto(publication.protocol()));
    key.add(new Part.Ports(host));
    return new Element(
        ns,
        "inet",
        EndpointTable.NAME,
        (hostIp.isPresent() ? "pub_ip" : "pub_any") + suffix,
        key,
        data);
  }
}
