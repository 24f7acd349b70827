package vch.portlayer.rule;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.Resolver;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

/// Requests for tests of other packages.
public final class WorldRequests {
  private final World world;

  public WorldRequests(World world) {
    this.world = world;
  }

  public EndpointRequest at(String network) {
    return world.at(network);
  }

  public EndpointRequest aliased(String network, String... aliases) {
    return world.aliased(network, aliases);
  }

  public EndpointRequest linked(String network, NameLink... links) {
    return new EndpointRequest(
        new EndpointId(world.hex(64)),
        network,
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(links),
        0,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        9);
  }

  public Scope internal(Vch vch, String name) {
    return world.internal(vch, name);
  }

  /// A VCH whose bridge scopes share a segment, joined with a new port group of kind bridge.
  public Vch joined(String group, String name) {
    world.portGroup(group, new PortGroupKind.Bridge("br0"));
    var role = new RoleRequest(Role.BRIDGE, Optional.of(group), List.of(), List.of(), List.of());
    var own = BridgeSettings.DEFAULT;
    var shared =
        new BridgeSettings(
            own.range(), own.width(), own.namesOnDefault(), own.interContainer(), own.mtu(), true);
    var command = World.with(world.vchCommand(name, role), shared);
    return world.decide(i -> VchRules.create(i, command));
  }

  /// A bridge scope that knows a host by an auxiliary address.
  public Scope knowing(Vch vch, String name, String subnet, String host, boolean internal) {
    var wanted =
        new SubnetRequest(
            Optional.of(subnet), Optional.empty(), Optional.empty(), Map.of("nas", host));
    var command = world.scopeCommand(vch, name, wanted);
    return world.decide(i -> ScopeRules.create(i, internal ? World.internal(command) : command));
  }

  public World.Wish resolver(World.Wish wish, Resolver resolver) {
    wish.resolver = resolver;
    return wish;
  }

  public void connect(Container c, String network) {
    world.decide(i -> EndpointRules.connect(i, c.id(), at(network)));
  }

  public void rename(Container c, String name) {
    world.decide(i -> ContainerRules.rename(i, c.id(), name));
  }

  /// A bridge network of the mode, for both families.
  ///
  /// @param portsRouted published ports are asked at members' own addresses, too
  public Scope mode(Vch vch, String name, GatewayMode mode, boolean portsRouted) {
    var c = world.scopeCommand(vch, name);
    var kind =
        new ScopeKind.Bridge(
            mode == GatewayMode.ISOLATED,
            true,
            true,
            new GatewayModes(mode, mode),
            Optional.empty(),
            portsRouted,
            Optional.empty());
    return world.decide(i -> ScopeRules.create(i, Parts.of(c).set("kind", kind).made()));
  }
}
