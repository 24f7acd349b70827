package vch.portlayer.scope;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.vch.VchId;

/// A network in the domain.
///
/// @param builtin made with the VCH, cannot be removed
/// @param isDefault the default bridge: names as Docker has them there, no aliases
/// @param mtu bytes
/// @param options what the personality was told, kept to be shown again
/// @param madeFrom name of the configuration that the scope was made from
public record Scope(
    ScopeId id,
    VchId vch,
    String name,
    ScopeKind kind,
    List<SubnetConfig> subnets,
    int mtu,
    boolean builtin,
    boolean isDefault,
    boolean ipv6,
    boolean attachable,
    Map<String, String> labels,
    Map<String, String> options,
    Instant created,
    Optional<String> madeFrom) {
  public static final String DEFAULT_NAME = "bridge";

  public Scope {
    subnets = List.copyOf(subnets);
    labels = Map.copyOf(labels);
    options = Map.copyOf(options);
  }

  /// A container network with other settings.
  public Scope with(ScopeKind.External next, List<SubnetConfig> nextSubnets) {
    return new Scope(
        id,
        vch,
        name,
        next,
        nextSubnets,
        mtu,
        builtin,
        isDefault,
        ipv6(next, nextSubnets),
        attachable,
        labels,
        options,
        created,
        madeFrom);
  }

  /// True for container networks on which members have IPv6 addresses.
  public static boolean ipv6(ScopeKind.External kind, List<SubnetConfig> subnets) {
    return kind.acceptRouters() || subnets.stream().anyMatch(s -> !s.subnet().first().isIpv4());
  }

  public Optional<SubnetConfig> subnet(Family family) {
    return subnets.stream().filter(s -> s.subnet().family() == family).findFirst();
  }

  /// The router of members; empty where there is none on the scope.
  public Optional<Ip> gateway(Family family) {
    boolean isolated =
        bridge().filter(b -> b.gateways().of(family) == GatewayMode.ISOLATED).isPresent();
    return subnet(family).filter(_ -> !isolated).map(SubnetConfig::gateway);
  }

  public boolean isGateway(Ip address) {
    return gateway(address.family()).filter(address::equals).isPresent();
  }

  /// True for scopes with IPv4 addresses (by DHCP, too), and for the one without any.
  public boolean ipv4() {
    return switch (kind) {
      case ScopeKind.None _ -> true;
      case ScopeKind.External _ -> leased() || subnet(Family.IPV4).isPresent();
      case ScopeKind.Bridge _ -> subnet(Family.IPV4).isPresent();
      case ScopeKind.Configuration c -> c.families().contains(Family.IPV4);
    };
  }

  /// True for a container network that nobody gave a subnet: IPv4 addresses come by DHCP.
  public boolean leased() {
    return kind instanceof ScopeKind.External && subnets.isEmpty();
  }

  /// What a container network is; empty for all other scopes.
  public Optional<ScopeKind.External> external() {
    return kind instanceof ScopeKind.External external ? Optional.of(external) : Optional.empty();
  }

  /// What a bridge scope is; empty for all other scopes.
  public Optional<ScopeKind.Bridge> bridge() {
    return kind instanceof ScopeKind.Bridge bridge ? Optional.of(bridge) : Optional.empty();
  }

  /// True for a container network on the port group.
  public boolean isOn(PortGroupId group) {
    return external().filter(e -> e.portGroup().equals(group)).isPresent();
  }

  public boolean internal() {
    return bridge().filter(ScopeKind.Bridge::internal).isPresent();
  }

  public Optional<SubnetConfig> overlapping(Subnet other) {
    return subnets.stream().filter(s -> s.subnet().overlaps(other)).findFirst();
  }
}
