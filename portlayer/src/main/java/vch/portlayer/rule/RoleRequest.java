package vch.portlayer.rule;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.vch.Role;

/// What the user said of one role.
///
/// @param portGroup name; empty: the role's default (DESIGN section 4)
/// @param addresses static addresses, at most one a family; none: from the port group's subnets
/// @param gateways next hops, at most one a family
/// @param destinations reached through a gateway; for public none, it has the default route
public record RoleRequest(
    Role role,
    Optional<String> portGroup,
    List<Cidr> addresses,
    List<Ip> gateways,
    List<Subnet> destinations) {
  public static RoleRequest defaults(Role role) {
    return new RoleRequest(role, Optional.empty(), List.of(), List.of(), List.of());
  }
}
