package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.rule.SharedNic;
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
    // Links have no IPv6 unless they are given an address; `lo` keeps ::1, which programs expect.
    {"net/ipv6/conf/default/disable_ipv6", "1"},
    // Who is on several scopes is asked by one and may answer by another. What the machine has set
    // is inherited.
    {"net/ipv4/conf/all/rp_filter", "0"},
    {"net/ipv4/conf/default/rp_filter", "0"},
  };

  /// Settings of a container with an IPv6 address, before it has links. Addresses and routers are
  /// what we say, and nobody else has them: there is nothing to detect and nothing to wait for. The
  /// link-local address is the one that the guards know.
  private static final String[][] SETTINGS_IPV6 = {
    {"net/ipv6/conf/default/accept_dad", "0"},
    {"net/ipv6/conf/default/addr_gen_mode", "0"},
  };

  /// Settings of a container with NICs on container networks, or with one NIC for several scopes:
  /// each address is told on its own link only, and to neighbours of its subnet only.
  private static final String[][] SETTINGS_TOLD = {
    {"net/ipv4/conf/all/arp_ignore", "1"}, {"net/ipv4/conf/all/arp_announce", "2"},
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
    if (container.endpoints().stream().anyMatch(e -> ipv6(image, container, e))) {
      for (var setting : SETTINGS_IPV6) {
        out.add(new Sysctl(ns, setting[0], setting[1]));
      }
      // Links are made with it: a link that accepts routers asks for them when it comes up.
      out.add(
          new Sysctl(
              ns, "net/ipv6/conf/default/accept_ra", acceptsRouters(image, container) ? "1" : "0"));
    }
    var rules = ContainerTable.text(image, container);
    var shared = SharedNic.places(image, container);
    if (rules.isPresent() || !shared.isEmpty()) {
      for (var setting : SETTINGS_TOLD) {
        out.add(new Sysctl(ns, setting[0], setting[1]));
      }
    }
    rules.ifPresent(text -> out.add(new Ruleset(ns, "inet", EndpointTable.NAME, text)));
    if (!shared.isEmpty()) {
      out.addAll(SharedPlaces.objects(image, container, shared));
    }
    for (var endpoint : container.endpoints()) {
      endpoint
          .scope()
          .flatMap(image::scope)
          .filter(_ -> !shared.contains(endpoint))
          .ifPresent(scope -> attach(out, image, ns, container, endpoint, scope));
    }
    for (var family : Family.values()) {
      defaultRoute(image, container, family).ifPresent(out::add);
    }
    out.addAll(sysctls(image, ns, container));
    out.addAll(Publications.elements(image, container));
    return List.copyOf(out);
  }

  /// What the user asked for of links. Places on one link have it together; the last one counts.
  private static List<Sysctl> sysctls(Image image, NamespaceName ns, Container container) {
    var values = new TreeMap<String, String>();
    EndpointRules.ordered(container).stream()
        .filter(e -> e.scope().flatMap(image::scope).isPresent())
        .forEach(
            e ->
                e.sysctls()
                    .forEach(
                        (path, value) ->
                            values.put(
                                path.replace("/" + Endpoint.LINK + "/", "/" + e.link() + "/"),
                                value)));
    return values.entrySet().stream()
        .map(e -> new Sysctl(ns, e.getKey(), e.getValue(), true))
        .toList();
  }

  private static Optional<MachineObject> defaultRoute(
      Image image, Container container, Family family) {
    return EndpointRules.defaultRoute(image, container, family)
        .filter(e -> e.settled() && (family == Family.IPV4 || ipv6(container, e)))
        .flatMap(
            endpoint ->
                endpoint
                    .scope()
                    .flatMap(image::scope)
                    .flatMap(scope -> scope.subnet(family))
                    .map(
                        subnet ->
                            DesiredVch.defaultRoute(
                                    LinkNames.container(container),
                                    subnet.gateway(),
                                    endpoint.link())
                                .from(sender(image, container, endpoint, family))));
  }

  /// Where a NIC has an IPv6 address for each of several scopes, the kernel would take any of them
  /// for what leaves. For IPv4 it takes that of the gateway's subnet by itself.
  private static Optional<Ip> sender(
      Image image, Container container, Endpoint endpoint, Family family) {
    return family == Family.IPV6 && SharedNic.places(image, container).contains(endpoint)
        ? endpoint.address(family).map(Cidr::address)
        : Optional.empty();
  }

  private static void attach(
      List<MachineObject> out,
      Image image,
      NamespaceName ns,
      Container container,
      Endpoint endpoint,
      Scope scope) {
    switch (scope.kind()) {
      case ScopeKind.Configuration _, ScopeKind.None _ -> {}
      case ScopeKind.External kind ->
          out.addAll(ExternalPlace.objects(image, container, endpoint, scope, kind));
      case ScopeKind.Bridge kind -> {
        var host = LinkNames.endpoint(container.vch());
        var port = LinkNames.port(container, endpoint);
        boolean ipv6 = ipv6(container, endpoint);
        for (var address : endpoint.addresses()) {
          out.add(member(host, port, endpoint.mac(), address.address()));
        }
        for (var address : endpoint.linkLocal()) {
          out.add(member(host, port, endpoint.mac(), address));
        }
        if (ipv6 && !endpoint.linkLocal().contains(endpoint.mac().linkLocal())) {
          out.add(member(host, port, endpoint.mac(), endpoint.mac().linkLocal()));
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
        if (ipv6) {
          out.add(DesiredVch.ipv6(ns, endpoint.link()));
        }
        for (var address : endpoint.addresses()) {
          if (ipv6 || address.address().isIpv4()) {
            out.add(new Address(ns, endpoint.link(), address));
            out.addAll(PlaceRoutes.objects(image, container, endpoint, address));
          }
        }
        for (var address : endpoint.linkLocal()) {
          if (ipv6 || address.isIpv4()) {
            out.add(
                new Address(ns, endpoint.link(), new Cidr(address, address.isIpv4() ? 16 : 64)));
          }
        }
      }
    }
  }

  /// The port may send from this address.
  static Element member(NamespaceName host, String port, Mac mac, Ip address) {
    return guard(
        host,
        EndpointTable.set("members", address.family()),
        new Part.Name(port),
        new Part.Hardware(mac),
        new Part.Address(address));
  }

  private static boolean acceptsRouters(Image image, Container container) {
    return container.endpoints().stream()
        .flatMap(e -> e.scope().flatMap(image::scope).stream())
        .anyMatch(ExternalPlace::acceptsRouters);
  }

  private static boolean ipv6(Image image, Container container, Endpoint endpoint) {
    return ipv6(container, endpoint)
        || endpoint
            .scope()
            .flatMap(image::scope)
            .filter(s -> ExternalPlace.ipv6(container, endpoint, s))
            .isPresent();
  }

  /// Not where the user has switched it off in the container: the runtime does so after us, and it
  /// is not to be undone.
  static boolean ipv6(Container container, Endpoint endpoint) {
    return endpoint.address(Family.IPV6).isPresent() && container.spec().ipv6();
  }

  private static Element guard(NamespaceName host, String set, Part... parts) {
    return new Element(host, "bridge", EndpointTable.NAME, set, List.of(parts), List.of());
  }
}
