package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.VchId;

/// A VCH as the user asked for it.
///
/// @param roles roles the user spoke of; the others take their defaults
/// @param containerNetworks as the user wrote them
/// @param newGroups ids for port groups that creation may add (`VM Network`, the bridge group); at
///   least 2
/// @param newScopes ids for the scopes that every VCH has (the default bridge, then none), then one
///   for each container network
/// @param newLinks names of links for the port groups of `newGroups`
/// @param seed chance, for Ethernet addresses
/// @param machineRoutes subnets that the machine routes already
public record CreateVch(
    VchId id,
    String name,
    List<RoleRequest> roles,
    BridgeSettings bridge,
    DefaultBridge defaultBridge,
    List<Ip> dnsServers,
    TlsMode tls,
    List<String> insecureRegistries,
    boolean allowNetAdmin,
    ContainerNetworkOptions containerNetworks,
    List<PortGroupId> newGroups,
    List<String> newLinks,
    List<ScopeId> newScopes,
    long seed,
    List<Subnet> machineRoutes,
    Instant at) {}
