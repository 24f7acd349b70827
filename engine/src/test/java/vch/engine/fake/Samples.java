package vch.engine.fake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Limits;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;
import vch.testkit.Parts;

/// Entities for tests of the engine, made without the rules: ids are told from their numbers,
/// everything is fixed.
public final class Samples {
  public static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  public static final PortGroupId VM_NETWORK = new PortGroupId("0000000000aa");
  public static final PortGroupId BRIDGE = new PortGroupId("0000000000bb");

  /// What container networks are on; see [#lan].
  public static final PortGroupId LAN = new PortGroupId("00000000001a");

  public static final VchId BLUE = new VchId("b10eb10eb10e");

  private Samples() {}

  public static PortGroup vmNetwork() {
    return new PortGroup(
        VM_NETWORK,
        PortGroup.VM_NETWORK,
        new PortGroupKind.Nat(List.of(Subnet.parse("192.168.218.0/24"))),
        "pl00000000aa",
        Optional.empty(),
        NOON);
  }

  /// Port group `lan` of this kind, at a link of the machine.
  public static PortGroup lan(PortGroupKind kind, String link) {
    return new PortGroup(LAN, "lan", kind, link, Optional.empty(), NOON);
  }

  /// A VCH with the defaults: one NIC for public, client and management.
  public static Vch blue() {
    var nic =
        new Nic(
            "public",
            VM_NETWORK,
            Set.of(Role.PUBLIC, Role.CLIENT, Role.MANAGEMENT),
            List.of(Cidr.parse("192.168.218.2/24")),
            List.of(Ip.parse("192.168.218.1")),
            Mac.parse("02:00:00:00:00:02"));
    return new Vch(
        BLUE,
        "blue",
        NOON,
        List.of(nic),
        BRIDGE,
        BridgeSettings.DEFAULT,
        List.of(),
        TlsMode.VERIFY,
        List.of(),
        false);
  }

  /// What `vch create --name blue` adds.
  public static List<Change> blueCreated() {
    var bridge =
        new PortGroup(
            BRIDGE,
            "blue-bridge",
            new PortGroupKind.Internal(),
            "pl00000000bb",
            Optional.of(BLUE),
            NOON);
    return List.of(
        new Change.PortGroupPut(vmNetwork()),
        new Change.PortGroupPut(bridge),
        new Change.VchPut(blue()),
        new Change.ScopePut(scope(1, new ScopeKind.Bridge(false, true, true))));
  }

  /// What `vch create --name blue --bridge-isolation=shared` adds, and then these scopes.
  public static List<Change> sharedCreated(Scope... scopes) {
    var out = new ArrayList<Change>();
    for (var change : blueCreated()) {
      out.add(change instanceof Change.VchPut(var vch) ? new Change.VchPut(sharing(vch)) : change);
    }
    for (var scope : scopes) {
      out.add(new Change.ScopePut(scope));
    }
    return out;
  }

  private static Vch sharing(Vch vch) {
    var own = vch.bridge();
    return new Vch(
        vch.id(),
        vch.name(),
        vch.created(),
        vch.nics(),
        vch.bridgeGroup(),
        new BridgeSettings(
            own.range(), own.width(), own.namesOnDefault(), own.interContainer(), own.mtu(), true),
        vch.dnsServers(),
        vch.tls(),
        vch.insecureRegistries(),
        vch.allowNetAdmin());
  }

  private static Scope withSubnets(Scope scope, List<SubnetConfig> subnets) {
    return Parts.of(scope)
        .set("subnets", subnets)
        .set("ipv6", subnets.stream().anyMatch(c -> !c.gateway().isIpv4()))
        .made();
  }

  /// The container with one NIC for all its places, which are on bridge scopes: that of the first.
  public static Container sharing(Container container) {
    return sharing(container, _ -> true);
  }

