package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.VchId;

/// What is to become different about a VCH. What is not spoken of stays as it is.
///
/// @param dnsServers an empty list: those of the machine
/// @param containerNetworks networks to add, and settings of those that there are; an empty value
///   takes back gateways, ranges or name servers
/// @param removed container networks to remove, by their names or those of their port groups
/// @param newGroups id for the port group that this may add (`VM Network`)
/// @param newLinks name of the link for the port group of `newGroups`
/// @param newScopes one id for each container network that may be added
/// @param machineRoutes subnets that the machine routes already
public record ConfigureVch(
    VchId vch,
    Optional<List<Ip>> dnsServers,
    ContainerNetworkOptions containerNetworks,
    List<String> removed,
    List<PortGroupId> newGroups,
    List<String> newLinks,
    List<ScopeId> newScopes,
    List<Subnet> machineRoutes,
    Instant at) {
  public ConfigureVch {
    dnsServers = dnsServers.map(List::copyOf);
    removed = List.copyOf(removed);
  }

  /// What came of it.
  ///
  /// @param impact what becomes different for whom, a sentence each; empty: nothing does
  public record Configured(VchId vch, List<String> impact) {
    public Configured {
      impact = List.copyOf(impact);
    }
  }
}
