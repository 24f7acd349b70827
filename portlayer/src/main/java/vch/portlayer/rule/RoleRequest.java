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
/// @param address static address; empty: from the port group's subnet
/// @param destinations reached through `gateway`; for public none, it has the default route
public record RoleRequest(
    Role role,
    Optional<String> portGroup,
    Optional<Cidr> address,
    Optional<Ip> gateway,
    List<Subnet> destinations) {
  public static RoleRequest defaults(Role role) {
    return new RoleRequest(role, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
  }
}
