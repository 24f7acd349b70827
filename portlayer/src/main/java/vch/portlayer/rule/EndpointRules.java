package vch.portlayer.rule;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Rules of attaching containers to scopes.
public final class EndpointRules {
  private EndpointRules() {}

  public static Decision<Endpoint> connect(Image image, ContainerId container, EndpointRequest request) {
    throw new AssertionError("being written");
  }

  public static Decision<Endpoint> disconnect(Image image, ContainerId container, ScopeId scope) {
    throw new AssertionError("being written");
  }

  /// The endpoint that holds the default route: highest gateway priority, then an external scope, then the first
  /// non-internal one in the order of attachment.
  public static Optional<Endpoint> defaultRoute(Image image, Container container) {
    throw new AssertionError("being written");
  }

  /// The endpoint that publications go to: that of the network named at create.
  public static Optional<Endpoint> published(Container container) {
    return container.endpoints().stream().min(Comparator.comparingInt(Endpoint::ordinal));
  }

  static List<Endpoint> ordered(Container container) {
    return container.endpoints().stream().sorted(Comparator.comparingInt(Endpoint::ordinal)).toList();
  }
}
