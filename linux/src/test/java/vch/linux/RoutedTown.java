package vch.linux;

import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.port.Publication;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.state.Image;

/// Publications of a town by the gateway modes of its scopes.
final class RoutedTown {
  private RoutedTown() {}

  /// At the public role, or at the container's own address where the gateway does not translate.
  static Stream<Publication> byMode(Image image, Container container, Publication p) {
    var families = Stream.of(Family.values()).filter(p::serves).toList();
    if (families.stream().noneMatch(f -> routed(image, container, f))) {
      return Stream.of(p);
    }
    return families.stream()
        .map(
            f -> {
              var any = Optional.of(p.hostIp().orElse(new Ip(f, 0, 0)));
              return routed(image, container, f)
                  ? new Publication(p.protocol(), any, p.container(), p.container(), true)
                  : new Publication(p.protocol(), any, p.host(), p.container());
            });
  }

  private static boolean routed(Image image, Container container, Family family) {
    return EndpointRules.publishedBy(image, container, family)
        .filter(kind -> kind.gateways().of(family) == GatewayMode.ROUTED)
        .isPresent();
  }
}
