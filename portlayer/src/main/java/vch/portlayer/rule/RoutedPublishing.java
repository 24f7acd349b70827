package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Publication;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// What is published by a gateway that translates, and what at members' own addresses, where the
/// scope's gateway mode is routed: there no host port is taken, so none that was asked for counts.
///
/// @param translated with the host address that the scope has for requests without one
/// @param direct ports of the container; each for one family
/// @param warnings of host ports that nobody asks at
record RoutedPublishing(
    List<PublishRequest> translated, Set<Publication> direct, List<String> warnings) {
  /// @param requests of the container
  static RoutedPublishing of(Image image, Container container, List<PublishRequest> requests) {
    var translated = new ArrayList<PublishRequest>();
    var direct = new LinkedHashSet<Publication>();
    var warnings = new ArrayList<String>();
    var modes = new Modes(image, container);
    for (var request : requests) {
      var hostIp = request.hostIp().or(modes::hostIp);
      var routed =
          Stream.of(Family.values())
              .filter(f -> hostIp.filter(ip -> ip.family() != f).isEmpty())
              .filter(f -> modes.of(f).equals(Optional.of(GatewayMode.ROUTED)))
              .toList();
      routed.forEach(f -> direct.add(direct(request, f)));
      var rest =
          routed.isEmpty() || hostIp.isPresent()
              ? hostIp
              : Stream.of(Family.values())
                  .filter(f -> !routed.contains(f) && modes.of(f).isPresent())
                  .map(f -> new Ip(f, 0, 0))
                  .findFirst();
      if (routed.isEmpty() || (hostIp.isEmpty() && rest.isPresent())) {
        translated.add(
            new PublishRequest(request.protocol(), request.container(), rest, request.host()));
      } else {
        request.host().ifPresent(host -> warnings.add(warning(request, host)));
      }
    }
    return new RoutedPublishing(List.copyOf(translated), direct, List.copyOf(warnings));
  }

  private static String warning(PublishRequest request, PortRange host) {
    return "Host port "
        + host
        + " is not used: the network's gateway mode is routed, so port "
        + request.container()
        + "/"
        + request.protocol().text()
        + " is asked at the container's own address";
  }

  private static Publication direct(PublishRequest request, Family family) {
    return new Publication(
        request.protocol(),
        Optional.of(new Ip(family, 0, 0)),
        request.container(),
        request.container(),
        true);
  }

  private record Modes(Image image, Container container) {
    private Optional<ScopeKind.Bridge> kind(Family family) {
      return EndpointRules.publishedBy(image, container, family);
    }

    /// Empty where the container has no place of the family on a bridge scope that leads out.
    Optional<GatewayMode> of(Family family) {
      return kind(family).map(k -> k.gateways().of(family));
    }

    Optional<Ip> hostIp() {
      return Stream.of(Family.values())
          .flatMap(f -> kind(f).stream())
          .findFirst()
          .flatMap(ScopeKind.Bridge::hostIp);
    }
  }
}
