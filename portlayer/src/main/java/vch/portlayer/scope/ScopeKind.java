package vch.portlayer.scope;

import java.util.List;
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
  /// @param masquerade what leaves by the public role takes the public address
  record Bridge(boolean internal, boolean interContainer, boolean masquerade)
      implements ScopeKind {}

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

  /// The personality's "none": members have a namespace with loopback only.
  record None() implements ScopeKind {}
}
