package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vch.portlayer.address.Family;
import vch.portlayer.address.Subnet;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.VchId;

/// A network as the user asked for it.
///
/// @param kind of a configuration it says subnets and families itself
/// @param subnets may leave families out: those are cut, IPv4 from the bridge range, IPv6 from the
///   unique local prefix of the VCH
/// @param mtu bytes; empty: that of the VCH
/// @param families of which the network has a subnet each; at least one
/// @param madeFrom name of the configuration that subnets, families, labels and options are of
/// @param endpointRoutes subnets that the endpoint namespace routes by itself
public record CreateScope(
    ScopeId id,
    VchId vch,
    String name,
    ScopeKind kind,
    List<SubnetRequest> subnets,
    Optional<Integer> mtu,
    Set<Family> families,
    boolean attachable,
    Map<String, String> labels,
    Map<String, String> options,
    Optional<String> madeFrom,
    List<Subnet> endpointRoutes,
    Instant at) {}
