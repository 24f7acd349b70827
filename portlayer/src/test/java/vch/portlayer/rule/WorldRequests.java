package vch.portlayer.rule;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.Resolver;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.Vch;

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
        Optional.empty(),
        List.of(),
        List.of(links),
        0,
        Optional.empty(),
        Map.of(),
        9);
  }

  public Scope internal(Vch vch, String name) {
    return world.internal(vch, name);
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
}
