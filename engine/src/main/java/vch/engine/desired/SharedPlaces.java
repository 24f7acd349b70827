package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Image;

/// A container's places on bridge scopes that share one segment: one NIC with an address for each.
/// A place that comes or goes is an address and what the guards know of it; the NIC stays.
final class SharedPlaces {
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
          out.add(announced(host, new Part.Address(address.address())));
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
    for (var place : places) {
      for (var address : place.addresses()) {
        out.add(new Address(ns, nic.link(), address));
        out.addAll(PlaceRoutes.objects(image, container, place, address));
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
        "places",
        List.of(new Part.Name(port), subnet, subnet),
        List.of());
  }

  /// Hosts outside hear who has the address now.
  private static Element announced(NamespaceName host, Part address) {
    return new Element(
        host, "bridge", EndpointTable.NAME, "announced", List.of(address, address), List.of());
  }

  private static int mtu(Image image, Container container) {
    return image.vch(container.vch()).orElseThrow().bridge().mtu();
  }
}