  private static Container sharing(Container container, Predicate<Endpoint> onBridge) {
    var nic = container.endpoints().stream().filter(onBridge).findFirst();
    var out = new ArrayList<Endpoint>();
    for (var endpoint : container.endpoints()) {
      if (onBridge.test(endpoint)) {
        out.add(endpoint.equals(nic.orElseThrow()) ? endpoint : endpoint.beside(nic.orElseThrow()));
      } else {
        out.add(endpoint);
      }
    }
    return container.withEndpoints(out);
  }

  /// The image with the bridge scopes of VCH blue on one segment.
  public static Image sharing(Image own) {
    var out = new ArrayList<Change>();
    own.vch(BLUE).ifPresent(v -> out.add(new Change.VchPut(sharing(v))));
    own.containers(BLUE)
        .forEach(
            c ->
                out.add(
                    put(
                        sharing(
                            c,
                            e ->
                                e.scope()
                                    .flatMap(own::scope)
                                    .filter(s -> s.kind() instanceof ScopeKind.Bridge)
                                    .isPresent()))));
    return own.after(out);
  }

  /// The changes with the bridge port group one of the machine, `pl00000000bb`. All bridge scopes
  /// but the first know a host there, number 200 in their subnets.
  public static List<Change> joined(List<Change> shared) {
    return shared.stream()
        .map(
            c ->
                switch (c) {
                  case Change.PortGroupPut(var g) when g.owner().isPresent() ->
                      new Change.PortGroupPut(joined());
                  case Change.ScopePut(var s) -> new Change.ScopePut(knowing(s));
                  default -> c;
                })
        .toList();
  }

  /// The image with the bridge scopes of VCH blue on one segment, joined with a port group.
  public static Image joined(Image own) {
    var shared = sharing(own);
    var changes = new ArrayList<Change>();
    changes.add(new Change.PortGroupPut(joined()));
    shared.scopes(BLUE).forEach(s -> changes.add(new Change.ScopePut(knowing(s))));
    return shared.after(changes);
  }

  private static PortGroup joined() {
    return new PortGroup(
        BRIDGE, "uplink", new PortGroupKind.Internal(), "pl00000000bb", Optional.empty(), NOON);
  }

  private static Scope knowing(Scope scope) {
    if (!(scope.kind() instanceof ScopeKind.Bridge) || scope.isDefault()) {
      return scope;
    }
    return withSubnets(
        scope,
        scope.subnets().stream()
            .map(
                s ->
                    new SubnetConfig(
                        s.subnet(),
                        s.gateway(),
                        s.range(),
                        Map.of("nas", s.subnet().first().plus(200)),
                        s.chosen(),
                        s.gatewayChosen()))
            .toList());
  }

  /// Scope number `n`, 1 to 199, with subnet `172.(16+n).0.0/16` and, but for the first, with
  /// `fd00:0:0:n::/64` too; number 1 is the default bridge.
  public static Scope scope(int n, ScopeKind kind) {
    return new Scope(
        scopeId(n),
        BLUE,
        n == 1 ? Scope.DEFAULT_NAME : "net" + n,
        kind,
        subnets(n).stream()
            .map(
                s ->
                    new SubnetConfig(
                        s, s.first().plus(1), Optional.empty(), Map.of(), false, false))
            .toList(),
        1500,
        n == 1,
        n == 1,
        n != 1,
        false,
        Map.of(),
        Map.of(),
        NOON,
        Optional.empty());
  }

  /// A container network: scope number `n`, 200 to 250, with subnets `10.n.0.0/24` and
  /// `fd10:0:0:n::/64`.
  public static Scope externalScope(int n, PortGroupId group, TrustLevel trust, Range... pools) {
    return scope(n, new ScopeKind.External(group, trust, List.of(pools), List.of(), false));
  }

  /// The same where addresses come by DHCP.
  public static Scope leasedScope(int n, PortGroupId group, TrustLevel trust) {
    return withSubnets(externalScope(n, group, trust), List.of());
  }

  private static List<Subnet> subnets(int n) {
    if (n >= 200) {
      return List.of(
          Subnet.parse("10." + n + ".0.0/24"),
          Subnet.parse("fd10:0:0:" + Integer.toHexString(n) + "::/64"));
    }
    var ipv4 = Subnet.parse("172." + (16 + n) + ".0.0/16");
    return n == 1
        ? List.of(ipv4)
        : List.of(ipv4, Subnet.parse("fd00:0:0:" + Integer.toHexString(n) + "::/64"));
  }

