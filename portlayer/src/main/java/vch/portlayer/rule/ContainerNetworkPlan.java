package vch.portlayer.rule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.NextFit;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Holds container networks that are wanted against the world: port groups, subnets of roles and of
/// other networks. Problems are collected, all of each network, in the words of vic-machine where
/// it has them.
final class ContainerNetworkPlan {
  private static final Comparator<SubnetConfig> BY_SUBNET =
      Comparator.comparing(SubnetConfig::subnet);

  private final Vch vch;
  private final String bridge;
  private final Segments segments;
  private final Instant at;
  private final List<String> problems;

  /// Scopes of the VCH beside the one that is looked at.
  private final List<Scope> others;

  private boolean suggested;

  /// @param bridge name of the port group of the bridge role
  /// @param others scopes of the VCH that stay as they are
  ContainerNetworkPlan(
      Vch vch,
      String bridge,
      Segments segments,
      List<Scope> others,
      Instant at,
      List<String> problems) {
    this.vch = vch;
    this.bridge = bridge;
    this.segments = segments;
    this.others = new ArrayList<>(others);
    this.at = at;
    this.problems = problems;
  }

  /// The scope of a new network; where there are problems it serves for further checks only.
  Scope add(ContainerNetworkWish wish, ScopeId id) {
    var group = portGroup(wish);
    var subnets =
        wish.gateways().orElse(List.of()).stream()
            .map(g -> subnet(wish, g))
            .sorted(BY_SUBNET)
            .toList();
    var kind =
        new ScopeKind.External(
            group.map(PortGroup::id).orElse(new PortGroupId("")),
            wish.trust().orElse(TrustLevel.PUBLISHED),
            wish.ranges().orElse(List.of()),
            wish.dns().orElse(List.of()),
            wish.acceptRouters().orElse(false));
    var scope =
        new Scope(
            id,
            vch.id(),
            wish.name(),
            kind,
            subnets,
            vch.bridge().mtu(),
            true,
            false,
            Scope.ipv6(kind, subnets),
            false,
            Map.of(),
            Map.of(),
            at,
            Optional.empty());
    if (group.isPresent()) {
      check(scope, kind, group.get());
    } else {
      checkRanges(scope, kind);
    }
    others.add(scope);
    return scope;
  }

  /// The scope of a network that there is, as it would be: a gateway or range replaces that of its
  /// family, name servers replace all.
  Scope change(ContainerNetworkWish wish, Scope scope) {
    var old = (ScopeKind.External) scope.kind();
    var gateways =
        merged(
            scope.subnets(),
            wish.gateways().map(l -> l.stream().map(g -> subnet(wish, g)).toList()),
            s -> s.subnet().family());
    var kind =
        new ScopeKind.External(
            old.portGroup(),
            wish.trust().orElse(old.trust()),
            merged(old.pools(), wish.ranges(), r -> r.first().family()),
            wish.dns().orElse(old.dns()),
            wish.acceptRouters().orElse(old.acceptRouters()));
    var next = scope.with(kind, gateways.stream().sorted(BY_SUBNET).toList());
    segments.named(wish.portGroup()).ifPresent(group -> check(next, kind, group));
    others.add(next);
    return next;
  }

  private static <T> List<T> merged(
      List<T> old, Optional<List<T>> given, Function<T, Family> family) {
    if (given.isEmpty() || given.get().isEmpty()) {
      return given.orElse(old);
    }
    var spoken = given.get().stream().map(family).toList();
    return Stream.concat(
            given.get().stream(), old.stream().filter(t -> !spoken.contains(family.apply(t))))
        .toList();
  }

  private Optional<PortGroup> portGroup(ContainerNetworkWish wish) {
    if (wish.portGroup().equals(bridge)) {
      problems.add(
          "the bridge network must not be shared with another network role - "
              + bridge
              + " also mapped as container network "
              + wish.name());
      return Optional.empty();
    }
    var group = segments.named(wish.portGroup());
    var owner = group.flatMap(segments::bridgeOf);
    if (group.isPresent() && owner.isEmpty()) {
      return group;
    }
    problems.add(
        "Error adding container network \""
            + wish.name()
            + "\": "
            + owner
                .map(
                    v ->
                        "port group '"
                            + wish.portGroup()
                            + "' is the bridge network of VCH "
                            + v.name())
                .orElse("network '" + wish.portGroup() + "' not found"));
    if (!suggested) {
      suggested = true;
      problems.add("Suggested values for --container-network: " + segments.suggestions());
    }
    return Optional.empty();
  }

