package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.address.SubnetCutter;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Rules of scopes. Texts are those of Docker Engine API 1.50.
public final class ScopeRules {
  /// Names that Docker keeps for itself.
  static final Set<String> PREDEFINED = Set.of("bridge", "host", "none", "default");

  /// Bytes; RFC 791 and RFC 8200.
  private static final int MTU_MIN_IPV4 = 68;

  private static final int MTU_MIN_IPV6 = 1280;
  private static final int MTU_MAX = 65535;

  /// Of the prefix of a VCH, and of the subnets of its networks (RFC 4193 section 3.1).
  private static final int UNIQUE_LOCAL_LENGTH = 48;

  private static final int UNIQUE_LOCAL_SUBNET_LENGTH = 64;

  static final int NAME_LENGTH_MAX = 255;

  private ScopeRules() {}

  public static Decision<Scope> create(Image image, CreateScope command) {
    checkFamilies(
        command.kind() instanceof ScopeKind.Configuration kind
            ? kind.families()
            : command.families());
    var vch =
        image.vch(command.vch()).orElseThrow(() -> VchRules.noSuch(image, command.vch().value()));
    checkName(image, command);
    if (command.kind() instanceof ScopeKind.Configuration kind) {
      return configuration(command, kind, vch);
    }
    command.madeFrom().ifPresent(name -> configurationNamed(image, command.vch(), name));
    if (command.kind() instanceof ScopeKind.Bridge kind) {
      checkGateways(kind);
      kind.hostIp().ifPresent(ip -> Publishing.checkHostIp(vch, ip));
    }
    int mtu = command.mtu().orElse(vch.bridge().mtu());
    if (vch.bridge().shared()) {
      checkShared(vch, command, mtu);
    }
    if (mtu < (command.families().contains(Family.IPV6) ? MTU_MIN_IPV6 : MTU_MIN_IPV4)
        || mtu > MTU_MAX) {
      throw new Refusal.Invalid("invalid MTU number: " + mtu);
    }
    var chosen = Subnets.read(command.subnets());
    for (var family : Family.values()) {
      if (chosen.stream().filter(s -> s.subnet().family() == family).count() > 1) {
        throw new Refusal.Forbidden("bridge driver doesn't support multiple subnets");
      }
    }
    var subnets = new ArrayList<SubnetConfig>(chosen);
    var obstacles = Obstacles.of(image, vch, command.endpointRoutes());
    for (var config : subnets) {
      if (!command.families().contains(config.subnet().family())) {
        throw disabled(config.subnet());
      }
      checkFree(image, vch, obstacles, config.subnet());
    }
    for (var family : Family.values()) {
      if (command.families().contains(family)
          && subnets.stream().noneMatch(s -> s.subnet().family() == family)) {
        subnets.add(
            Subnets.automatic(
                switch (family) {
                  case IPV4 -> cut(image, vch, obstacles);
                  case IPV6 -> cutUniqueLocal(image, vch, obstacles);
                }));
      }
    }
    subnets.sort(Comparator.comparing(SubnetConfig::subnet));
    var scope =
        new Scope(
            command.id(),
            command.vch(),
            command.name(),
            command.kind(),
            subnets,
            mtu,
            false,
            false,
            command.families().contains(Family.IPV6),
            command.attachable(),
            command.labels(),
            command.options(),
            command.at(),
            command.madeFrom());
    OutsideHosts.overlapping(image, vch, scope)
        .ifPresent(
            other -> {
              throw new Refusal.Forbidden(
                  "invalid pool request: Pool overlaps with other one on this address space: a subnet of network "
                      + scope.name()
                      + " overlaps with "
                      + other
                      + ", and both know hosts there by auxiliary addresses; choose another --subnet");
            });
    return Decision.of(scope, new Change.ScopePut(scope));
  }

  /// Subnets are only kept: whether they are free is seen when a scope is made from them.
  private static Decision<Scope> configuration(
      CreateScope command, ScopeKind.Configuration kind, Vch vch) {
    Subnets.read(kind.subnets());
    var scope =
        new Scope(
            command.id(),
            command.vch(),
            command.name(),
            kind,
            List.of(),
            vch.bridge().mtu(),
            false,
            false,
            kind.families().contains(Family.IPV6),
            false,
            command.labels(),
            command.options(),
            command.at(),
            Optional.empty());
    return Decision.of(scope, new Change.ScopePut(scope));
  }

  private static void checkFamilies(Set<Family> families) {
    if (families.isEmpty()) {
      throw new Refusal.Invalid("IPv4 or IPv6 must be enabled");
    }
  }

