package vch.portlayer.portgroup;

import vch.portlayer.address.Subnet;

/// What a port group is on the machine (DESIGN section 3).
public sealed interface PortGroupKind {
  /// A Linux bridge without uplink.
  record Internal() implements PortGroupKind {}

  /// A bridge on which the machine holds the first address of `subnet`, routes and masquerades.
  record Nat(Subnet subnet) implements PortGroupKind {}

  /// Adopts the existing Linux bridge `link`; never reconfigures or removes it.
  record Bridge(String link) implements PortGroupKind {}

  /// macvlan on the physical NIC `uplink`.
  record Nic(String uplink, boolean hostAccess) implements PortGroupKind {}

  /// The word of the command line: `internal`, `nat`, `bridge`, `nic`.
  default String word() {
    return switch (this) {
      case Internal _ -> "internal";
      case Nat _ -> "nat";
      case Bridge _ -> "bridge";
      case Nic _ -> "nic";
    };
  }
}
