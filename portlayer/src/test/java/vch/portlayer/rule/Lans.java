package vch.portlayer.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.vch.Vch;

/// Container networks for tests, put into the record as `vch create` would.
final class Lans {
  private final World world;

  Lans(World world) {
    this.world = world;
  }

  /// What a test says of a container network.
  ///
  /// @param gateways with prefix length; none: addresses come by DHCP
  /// @param pools as `a-b`
  record Wish(
      String group, TrustLevel trust, List<String> gateways, List<String> pools, List<String> dns) {
    Wish trust(TrustLevel level) {
      return new Wish(group, level, gateways, pools, dns);
    }

    Wish gateways(String... them) {
      return new Wish(group, trust, List.of(them), pools, dns);
    }

    Wish pools(String... them) {
      return new Wish(group, trust, gateways, List.of(them), dns);
    }

    Wish dns(String... them) {
      return new Wish(group, trust, gateways, pools, List.of(them));
    }
  }

  /// Of level published, on the port group `group`, which is made where it does not exist.
  static Wish on(String group) {
    return new Wish(group, TrustLevel.PUBLISHED, List.of(), List.of(), List.of());
  }

  Scope add(Vch vch, String name, Wish wish) {
    return put(vch, new ScopeId(world.hex(64)), name, wish);
  }

  /// As `vch configure` changes one.
  Scope change(Scope scope, Vch vch, Wish wish) {
    return put(vch, scope.id(), scope.name(), wish);
  }

  private Scope put(Vch vch, ScopeId id, String name, Wish wish) {
    if (world.image.portGroupNamed(wish.group).isEmpty()) {
      world.portGroup(wish.group, new PortGroupKind.Internal());
    }
    var group = world.image.portGroupNamed(wish.group).orElseThrow().id();
    var scope =
        new Scope(
            id,
            vch.id(),
            name,
            new ScopeKind.External(
                group,
                wish.trust,
                wish.pools.stream().map(Range::parse).toList(),
                wish.dns.stream().map(Ip::parse).toList(),
                false),
            wish.gateways.stream().map(Cidr::parse).map(Lans::subnet).toList(),
            1500,
            true,
            false,
            wish.gateways.stream().anyMatch(g -> g.indexOf(':') >= 0),
            false,
            Map.of(),
            Map.of(),
            World.AT,
            Optional.empty());
    return world.decide(_ -> Decision.of(scope, new Change.ScopePut(scope)));
  }

  private static SubnetConfig subnet(Cidr gateway) {
    return new SubnetConfig(
        gateway.subnet(), gateway.address(), Optional.empty(), Map.of(), true, true);
  }

  /// Levels that have a firewall.
  static TrustLevel[] guarded() {
    return Arrays.stream(TrustLevel.values())
        .filter(l -> l != TrustLevel.OPEN)
        .toArray(TrustLevel[]::new);
  }

  static String ip(vch.portlayer.container.Container c, Scope scope, Family family) {
    return c.on(scope.id()).flatMap(e -> e.address(family)).map(Cidr::toString).orElse("none");
  }
}