  public static Scope scope(int n) {
    return scope(n, new ScopeKind.Bridge(false, true, true));
  }

  public static Scope internalScope(int n) {
    return scope(n, new ScopeKind.Bridge(true, true, true));
  }

  public static ScopeId scopeId(int n) {
    return new ScopeId(String.format(java.util.Locale.ROOT, "5c09e%07x", n) + "0".repeat(52));
  }

  public static ContainerId containerId(int n) {
    return new ContainerId(String.format(java.util.Locale.ROOT, "c0%010x", n) + "0".repeat(52));
  }

  /// The place of container `n` on scope `s`, with host number `1+n` in each of its subnets.
  public static Endpoint endpoint(int n, int s, int ordinal) {
    return new Endpoint(
        new EndpointId(String.format(java.util.Locale.ROOT, "e%03x%04x", s, n) + "0".repeat(56)),
        s == 1 ? Scope.DEFAULT_NAME : "net" + s,
        Optional.of(scopeId(s)),
        List.of(),
        List.of(),
        subnets(s).stream().map(it -> new Cidr(it.first().plus(1 + n), it.length())).toList(),
        new Mac(0x0242_0000_0000L | (long) s << 16 | n),
        false,
        List.of(),
        List.of(),
        0,
        ordinal,
        Optional.empty(),
        Map.of(),
        Map.of(),
        true,
        Optional.empty());
  }

  /// Container `n`, created, with places on these scopes in this order.
  public static Container container(int n, int... scopes) {
    var endpoints = new ArrayList<Endpoint>();
    for (int s : scopes) {
      endpoints.add(endpoint(n, s, endpoints.size()));
    }
    return container(
        n,
        scopes.length == 0 ? new NetworkMode.None() : new NetworkMode.Scoped("net" + scopes[0]),
        endpoints);
  }

  public static Container container(int n, NetworkMode mode, List<Endpoint> endpoints) {
    return new Container(
        containerId(n),
        BLUE,
        "web" + n,
        NOON,
        containerId(n).brief(),
        "",
        mode,
        endpoints,
        List.of(),
        PortSet.EMPTY,
        false,
        List.of(),
        List.of(),
        Resolver.NONE,
        Map.of(),
        spec(),
        ContainerState.NEW,
        "{}");
  }

  public static ContainerSpec spec() {
    return new ContainerSpec(
        "sha256:" + "1".repeat(64),
        "busybox",
        List.of("sh", "-c", "sleep 1000"),
        List.of("PATH=/bin"),
        "/",
        "",
        List.of(),
        false,
        false,
        false,
        "",
        Optional.empty(),
        List.of(),
        Limits.NONE,
        List.of(),
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        false,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        64 << 20,
        Map.of(),
        RestartPolicy.NEVER,
        false,
        false,
        Map.of(),
        Optional.empty());
  }

  public static Container running(Container container) {
    return container.with(container.state().starting().running(4711, NOON));
  }

  public static Container stopped(Container container) {
    return container.with(container.state().exited(0, NOON, false));
  }

  /// `host:container/protocol`, ports or ranges.
  public static Publication publication(String text) {
    var slash = text.split("/", -1);
    var ports = slash[0].split(":", -1);
    var hostIp = ports.length == 3 ? Optional.of(Ip.parse(ports[0])) : Optional.<Ip>empty();
    return new Publication(
        Protocol.tryParse(slash[1]).orElseThrow(),
        hostIp,
        PortRange.tryParse(ports[ports.length - 2]).orElseThrow(),
        PortRange.tryParse(ports[ports.length - 1]).orElseThrow());
  }

  public static Container publishing(Container container, String... publications) {
    var all = new ArrayList<Publication>();
    for (var text : publications) {
      all.add(publication(text));
    }
    return container.withPublications(all);
  }

  public static Change put(Container container) {
    return new Change.ContainerPut(container);
  }
}
