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
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Image;

/// A container's places on bridge scopes that share one segment: one NIC with an address for each.
/// A place that comes or goes is an address and what the guards know of it; the NIC stays.
///
/// The NIC has no link-local address: that is of no scope, so nothing could be told of a frame
/// under it. The kernel then asks who has an address under that of the packet that waits.
final class SharedPlaces {
  /// `addr_gen_mode` (IN6_ADDR_GEN_MODE_NONE).
  private static final String NO_LINK_LOCAL = "1";

  private SharedPlaces() {}

  /// @param places at least one; all have the same link and Ethernet address
  static List<MachineObject> objects(Image image, Container container, List<Endpoint> places) {
    var host = LinkNames.endpoint(container.vch());
    var ns = LinkNames.container(container);
    var port = LinkNames.sharedPort(container);
    var nic = places.getFirst();
    var out = new ArrayList<MachineObject>();
    if (image.vch(container.vch()).flatMap(v -> OutsideHosts.segment(image, v)).isPresent()) {
      out.add(DesiredVch.ours(host, nic.mac()));
    }
    for (var place : places) {
      boolean known =
          place
              .scope()
              .flatMap(image::scope)
              .filter(s -> !OutsideHosts.of(image, s).isEmpty())
              .isPresent();
      for (var address : place.addresses()) {
        out.add(DesiredContainer.member(host, port, nic.mac(), address.address()));
        if (known) {
          out.add(announced(host, address.address()));
        }
      }
      place.scope().flatMap(image::scope).stream()
          .flatMap(s -> s.subnets().stream())
          .forEach(subnet -> out.add(on(container, port, subnet)));
    }
    out.add(
        new Link(
            host,
            port,
            new LinkKind.Veth(ns, nic.link(), nic.mac()),
            Optional.of(LinkNames.shared(container.vch())),
            Optional.empty(),
            mtu(image, container),
            true));
    boolean ipv6 = places.stream().anyMatch(place -> DesiredContainer.ipv6(container, place));
    if (ipv6) {
      out.add(new Sysctl(ns, "net/ipv6/conf/" + nic.link() + "/addr_gen_mode", NO_LINK_LOCAL));
      out.add(DesiredVch.ipv6(ns, nic.link()));
    }
    for (var place : places) {
      for (var address : place.addresses()) {
        if (ipv6 || address.address().isIpv4()) {
          out.add(new Address(ns, nic.link(), address));
          out.addAll(PlaceRoutes.objects(image, container, place, address));
        }
      }
    }
    return out;
  }

  private static Element on(Container container, String port, SubnetConfig config) {
    var subnet = Part.of(config.subnet());
    return new Element(
        LinkNames.endpoint(container.vch()),
        "bridge",
        EndpointTable.NAME,
        EndpointTable.set("places", config.subnet().family()),
        List.of(new Part.Name(port), subnet, subnet),
        List.of());
  }

  /// Hosts outside hear who has the address now.
  private static Element announced(NamespaceName host, Ip ip) {
    var address = new Part.Address(ip);
    return new Element(
        host,
        "bridge",
        EndpointTable.NAME,
        EndpointTable.set("announced", ip.family()),
        List.of(address, address),
        List.of());
  }

  private static int mtu(Image image, Container container) {
    return image.vch(container.vch()).orElseThrow().bridge().mtu();
  }
}