  private SubnetConfig subnet(ContainerNetworkWish wish, Cidr gateway) {
    var subnet = gateway.subnet();
    if (!subnet.isHost(gateway.address())
        || gateway.address().isUnspecified()
        || gateway.address().isLoopback()
        || gateway.address().isMulticast()) {
      problems.add("Gateway " + gateway.address() + " is not a routable address");
    }
    if (subnet.length() > Subnets.lengthMax(subnet.family())) {
      problems.add(
          "Gateway "
              + gateway
              + " leaves container network "
              + wish.name()
              + " no address for a container: /"
              + Subnets.lengthMax(subnet.family())
              + " is the smallest subnet");
    }
    return new SubnetConfig(subnet, gateway.address(), Optional.empty(), Map.of(), true, true);
  }

  /// All that is wrong with the network as it would be.
  private void check(Scope scope, ScopeKind.External kind, PortGroup group) {
    checkRanges(scope, kind);
    for (var subnet : scope.subnets()) {
      checkRoles(scope, subnet.subnet(), group);
      checkScopes(subnet.subnet());
      Obstacles.special(subnet.subnet())
          .ifPresent(
              what ->
                  problems.add(
                      "subnet "
                          + subnet.subnet()
                          + " of container network "
                          + scope.name()
                          + " overlaps with "
                          + what));
    }
  }

  private void checkRanges(Scope scope, ScopeKind.External kind) {
    var pools = kind.pools();
    for (int i = 0; i < pools.size(); i++) {
      var pool = pools.get(i);
      var subnet = scope.subnet(pool.first().family());
      if (subnet.isEmpty()) {
        problems.add(
            "IP range specified without gateway for container network "
                + scope.name()
                + (scope.subnets().isEmpty() ? "" : " (" + pool + " needs one of its family)"));
      } else if (!subnet.get().subnet().contains(pool.first())
          || !subnet.get().subnet().contains(pool.last())) {
        problems.add("IP range \"" + pool + "\" is not in subnet \"" + subnet.get().subnet() + '"');
      } else if (!gives(subnet.get(), pool, kind.dns())) {
        problems.add(
            "IP range \""
                + pool
                + "\" of container network "
                + scope.name()
                + " has no address for a container: gateway and name servers are never handed out");
      }
      for (var other : pools.subList(i + 1, pools.size())) {
        if (other.overlaps(pool)) {
          problems.add("Overlapping ip ranges: \"" + other + "\" \"" + pool + '"');
        }
      }
    }
  }

  private static boolean gives(SubnetConfig subnet, Range pool, List<Ip> dns) {
    return NextFit.next(
            pool,
            Optional.empty(),
            a -> !subnet.subnet().isHost(a) || a.equals(subnet.gateway()) || dns.contains(a),
            _ -> Collections.emptyIterator())
        .isPresent();
  }

  /// On one port group a role and a container network can have the same subnet; on different ones,
  /// what is meant for one would leave by the other.
  private void checkRoles(Scope scope, Subnet subnet, PortGroup group) {
    if (group.kind() instanceof PortGroupKind.Nat(var own)) {
      own.stream()
          .filter(s -> s.overlaps(subnet) && !s.equals(subnet))
          .findFirst()
          .ifPresent(
              s ->
                  problems.add(
                      unlike(
                          scope,
                          subnet,
                          "subnet " + s + " of port group \"" + group.name() + '"')));
    }
    for (var nic : vch.nics()) {
      for (var address : nic.addresses()) {
        var roles =
            "subnet "
                + address.subnet()
                + " of role "
                + String.join(", ", nic.roles().stream().sorted().map(Role::word).toList());
        boolean together = nic.portGroup().equals(group.id());
        if (!address.subnet().overlaps(subnet) || (together && address.subnet().equals(subnet))) {
          continue;
        }
        if (together) {
          problems.add(unlike(scope, subnet, roles));
        } else {
          problems.add(
              "subnet "
                  + subnet
                  + " of container network "
                  + scope.name()
                  + " overlaps with "
                  + roles
                  + ", which is on another port group");
        }
      }
    }
  }

  private static String unlike(Scope scope, Subnet subnet, String other) {
    return "subnet "
        + subnet
        + " of container network "
        + scope.name()
        + " overlaps with "
        + other
        + " on the same port group, and should be the same: give the gateway with that prefix length";
  }

  private void checkScopes(Subnet subnet) {
    others.stream()
        .flatMap(o -> o.overlapping(subnet).map(s -> overlap(subnet, o, s.subnet())).stream())
        .sorted(Comparator.naturalOrder())
        .forEach(problems::add);
  }

  private static String overlap(Subnet subnet, Scope other, Subnet there) {
    return other.isDefault()
        ? "external network cannot overlap with default bridge network: subnet "
            + subnet
            + " overlaps with "
            + there
        : "subnet " + subnet + " overlaps with scope " + other.name() + " subnet " + there;
  }
}
