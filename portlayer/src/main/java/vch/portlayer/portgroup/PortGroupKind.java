package vch.portlayer.portgroup;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;

/// What a port group is on the machine (DESIGN section 3).
public sealed interface PortGroupKind {
  /// A Linux bridge without uplink.
  record Internal() implements PortGroupKind {}

  /// A bridge on which the machine holds the first address of each subnet, routes and masquerades.
  ///
  /// @param subnets an IPv4 one, and an IPv6 one or none
  record Nat(List<Subnet> subnets) implements PortGroupKind {
    public Nat {
      subnets = subnets.stream().sorted().toList();
    }

    public Optional<Subnet> subnet(Family family) {
      return subnets.stream().filter(s -> s.family() == family).findFirst();
    }

    /// The machine's own address on the bridge.
    public Optional<Cidr> machine(Family family) {
      return subnet(family).map(s -> new Cidr(s.first().plus(1), s.length()));
    }

    /// True for an address of the machine's own on the bridge.
    public boolean isMachine(Ip address) {
      return machine(address.family()).filter(m -> m.address().equals(address)).isPresent();
    }

    public boolean contains(Ip address) {
      return subnets.stream().anyMatch(s -> s.contains(address));
    }
  }

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
