package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.container.Phase;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// A container's place on a container network: a NIC of its own on the port group's segment. It
/// never passes the endpoint namespace.
final class ExternalPlace {
  private ExternalPlace() {}

  static List<MachineObject> objects(
      Image image, Container container, Endpoint endpoint, Scope scope, ScopeKind.External kind) {
    var group = image.portGroup(kind.portGroup());
    if (group.isEmpty()) {
      return List.of();
    }
    var ns = LinkNames.container(container);
    var out = new ArrayList<MachineObject>();
    out.add(link(ns, container, endpoint, mtu(endpoint, scope), group.get()));
    if (ipv6(container, endpoint, scope)) {
      out.add(DesiredVch.ipv6(ns, endpoint.link()));
      // Here others have addresses, too. What we set was probed for; this is about what the kernel
      // takes itself: link-local addresses, and those of routers that advertise.
      out.add(setting(ns, endpoint, "accept_dad", "1"));
      out.add(setting(ns, endpoint, "accept_ra", kind.acceptRouters() ? "1" : "0"));
    }
    if (SegmentGuard.guards(group.get(), kind)) {
      out.addAll(
          SegmentGuard.member(scope, container, endpoint, known(endpoint, endpoint.settled())));
    } else if (NicGuard.guards(group.get(), kind)) {
      // Before there is a process nobody is to be held, and the table need not be loaded twice.
      boolean free = endpoint.settled() || container.state().phase() == Phase.STARTING;
      out.add(NicGuard.sender(ns, scope, kind, endpoint, known(endpoint, free)));
      NicGuard.deaf(scope, kind, endpoint).ifPresent(out::add);
    }
    for (var address : endpoint.addresses()) {
      if (endpoint.settled()) {
        out.addAll(HostAccess.to(group.get(), address.address()));
      }
      var family = address.address().family();
      boolean here = family == Family.IPV4 || container.spec().ipv6();
      if (endpoint.settled() && here) {
        out.addAll(PlaceRoutes.objects(image, container, endpoint, address));
        if (!leased(endpoint, family)) {
          out.add(new Address(ns, endpoint.link(), address));
        }
      }
    }
    for (var family : Family.values()) {
      if (ContainerTable.admitsMembers(kind, family)) {
        image
            .members(scope.id())
            .filter(c -> c.live() && !c.id().equals(container.id()))
            .flatMap(c -> c.on(scope.id()).flatMap(e -> e.address(family)).stream())
            .forEach(a -> out.add(peer(ns, endpoint, family, new Part.Address(a.address()))));
      }
    }
    return out;
  }

  /// Addresses that the place may send from.
  ///
  /// @param free nobody else has its addresses
  private static List<Ip> known(Endpoint endpoint, boolean free) {
    var out = new ArrayList<Ip>();
    if (free) {
      endpoint.addresses().forEach(a -> out.add(a.address()));
    }
    if (endpoint.address(Family.IPV6).isPresent()) {
      out.add(endpoint.mac().linkLocal());
    }
    return out;
  }

  private static Link link(
      NamespaceName ns, Container container, Endpoint endpoint, int mtu, PortGroup group) {
    return switch (group.kind()) {
      case PortGroupKind.Internal _, PortGroupKind.Nat _, PortGroupKind.Bridge _ ->
          new Link(
              NamespaceName.MACHINE,
              LinkNames.port(container, endpoint),
              new LinkKind.Veth(ns, endpoint.link(), endpoint.mac()),
              Optional.of(group.link()),
              Optional.of(LinkNames.placeMac(endpoint)),
              mtu,
              true);
      case PortGroupKind.Nic(var uplink, _) ->
          new Link(
              ns,
              endpoint.link(),
              new LinkKind.Macvlan(uplink),
              Optional.empty(),
              Optional.of(endpoint.mac()),
              mtu,
              true);
    };
  }

  private static int mtu(Endpoint endpoint, Scope scope) {
    return endpoint.lease().flatMap(Lease::mtu).orElse(scope.mtu());
  }

  /// The client of DHCP puts its address on the link itself.
  private static boolean leased(Endpoint endpoint, Family family) {
    return endpoint.lease().filter(l -> l.address().address().family() == family).isPresent();
  }

  static boolean ipv6(Container container, Endpoint endpoint, Scope scope) {
    return (endpoint.address(Family.IPV6).isPresent() || acceptsRouters(scope))
        && container.spec().ipv6();
  }

  static boolean acceptsRouters(Scope scope) {
    return scope.kind() instanceof ScopeKind.External kind && kind.acceptRouters();
  }

  private static Sysctl setting(NamespaceName ns, Endpoint endpoint, String name, String value) {
    return new Sysctl(ns, "net/ipv6/conf/" + endpoint.link() + "/" + name, value);
  }

  private static Element peer(NamespaceName ns, Endpoint endpoint, Family family, Part address) {
    return new Element(
        ns,
        "inet",
        EndpointTable.NAME,
        ContainerTable.peers(endpoint, family),
        List.of(address),
        List.of());
  }
}