  /// What scopes are made from under this name.
  public static Scope configurationNamed(Image image, VchId vch, String name) {
    return image
        .scopeNamed(vch, name)
        .filter(s -> s.kind() instanceof ScopeKind.Configuration)
        .orElseThrow(
            () -> new Refusal.NotFound("configuration network \"" + name + "\" does not exist"));
  }

  private static void checkGateways(ScopeKind.Bridge kind) {
    if (!kind.internal()
        && (kind.gateways().ipv4() == GatewayMode.ISOLATED
            || kind.gateways().ipv6() == GatewayMode.ISOLATED)) {
      throw new Refusal.Failed("gateway mode 'isolated' can only be used for an internal network");
    }
  }

  /// What one segment for all bridge networks cannot have.
  private static void checkShared(Vch vch, CreateScope command, int mtu) {
    var why =
        ": bridge networks of VCH " + vch.name() + " share one segment (--bridge-isolation=shared)";
    if (command.kind() instanceof ScopeKind.Bridge kind && kind.linkPrefix().isPresent()) {
      throw new Refusal.Invalid(
          "network "
              + command.name()
              + " cannot name interfaces "
              + kind.linkPrefix().get()
              + why
              + ", where a container has one interface for all of them");
    }
    if (mtu != vch.bridge().mtu()) {
      throw new Refusal.Invalid(
          "network "
              + command.name()
              + " cannot have MTU "
              + mtu
              + why
              + ", whose MTU is "
              + vch.bridge().mtu());
    }
  }

  private static void checkName(Image image, CreateScope command) {
    var name = command.name();
    if (name.isBlank()) {
      throw new Refusal.Invalid("invalid name: name is empty");
    }
    if (PREDEFINED.contains(name)) {
      throw new Refusal.Forbidden("operation is not permitted on predefined " + name + " network ");
    }
    if (command.kind() instanceof ScopeKind.External) {
      throw new Refusal.Forbidden(
          "cannot create external networks: container networks are the VCH's own; add one with vch configure --container-network"
              + " PORTGROUP:"
              + name);
    }
    if (command.kind() instanceof ScopeKind.None) {
      throw new Refusal.Forbidden("only one instance of \"null\" network is allowed");
    }
    if (name.length() > NAME_LENGTH_MAX
        || name.chars().anyMatch(c -> c == '/' || c == ':' || Character.isISOControl(c))) {
      throw new Refusal.Invalid(
          "invalid name: network name \""
              + name
              + "\" must have at most "
              + NAME_LENGTH_MAX
              + " characters and no '/', ':' or control character");
    }
    if (image.scopeNamed(command.vch(), name).isPresent()) {
      throw new Refusal.Conflict("network with name " + name + " already exists");
    }
  }

  private static void checkFree(Image image, Vch vch, Obstacles obstacles, Subnet subnet) {
    var other =
        image
            .scopeOverlapping(vch.id(), subnet)
            .map(
                s ->
                    "scope "
                        + s.name()
                        + " subnet "
                        + s.overlapping(subnet).map(o -> o.subnet().toString()).orElse(""))
            .or(() -> obstacles.overlapping(subnet).map(Obstacles.Obstacle::what));
    if (other.isPresent()) {
      throw new Refusal.Forbidden(
          "invalid pool request: Pool overlaps with other one on this address space: subnet "
              + subnet
              + " overlaps with "
              + other.get());
    }
  }

  private static Subnet cut(Image image, Vch vch, Obstacles obstacles) {
    var taken = new ArrayList<>(obstacles.subnets());
    image.subnets(vch.id()).forEach(taken::add);
    return SubnetCutter.cut(vch.bridge().range(), vch.bridge().width(), taken)
        .orElseThrow(
            () ->
                new Refusal.Invalid(
                    "all predefined address pools have been fully subnetted: bridge network range "
                        + vch.bridge().range()
                        + " of VCH "
                        + vch.name()
                        + " has no subnet left; remove a network or choose one with --subnet"));
  }

  /// The lowest free subnet of the VCH's own prefix.
  private static Subnet cutUniqueLocal(Image image, Vch vch, Obstacles obstacles) {
    var own = uniqueLocal(vch.id());
    var taken = new ArrayList<>(obstacles.subnets());
    image.subnets(vch.id()).forEach(taken::add);
    return SubnetCutter.lowest(own, UNIQUE_LOCAL_SUBNET_LENGTH, taken)
        .orElseThrow(
            () ->
                new Refusal.Invalid(
                    "all predefined address pools have been fully subnetted: unique local prefix "
                        + own
                        + " of VCH "
                        + vch.name()
                        + " has no subnet left; remove a network or choose one with --subnet"));
  }

