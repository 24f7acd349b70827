package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// What the subnets of a VCH's scopes must not overlap besides each other: subnets of its roles and
/// of the port groups that they use, its name servers, routes of the endpoint namespace, and blocks
/// that no network can have.
record Obstacles(List<Obstacle> all) {
  /// @param what the other side, for a message
  record Obstacle(Subnet subnet, String what) {}

  private static final List<Obstacle> SPECIAL =
      List.of(
          new Obstacle(Subnet.parse("0.0.0.0/8"), "\"this network\" (RFC 1122)"),
          new Obstacle(Subnet.parse("127.0.0.0/8"), "the loopback block"),
          new Obstacle(Subnet.parse("224.0.0.0/3"), "the multicast and reserved blocks"),
          new Obstacle(Subnet.parse("::/127"), "the loopback address"),
          new Obstacle(Subnet.parse("fe80::/10"), "the link-local block"),
          new Obstacle(Subnet.parse("ff00::/8"), "the multicast block"));

  static Obstacles of(Image image, Vch vch, List<Subnet> routes) {
    var groups = new ArrayList<PortGroup>();
    vch.nics().forEach(n -> image.portGroup(n.portGroup()).ifPresent(groups::add));
    return of(vch, groups, routes);
  }

  /// @param groups port groups of the NICs
  static Obstacles of(Vch vch, List<PortGroup> groups, List<Subnet> routes) {
    var out = new ArrayList<Obstacle>();
    for (var nic : vch.nics()) {
      for (Cidr address : nic.addresses()) {
        out.add(new Obstacle(address.subnet(), roles(nic) + " subnet " + address.subnet()));
      }
    }
    for (var group : groups) {
      if (group.kind() instanceof PortGroupKind.Nat(var subnets)) {
        for (var subnet : subnets) {
          out.add(new Obstacle(subnet, "port group \"" + group.name() + "\" subnet " + subnet));
        }
      }
    }
    for (var server : vch.dnsServers()) {
      out.add(
          new Obstacle(
              new Subnet(server, server.family().bits()), "name server " + server + " of the VCH"));
    }
    for (var route : routes) {
      if (route.length() > 0) { // the default route overlaps everything and shadows nothing
        out.add(new Obstacle(route, "route " + route + " of the VCH's endpoint"));
      }
    }
    out.addAll(SPECIAL);
    return new Obstacles(List.copyOf(out));
  }

  /// These, and the subnets of container networks.
  Obstacles and(List<Scope> networks) {
    var out = new ArrayList<>(all);
    for (var network : networks) {
      for (var config : network.subnets()) {
        out.add(
            new Obstacle(
                config.subnet(),
                "container network " + network.name() + " subnet " + config.subnet()));
      }
    }
    return new Obstacles(List.copyOf(out));
  }

  /// The block that no network can have, which the subnet overlaps.
  static Optional<String> special(Subnet subnet) {
    return SPECIAL.stream()
        .filter(o -> o.subnet().overlaps(subnet))
        .findFirst()
        .map(Obstacle::what);
  }

  Optional<Obstacle> overlapping(Subnet subnet) {
    return all.stream().filter(o -> o.subnet().overlaps(subnet)).findFirst();
  }

  List<Subnet> subnets() {
    return all.stream().map(Obstacle::subnet).toList();
  }

  private static String roles(Nic nic) {
    return "role "
        + nic.roles().stream()
            .sorted()
            .map(Role::word)
            .reduce((a, b) -> a + ", " + b)
            .orElse(nic.name());
  }
}
