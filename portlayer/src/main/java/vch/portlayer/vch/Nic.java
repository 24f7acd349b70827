package vch.portlayer.vch;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.portgroup.PortGroupId;

/// One NIC of the endpoint namespace and the roles that share it (never the bridge role).
///
/// @param name link name inside the endpoint namespace: the word of the first role it serves
/// @param addresses at most one a family
/// @param gateways next hops of the default routes if this NIC serves the public role; at most one
///   a family
public record Nic(
    String name,
    PortGroupId portGroup,
    Set<Role> roles,
    List<Cidr> addresses,
    List<Ip> gateways,
    Mac mac) {
  public Nic {
    roles = Set.copyOf(roles);
    addresses = List.copyOf(addresses);
    gateways = List.copyOf(gateways);
  }

  public Optional<Cidr> address(Family family) {
    return addresses.stream().filter(a -> a.address().family() == family).findFirst();
  }

  public Optional<Ip> gateway(Family family) {
    return gateways.stream().filter(g -> g.family() == family).findFirst();
  }

  public boolean has(Family family) {
    return address(family).isPresent();
  }
}
