package vch.engine.desired;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.rule.SharedNic;
import vch.portlayer.scope.GatewayMode;
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
    var out = new ArrayList<Element>();
    for (var family : Family.values()) {
      // None: internal scopes only, so nothing comes in from outside, or scopes of the other
      // family.
      EndpointRules.published(image, container, family)
          .filter(e -> !EndpointRules.external(image, e)) // it opens its ports itself
          .flatMap(e -> e.address(family))
          .ifPresent(
              address -> {
                add(out, image, container, address);
                EndpointRules.publishedBy(image, container, family)
                    .ifPresent(kind -> direct(out, container, kind, address.address()));
              });
    }
    return out;
  }

  /// Ports that are asked at the container's own address.
  private static void direct(
      List<Element> out, Container container, ScopeKind.Bridge kind, Ip address) {
    var mode = kind.gateways().of(address.family());
    var ports = new EnumMap<Protocol, BitSet>(Protocol.class);
    for (var p : container.publications()) {
      boolean asked =
          p.direct() ? mode == GatewayMode.ROUTED : kind.portsRouted() && mode == GatewayMode.NAT;
      if (asked && p.serves(address.family())) {
        ports
            .computeIfAbsent(p.protocol(), _ -> new BitSet())
            .set(p.container().first(), p.container().last() + 1);
      }
    }
    var ns = LinkNames.endpoint(container.vch());
    ports.forEach(
        (protocol, numbers) ->
            PortRange.runs(numbers)
                .forEach(
                    run ->
                        out.add(
                            element(
                                ns,
                                set("direct", address),
                                List.of(
                                    new Part.Address(address),
                                    new Part.Proto(protocol),
                                    new Part.Ports(run))))));
  }

  private static void add(List<Element> out, Image image, Container container, Cidr address) {
    var ns = LinkNames.endpoint(container.vch());
    for (var publication : container.publications()) {
      if (!publication.direct() && publication.serves(address.address().family())) {
        add(out, ns, publication, address.address());
      }
    }
    if (away(image, container, address.address().family())) {
      out.add(
          element(
              ns, set("away", address.address()), List.of(new Part.Address(address.address()))));
    }
    own(image, container, address.address().family())
        .map(
            from ->
                List.<Part>of(
                    new Part.Address(from.address()), new Part.Address(address.address())))
        .map(key -> element(ns, set("own", address.address()), key))
        .forEach(out::add);
    for (var endpoint : container.endpoints()) {
      if (!endpoint.addresses().contains(address)) {
        endpoint
            .scope()
            .flatMap(image::scope)
            .filter(s -> s.kind() instanceof ScopeKind.Bridge b && !b.internal())
            .ifPresent(s -> out.addAll(aside(image, ns, s, address.address())));
      }
    }
  }

  /// True where replies to what is published may leave by a container network.
  private static boolean away(Image image, Container container, Family family) {
    return container.endpoints().stream()
        .flatMap(e -> e.scope().flatMap(image::scope).stream())
        .anyMatch(s -> s.kind() instanceof ScopeKind.External && EndpointRules.has(s, family));
  }

  /// Addresses from which the container may ask for what is published of it, and come by the public
  /// role.
  private static Stream<Cidr> own(Image image, Container container, Family family) {
    return container.endpoints().stream()
        .filter(e -> e.settled() && EndpointRules.external(image, e))
        .flatMap(e -> e.address(family).stream());
  }

  private static List<Element> aside(Image image, NamespaceName ns, Scope scope, Ip published) {
    var from =
        SharedNic.serves(image, scope)
            ? scope.subnet(published.family()).map(s -> Part.of(s.subnet()))
            : Optional.<Part>of(new Part.Name(LinkNames.segment(scope)));
    return from
        .map(f -> List.of(f, new Part.Address(published)))
        .map(key -> element(ns, set("aside", published), key))
        .stream()
        .toList();
  }

  private static Element element(NamespaceName ns, String set, List<Part> key) {
    return new Element(ns, "inet", EndpointTable.NAME, set, key, List.of());
  }

  private static void add(List<Element> out, NamespaceName ns, Publication publication, Ip to) {
    var hostIp = publication.hostIp().filter(ip -> !ip.isUnspecified());
    if (publication.host().size() > 1 && publication.host().equals(publication.container())) {
      // The port stays as it is, so the whole range is one interval.
      out.add(
          element(
              ns,
              hostIp,
              set(hostIp.isPresent() ? "pub_ip" : "pub_any", to) + "_range",
              publication,
              publication.host(),
              List.of(new Part.Address(to))));
      return;
    }
    for (int i = 0; i < publication.host().size(); i++) {
      var port = PortRange.of(publication.container().first() + i);
      var data = List.<Part>of(new Part.Address(to), new Part.Ports(port));
      var set = set(hostIp.isPresent() ? "pub_ip" : "pub_any", to);
      var host = PortRange.of(publication.host().first() + i);
      out.add(element(ns, hostIp, set, publication, host, data));
    }
  }

  private static Element element(
      NamespaceName ns,
      Optional<Ip> hostIp,
      String set,
      Publication publication,
      PortRange host,
      List<Part> data) {
    var key = new ArrayList<Part>();
    hostIp.ifPresent(ip -> key.add(new Part.Address(ip)));
    key.add(new Part.Proto(publication.protocol()));
    key.add(new Part.Ports(host));
    return new Element(ns, "inet", EndpointTable.NAME, set, key, data);
  }

  private static String set(String name, Ip address) {
    return EndpointTable.set(name, address.family());
  }
}
