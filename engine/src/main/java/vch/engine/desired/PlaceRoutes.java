package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.state.Image;

/// Where answers would leave by another network than the one that was asked: what a container sends
/// from its address there leaves by that network and its router, in a table of its own.
final class PlaceRoutes {
  /// Number of the table of the first place. Nobody else has such numbers in a container's
  /// namespace.
  private static final int TABLES = 0x9a00;

  private PlaceRoutes() {}

  /// @param address of a settled place, on its link
  static List<MachineObject> objects(
      Image image, Container container, Endpoint endpoint, Cidr address) {
    return EndpointRules.router(image, container, endpoint, address.address().family())
        .map(router -> table(LinkNames.container(container), endpoint, address, router))
        .orElse(List.of());
  }

  private static List<MachineObject> table(
      NamespaceName ns, Endpoint endpoint, Cidr address, Ip router) {
    int table = TABLES + endpoint.ordinal();
    var out = new ArrayList<MachineObject>();
    out.add(new Rule(ns, address.address(), table));
    out.add(new Route(ns, address.subnet(), Optional.empty(), endpoint.link(), table));
    endpoint
        .lease()
        .filter(lease -> lease.address().equals(address))
        .map(Lease::routes)
        .orElse(List.of())
        .stream()
        .filter(told -> !told.to().equals(address.subnet()) && told.to().length() > 0)
        .map(told -> new Route(ns, told.to(), via(told), endpoint.link(), table))
        .forEach(out::add);
    var any = new Subnet(new Ip(router.family(), 0, 0), 0);
    out.add(new Route(ns, any, Optional.of(router), endpoint.link(), table));
    return out;
  }

  /// Without a router the subnet is on the link itself (RFC 3442).
  private static Optional<Ip> via(Lease.StaticRoute route) {
    return Optional.of(route.via()).filter(ip -> !ip.isUnspecified());
  }
}
