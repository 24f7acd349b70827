package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// The network of a live container: its namespace, and its ports on the segments of its scopes.
final class DesiredContainer {
  /// Settings of every container's namespace, as Docker has them: any user may bind ports below
  /// 1024 and ping.
  private static final String[][] SETTINGS = {
    {"net/ipv4/ip_unprivileged_port_start", "0"},
    {"net/ipv4/ping_group_range", "0 2147483647"},
    // Links made from now on have no IPv6; `lo` keeps ::1, which programs expect.
    {"net/ipv6/conf/default/disable_ipv6", "1"},
    // Who is on several scopes is asked by one and may answer by another. What the machine has set
    // is inherited.
    {"net/ipv4/conf/all/rp_filter", "0"},
    {"net/ipv4/conf/default/rp_filter", "0"},
  };

  private DesiredContainer() {}

  static List<MachineObject> objects(Image image, Container container) {
    if (!container.live() || image.vch(container.vch()).isEmpty()) {
      return List.of();
    }
    return switch (container.mode()) {
      case NetworkMode.Shared _ -> List.of(); // lives in another container's namespace
      case NetworkMode.None _ -> namespace(LinkNames.container(container));
      case NetworkMode.Scoped _ -> scoped(image, container);
    };
  }

  private static List<MachineObject> namespace(NamespaceName ns) {
    var out = new ArrayList<MachineObject>();
    out.add(new Namespace(ns));
    for (var setting : SETTINGS) {
      out.add(new Sysctl(ns, setting[0], setting[1]));
    }
    out.add(DesiredVch.loopback(ns));
    return out;
  }

  private static List<MachineObject> scoped(Image image, Container container) {
    var ns = LinkNames.container(container);
    var out = new ArrayList<>(namespace(ns));
    for (var endpoint : container.endpoints()) {
      endpoint
          .scope()
          .flatMap(image::scope)
          .ifPresent(scope -> attach(out, ns, container, endpoint, scope));
    }
    EndpointRules.defaultRoute(image, container)
        .ifPresent(
            endpoint ->
                endpoint
                    .scope()
                    .flatMap(image::scope)
                    .ifPresent(
                        scope ->
                            scope.subnets().stream()
                                .filter(s -> s.subnet().first().isIpv4())
                                .forEach(
                                    s ->
                                        out.add(
                                            DesiredVch.defaultRoute(
                                                ns, s.gateway(), endpoint.link())))));
    repliesElsewhere(image, container).ifPresent(out::add);
    out.addAll(Publications.elements(image, container));
    return List.copyOf(out);
  }

  /// Where publications lead to one place and the default route leaves by another, replies leave by
  /// the latter with the address of the former: that port may send them.
  private static Optional<Element> repliesElsewhere(Image image, Container container) {
    if (container.publications().isEmpty()) {
      return Optional.empty();
    }
    var out = EndpointRules.defaultRoute(image, container);
    var in =
        EndpointRules.published(image, container)
            .filter(e -> !Optional.of(e.id()).equals(out.map(Endpoint::id)));
    return out.flatMap(
        leaves ->
            in.flatMap(e -> e.address(Family.IPV4))
                .map(
                    address ->
                        guard(
                            LinkNames.endpoint(container.vch()),
                            "members",
                            new Part.Name(LinkNames.port(container, leaves)),
                            new Part.Hardware(leaves.mac()),
                            new Part.Address(address.address()))));
  }

  private static void attach(
      List<MachineObject> out,
      NamespaceName ns,
      Container container,
      Endpoint endpoint,
      Scope scope) {
    switch (scope.kind()) {
      case ScopeKind.None _ -> {}
      case ScopeKind.Bridge kind -> {
        var host = LinkNames.endpoint(container.vch());
        var port = LinkNames.port(container, endpoint);
        for (var address : endpoint.addresses()) {
          if (DesiredVch.ipv4(address)) {
            out.add(
                guard(
                    host,
                    "members",
                    new Part.Name(port),
                    new Part.Hardware(endpoint.mac()),
                    new Part.Address(address.address())));
          }
        }
        if (!kind.interContainer()) {
          out.add(guard(host, "noicc", new Part.Name(port)));
        }
        out.add(
            new Link(
                host,
                port,
                new LinkKind.Veth(ns, endpoint.link(), endpoint.mac()),
                Optional.of(LinkNames.segment(scope)),
                Optional.empty(),
                scope.mtu(),
                true));
        for (var address : endpoint.addresses()) {
          if (DesiredVch.ipv4(address)) {
            out.add(new Address(ns, endpoint.link(), address));
          }
        }
      }
    }
  }

  private static Element guard(NamespaceName host, String set, Part... parts) {
    return new Element(host, "bridge", EndpointTable.NAME, set, List.of(parts), List.of());
  }
}
