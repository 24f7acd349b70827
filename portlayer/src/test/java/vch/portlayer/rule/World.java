package vch.portlayer.rule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;
import vch.testkit.Parts;

/// An image that tests give commands to, with short words for them. Ids count up.
public final class World {
  static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  public Image image = Image.EMPTY;

  private final Random chance = new Random(7);
  private long ids;

  public World() {}

  public <R> R decide(Function<Image, Decision<R>> rule) {
    var decision = rule.apply(image);
    image = image.after(decision.changes());
    return decision.reply();
  }

  /// Digits that differ from the first one on, so that prefixes are unique early.
  String hex(int digits) {
    var brief = String.format(Locale.ROOT, "%016x", Long.reverse(++ids) ^ 0x1234_5678_9abc_def0L);
    return brief.repeat(4).substring(0, digits);
  }

  CreateVch vchCommand(String name, RoleRequest... roles) {
    return new CreateVch(
        new VchId(hex(12)),
        name,
        List.of(roles),
        BridgeSettings.DEFAULT,
        DefaultBridge.ANY,
        List.of(),
        TlsMode.VERIFY,
        List.of(),
        false,
        ContainerNetworkOptions.NONE,
        List.of(new PortGroupId(hex(12)), new PortGroupId(hex(12))),
        List.of("pl1", "pl2"),
        List.of(new ScopeId(hex(64)), new ScopeId(hex(64))),
        42,
        List.of(),
        AT);
  }

  /// As the given one, with container networks.
  CreateVch with(CreateVch c, ContainerNetworkOptions networks) {
    var scopes = new ArrayList<>(c.newScopes());
    networks.networks().forEach(_ -> scopes.add(new ScopeId(hex(64))));
    return Parts.of(c).set("containerNetworks", networks).set("newScopes", scopes).made();
  }

  public Vch vch(String name, RoleRequest... roles) {
    return decide(i -> VchRules.create(i, vchCommand(name, roles)));
  }

  public Vch vch(String name, BridgeSettings bridge) {
    var command = with(vchCommand(name), bridge);
    return decide(i -> VchRules.create(i, command));
  }

  static CreateVch with(CreateVch c, BridgeSettings bridge) {
    return Parts.of(c).set("bridge", bridge).made();
  }

  static CreateVch with(CreateVch c, DefaultBridge bridge) {
    return Parts.of(c).set("defaultBridge", bridge).made();
  }

  void portGroup(String name, PortGroupKind kind) {
    decide(
        i ->
            PortGroupRules.create(
                i,
                new CreatePortGroup(
                    new PortGroupId(hex(12)),
                    name,
                    kind,
                    switch (kind) {
                      case PortGroupKind.Bridge(var link) -> link;
                      case PortGroupKind.Nic(var uplink, _) -> uplink;
                      case PortGroupKind.Internal _, PortGroupKind.Nat _ -> "pl" + name;
                    },
                    List.of("br0", "br1"),
                    List.of("eth0", "eth1"),
                    List.of(),
                    AT)));
  }

  CreateScope scopeCommand(Vch vch, String name, SubnetRequest... subnets) {
    return new CreateScope(
        new ScopeId(hex(64)),
        vch.id(),
        name,
        new ScopeKind.Bridge(false, true, true),
        List.of(subnets),
        Optional.empty(),
        Set.of(Family.IPV4),
        false,
        Map.of(),
        Map.of(),
        Optional.empty(),
        List.of(),
        AT);
  }

  /// As the given one, with a subnet of each of the families.
  static CreateScope with(CreateScope c, Set<Family> families) {
    return Parts.of(c).set("families", families).made();
  }

  public Scope dual(Vch vch, String name, SubnetRequest... subnets) {
    var command = with(scopeCommand(vch, name, subnets), EnumSet.allOf(Family.class));
    return decide(i -> ScopeRules.create(i, command));
  }

  public Scope scope(Vch vch, String name, SubnetRequest... subnets) {
    return decide(i -> ScopeRules.create(i, scopeCommand(vch, name, subnets)));
  }

  public Scope internal(Vch vch, String name) {
    var c = scopeCommand(vch, name);
    return decide(i -> ScopeRules.create(i, internal(c)));
  }

  static CreateScope internal(CreateScope c) {
    return Parts.of(c).set("kind", new ScopeKind.Bridge(true, true, true)).made();
  }

  static SubnetRequest subnet(String subnet) {
    return new SubnetRequest(Optional.of(subnet), Optional.empty(), Optional.empty(), Map.of());
  }

  EndpointRequest at(String network, String... addresses) {
    return new EndpointRequest(
        new EndpointId(hex(64)),
        network,
        List.of(addresses),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        ++ids);
  }