  /// The unique local prefix of a VCH (RFC 4193 section 3.1): the id of the VCH is random, its
  /// first 40 bits serve as global id.
  static Subnet uniqueLocal(VchId id) {
    long global = Long.parseLong(id.value().substring(0, 10), 16);
    return new Subnet(new Ip(Family.IPV6, 0xfdL << 56 | global << 16, 0), UNIQUE_LOCAL_LENGTH);
  }

  private static Refusal disabled(Subnet subnet) {
    var version = subnet.first().isIpv4() ? "4" : "6";
    return new Refusal.Invalid(
        "invalid network config:\nIPv"
            + version
            + " subnet "
            + subnet
            + " needs IPv"
            + version
            + " to be enabled on the network (--ipv"
            + version
            + ")");
  }

  /// Refused for builtin scopes and while a member is live. Endpoints of stopped members lose their
  /// scope and addresses.
  public static Decision<Scope> remove(Image image, ScopeId id) {
    var scope = image.scope(id).orElseThrow(() -> Texts.noSuchNetwork(id.value()));
    if (scope.kind() instanceof ScopeKind.External) {
      throw new Refusal.Forbidden(
          "network "
              + scope.name()
              + " is a container network of the VCH and cannot be removed by Docker; remove it with vch configure");
    }
    if (scope.builtin()) {
      throw new Refusal.Forbidden(scope.name() + " is a pre-defined network and cannot be removed");
    }
    if (scope.kind() instanceof ScopeKind.Configuration
        && image
            .scopes(scope.vch())
            .anyMatch(s -> s.madeFrom().equals(Optional.of(scope.name())))) {
      throw new Refusal.Forbidden(
          "error while removing network: configuration network \"" + scope.name() + "\" is in use");
    }
    var live = liveMembers(image, id);
    if (!live.isEmpty()) {
      throw new Refusal.Forbidden(
          "error while removing network: network "
              + scope.name()
              + " has active endpoints ("
              + live.stream().map(c -> active(c, id)).collect(Collectors.joining(", "))
              + ")");
    }
    var changes = new ArrayList<Change>();
    image.members(id).forEach(c -> changes.add(new Change.ContainerPut(without(c, scope))));
    changes.add(new Change.ScopeRemoved(id));
    return new Decision<>(changes, scope);
  }

  private static String active(Container container, ScopeId id) {
    return "name:\""
        + container.name()
        + "\" id:\""
        + container.on(id).map(e -> e.id().brief()).orElse("")
        + "\"";
  }

  private static Container without(Container container, Scope scope) {
    return container.withEndpoints(
        container.endpoints().stream()
            .map(e -> e.scope().equals(Optional.of(scope.id())) ? e.unresolved(scope.name()) : e)
            .toList());
  }

  /// Lookup by exact id, then exact name, then unique id prefix. `default` is the default bridge.
  public static Scope find(Image image, VchId vch, String term) {
    return lookUp(image, vch, term).orElseThrow(() -> Texts.noSuchNetwork(term));
  }

  /// As [#find(Image, VchId, String)], with the words that Docker has for what is to be removed.
  public static Scope findToRemove(Image image, VchId vch, String term) {
    return lookUp(
            image,
            vch,
            term,
            n -> "network " + term + " is ambiguous (" + n + " matches found based on ID prefix)")
        .orElseThrow(() -> Texts.noSuchNetwork(term));
  }

  /// As [#find(Image, VchId, String)], empty instead of not found.
  static Optional<Scope> lookUp(Image image, VchId vch, String term) {
    return lookUp(
        image,
        vch,
        term,
        n -> n + " matches found based on ID prefix: network " + term + " is ambiguous");
  }

  private static Optional<Scope> lookUp(
      Image image, VchId vch, String term, IntFunction<String> ambiguous) {
    if (term.isEmpty()) {
      return Optional.empty();
    }
    var exact =
        image
            .scope(new ScopeId(term))
            .filter(s -> s.vch().equals(vch))
            .or(() -> image.scopeNamed(vch, term.equals("default") ? Scope.DEFAULT_NAME : term));
    if (exact.isPresent()) {
      return exact;
    }
    var matches = image.scopesWithPrefix(vch, term).toList();
    if (matches.size() > 1) {
      throw new Refusal.Invalid(ambiguous.apply(matches.size()));
    }
    return matches.stream().findFirst();
  }

  /// Live members, in the order of their names.
  public static List<Container> liveMembers(Image image, ScopeId id) {
    return image
        .members(id)
        .filter(Container::live)
        .sorted(Comparator.comparing(Container::name))
        .toList();
  }
}
