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
/// @param gateway next hop of the default route if this NIC serves the public role
public record Nic(
    String name,
    PortGroupId portGroup,
    Set<Role> roles,
    List<Cidr> addresses,
    Optional<Ip> gateway,
    Mac mac) {
  public Nic {
    roles = Set.copyOf(roles);
    addresses = List.copyOf(addresses);
  }

  public boolean has(Family family) {
    return addresses.stream().anyMatch(a -> a.address().family() == family);
  }
}
