package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.address.Subnet;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.vch.VchId;

/// A network as the user asked for it.
///
/// @param subnets empty: one is cut from the bridge range
/// @param mtu bytes; empty: that of the VCH
/// @param endpointRoutes subnets that the endpoint namespace routes by itself
public record CreateScope(
    ScopeId id,
    VchId vch,
    String name,
    ScopeKind kind,
    List<SubnetRequest> subnets,
    Optional<Integer> mtu,
    boolean ipv6,
    boolean attachable,
    Map<String, String> labels,
    Map<String, String> options,
    List<Subnet> endpointRoutes,
    Instant at) {}
