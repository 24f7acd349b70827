package vch.engine.desired;

import java.util.Comparator;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

final class DefaultRoute {
  private DefaultRoute() {}

  static Optional<Endpoint> of(Image image, Container container) {
    return container.endpoints().stream()
        .filter(e -> e.scope().flatMap(image::scope).filter(s -> s.kind() instanceof ScopeKind.Bridge b && !b.internal()).isPresent())
        .min(Comparator.comparingInt(Endpoint::gatewayPriority).reversed().thenComparingInt(Endpoint::ordinal));
  }
}