  EndpointRequest aliased(String network, String... aliases) {
    return new EndpointRequest(
        new EndpointId(hex(64)),
        network,
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(aliases),
        List.of(),
        0,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        ++ids);
  }

  static ContainerSpec spec() {
    return Parts.of(ContainerSpec.filesOf("sha256:0"))
        .set("arguments", List.of("sh"))
        .set("autoRemove", false)
        .made();
  }

  static ContainerSpec spec(
      RestartPolicy restart,
      boolean autoRemove,
      List<Mount> mounts,
      Map<String, String> namespaces) {
    return Parts.of(spec())
        .set("restart", restart)
        .set("autoRemove", autoRemove)
        .set("mounts", mounts)
        .set("namespaces", namespaces)
        .made();
  }

  /// What a test says of a container to be created; all else has defaults.
  public static final class Wish {
    Optional<String> name = Optional.empty();
    List<String> ideas = List.of();
    String hostname = "";
    String domainname = "";
    NetworkMode mode = new NetworkMode.Scoped("bridge");
    List<EndpointRequest> networks = List.of();
    final List<PublishRequest> publish = new ArrayList<>();
    PortSet exposed = PortSet.EMPTY;
    boolean publishAll;
    List<NameLink> links = List.of();
    Resolver resolver = Resolver.NONE;
    ContainerSpec spec = spec();

    Wish() {}

    public Wish on(EndpointRequest... requests) {
      networks = List.of(requests);
      mode = new NetworkMode.Scoped(requests[0].network());
      return this;
    }

    /// The namespace of another container.
    public Wish sharing(String container) {
      networks = List.of();
      mode = new NetworkMode.Shared(container);
      return this;
    }

    public Wish publish(int host, int container) {
      return publish(
          Protocol.TCP, Optional.empty(), Optional.of(PortRange.of(host)), PortRange.of(container));
    }

    Wish publish(
        Protocol protocol, Optional<String> ip, Optional<PortRange> host, PortRange container) {
      publish.add(new PublishRequest(protocol, container, ip.map(Ip::parse), host));
      return this;
    }

    Wish random(int container) {
      return publish(Protocol.TCP, Optional.empty(), Optional.empty(), PortRange.of(container));
    }

    public Wish links(NameLink... them) {
      links = List.of(them);
      return this;
    }

    public Wish hostname(String text) {
      hostname = text;
      return this;
    }
  }

  CreateContainer containerCommand(Vch vch, String name, UnaryOperator<Wish> wish) {
    var w = new Wish();
    w.name = name.isEmpty() ? Optional.empty() : Optional.of(name);
    w.networks = List.of(at("bridge"));
    w = wish.apply(w);
    return new CreateContainer(
        new ContainerId(hex(64)),
        vch.id(),
        w.name,
        w.ideas,
        w.hostname,
        w.domainname,
        w.mode,
        w.networks,
        w.publish,
        w.exposed,
        w.publishAll,
        w.links,
        w.resolver,
        Map.of(),
        w.spec,
        "{}",
        AT);
  }

  CreateContainer.Created created(Vch vch, String name, UnaryOperator<Wish> wish) {
    return decide(i -> ContainerRules.create(i, containerCommand(vch, name, wish)));
  }

  public Container create(Vch vch, String name, UnaryOperator<Wish> wish) {
    var created = created(vch, name, wish);
    return container(created.id());
  }

  public Container create(Vch vch, String name) {
    return create(vch, name, w -> w);
  }

  public Container container(ContainerId id) {
    return image.container(id).orElseThrow();
  }

  public Container start(Container c) {
    decide(i -> ContainerRules.starting(i, c.id(), true, chance));
    return decide(i -> ContainerRules.started(i, c.id(), 77, AT));
  }

  public Container run(Vch vch, String name, UnaryOperator<Wish> wish) {
    return start(create(vch, name, wish));
  }

  public Container run(Vch vch, String name) {
    return run(vch, name, w -> w);
  }

  public Container stop(Container c) {
    decide(i -> ContainerRules.stopping(i, c.id()));
    return decide(i -> ContainerRules.exited(i, c.id(), 0, false, AT));
  }

  void remove(Container c) {
    decide(i -> ContainerRules.remove(i, c.id(), true));
  }

  public static Ip ip(Container c) {
    return c.endpoints().getFirst().address(Family.IPV4).orElseThrow().address();
  }

  public static Ip ip(Container c, Scope scope) {
    return c.on(scope.id()).orElseThrow().address(Family.IPV4).orElseThrow().address();
  }

  static Subnet net(Scope scope) {
    return scope.subnet(Family.IPV4).orElseThrow().subnet();
  }
}
