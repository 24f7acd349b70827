package vch.portlayer.scope;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.portgroup.PortGroupId;

/// What a scope is.
public sealed interface ScopeKind {
  /// A private segment of the VCH.
  ///
  /// @param internal no way out, and none in but by members
  /// @param interContainer members may talk to each other
  /// @param masquerade what leaves by the public role takes the public address, where the gateway
  ///   translates
  /// @param gateways for each family
  /// @param hostIp publications that name no host address are on this one; empty: on every address
  /// @param portsRouted published ports are reached at members' own addresses, too, by who routes
  ///   to them, where the gateway translates
  /// @param linkPrefix links of members are named by it and a number; empty: `eth`
  record Bridge(
      boolean internal,
      boolean interContainer,
      boolean masquerade,
      GatewayModes gateways,
      Optional<Ip> hostIp,
      boolean portsRouted,
      Optional<String> linkPrefix)
      implements ScopeKind {
    /// With gateways that translate.
    public Bridge(boolean internal, boolean interContainer, boolean masquerade) {
      this(
          internal,
          interContainer,
          masquerade,
          GatewayModes.TRANSLATING,
          Optional.empty(),
          false,
          Optional.empty());
    }

    /// True where members are reached at addresses of their own by who routes to them.
    public boolean entered(Family family) {
      return !internal
          && switch (gateways.of(family)) {
            case NAT -> portsRouted;
            case NAT_UNPROTECTED, ROUTED -> true;
            case ISOLATED -> false;
          };
    }

    /// True where what leaves takes the public address.
    public boolean masquerades(Family family) {
      return masquerade && gateways.of(family).translates();
    }
  }

  /// A container network: the segment of a port group, on which members have addresses of their
  /// own. A scope of this kind without a subnet takes IPv4 addresses by DHCP.
  ///
  /// @param pools dynamic addresses come from here; none: from the whole subnet
  /// @param dns name servers given to members; none: those of DHCP, or the gateway
  /// @param acceptRouters members configure themselves by IPv6 router advertisements (RFC 4861)
  record External(
      PortGroupId portGroup,
      TrustLevel trust,
      List<Range> pools,
      List<Ip> dns,
      boolean acceptRouters)
      implements ScopeKind {
    public External {
      pools = List.copyOf(pools);
      dns = List.copyOf(dns);
    }

    public List<Range> pools(Family family) {
      return pools.stream().filter(p -> p.first().family() == family).toList();
    }
  }

  /// What other scopes are made from: nobody can be on it, and it holds no addresses.
  ///
  /// @param subnets as they were asked for; checked when a scope is made from them
  record Configuration(List<SubnetRequest> subnets, Set<Family> families) implements ScopeKind {
    public Configuration {
      subnets = List.copyOf(subnets);
      families = Set.copyOf(families);
    }
  }

  /// The personality's "none": members have a namespace with loopback only.
  record None() implements ScopeKind {}
}
