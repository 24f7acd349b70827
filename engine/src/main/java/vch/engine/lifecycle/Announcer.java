package vch.engine.lifecycle;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import vch.engine.Engine;
import vch.engine.event.Event;
import vch.engine.health.Health;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Publishes what happens to containers, with the words and attributes of Docker's events.
final class Announcer {
  private final Engine engine;
  private final InstantSource clock;

  Announcer(Engine engine, InstantSource clock) {
    this.engine = engine;
    this.clock = clock;
  }

  void container(Container container, String action) {
    container(container, action, Map.of());
  }

  void container(Container container, String action, Map<String, String> more) {
    var attributes = new HashMap<>(container.labels());
    attributes.put("image", container.spec().imageRef());
    attributes.put("name", container.name());
    attributes.putAll(more);
    publish(container.vch(), "container", action, container.id().value(), attributes);
  }

  void killed(Container container, int signal) {
    container(container, "kill", Map.of("signal", Integer.toString(signal)));
  }

  void health(Container container, Health.Status status) {
    container(container, "health_status: " + status.name().toLowerCase(Locale.ROOT));
  }

  /// `connect` or `disconnect` of every network that the container is on.
  void networks(Container container, String action) {
    for (var scope : scopes(engine.image(), container)) {
      network(container, scope, action);
    }
  }

  void network(Container container, Scope scope, String action) {
    var attributes =
        Map.of(
            "name",
            scope.name(),
            "type",
            driver(scope.kind()),
            "container",
            container.id().value());
    publish(container.vch(), "network", action, scope.id().value(), attributes);
  }

  void volume(VchId vch, String name, String action) {
    publish(vch, "volume", action, name, Map.of("driver", "local"));
  }

  /// For events about several things at once, such as `prune`.
  void summary(VchId vch, String type, String action, Map<String, String> attributes) {
    publish(vch, type, action, "", attributes);
  }

  private void publish(
      VchId vch, String type, String action, String actor, Map<String, String> attributes) {
    engine.events().publish(new Event(vch, type, action, actor, attributes, clock.instant()));
  }

  private static List<Scope> scopes(Image image, Container container) {
    if (!container.endpoints().isEmpty()) {
      return container.endpoints().stream()
          .flatMap(e -> e.scope().flatMap(image::scope).stream())
          .toList();
    }
    return switch (container.mode()) {
      case NetworkMode.Scoped _, NetworkMode.Shared _ -> List.of();
      case NetworkMode.None _ ->
          image
              .scopes(container.vch())
              .filter(s -> s.kind() instanceof ScopeKind.None)
              .limit(1)
              .toList();
    };
  }

  private static String driver(ScopeKind kind) {
    return switch (kind) {
      case ScopeKind.Bridge _ -> "bridge";
      case ScopeKind.External _ -> "external";
      case ScopeKind.Configuration _, ScopeKind.None _ -> "null";
    };
  }
}
