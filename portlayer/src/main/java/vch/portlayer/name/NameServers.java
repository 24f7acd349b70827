package vch.portlayer.name;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Image;

/// Whom containers on container networks ask for names: their own VCH at [#OWN], inside their
/// namespace, and the name servers of the network for all that is not the VCH's. Pure.
public final class NameServers {
  /// Where the name service listens inside the namespace of a container that is on container
  /// networks only, as its programs see it: port 53 there.
  public static final Ip OWN = Ip.parse("127.0.0.11");

  /// The port on [#OWN] that the service really has. Port 53 is left to the container's own
  /// programs, which may be name servers for all addresses. No port of the kernel's own choice
  /// (32768 to 60999) and nobody's at IANA, so it is free when a daemon comes back.
  public static final int OWN_PORT = 10_953;

  private NameServers() {}

  /// True for a container on networks of which no gateway of its VCH can answer it: container
  /// networks, and bridge scopes without a gateway.
  public static boolean own(Image image, Container container) {
    var scopes = scopes(image, container).toList();
    return !scopes.isEmpty() && scopes.stream().noneMatch(NameServers::answers);
  }

  private static boolean answers(Scope scope) {
    return scope.kind() instanceof ScopeKind.Bridge
        && Stream.of(Family.values()).anyMatch(f -> scope.gateway(f).isPresent());
  }

  /// The servers that know the names of the container's networks: those of `--dns`, else those of
  /// the network with the default route, else of the next one that has any. Of a network: those of
  /// `--container-network-dns`, else those of the lease, else the gateway. Empty for who is on no
  /// container network.
  public static List<Ip> ofNetworks(Image image, Container container) {
    var places = places(image, container);
    var own = container.resolver().servers();
    if (!places.isEmpty() && !own.isEmpty()) {
      return own;
    }
    return places.stream()
        .map(Place::servers)
        .filter(s -> !s.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  /// The servers to be asked from inside the container's namespace, for one whose way out is a
  /// container network; none for one that may send nothing there. Empty where the VCH is to ask.
  ///
  /// Who is on a bridge scope with a way out, too, asks by its VCH as long as nobody has named a
  /// server for the container network: a gateway is but a guess.
  public static Optional<List<Ip>> inside(Image image, Container container) {
    var way =
        EndpointRules.defaultRoute(image, container)
            .filter(e -> EndpointRules.external(image, e))
            .map(Endpoint::id);
    var places = places(image, container);
    if (way.isEmpty() || places.isEmpty()) {
      return Optional.empty();
    }
    boolean named = !container.resolver().servers().isEmpty() || places.getFirst().named();
    boolean bridge =
        scopes(image, container)
            .anyMatch(s -> s.kind() instanceof ScopeKind.Bridge && !s.internal());
    if (bridge && !named) {
      return Optional.empty();
    }
    return Optional.of(
        places.getFirst().kind.trust() == TrustLevel.CLOSED
            ? List.of()
            : ofNetworks(image, container));
  }

  private record Place(Endpoint endpoint, Scope scope, ScopeKind.External kind) {
    boolean named() {
      return !kind.dns().isEmpty() || endpoint.lease().filter(l -> !l.dns().isEmpty()).isPresent();
    }

    List<Ip> servers() {
      if (!kind.dns().isEmpty()) {
        return kind.dns();
      }
      var leased = endpoint.lease().map(Lease::dns).orElse(List.of());
      return leased.isEmpty() ? gateways() : leased;
    }

    private List<Ip> gateways() {
      var out = new ArrayList<Ip>();
      Stream.of(Family.values())
          .flatMap(f -> scope.subnet(f).map(SubnetConfig::gateway).stream())
          .forEach(out::add);
      endpoint.lease().stream().flatMap(l -> l.routers().stream()).limit(1).forEach(out::add);
      return out;
    }
  }

  /// Places on container networks, that with the default route first.
  private static List<Place> places(Image image, Container container) {
    var way = EndpointRules.defaultRoute(image, container).map(Endpoint::id);
    return container.endpoints().stream()
        .sorted(
            Comparator.comparing((Endpoint e) -> !Optional.of(e.id()).equals(way))
                .thenComparingInt(Endpoint::ordinal))
        .flatMap(
            e ->
                e.scope().flatMap(image::scope).stream()
                    .flatMap(
                        s ->
                            s.kind() instanceof ScopeKind.External kind
                                ? Stream.of(new Place(e, s, kind))
                                : Stream.empty()))
        .toList();
  }

  private static Stream<Scope> scopes(Image image, Container container) {
    return container.endpoints().stream().flatMap(e -> e.scope().flatMap(image::scope).stream());
  }
}
