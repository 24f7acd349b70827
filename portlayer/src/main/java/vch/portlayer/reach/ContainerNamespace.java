package vch.portlayer.reach;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// Addresses and routes in the namespace of a live container. Addresses that IPv6 routers advertise
/// are not known here.
record ContainerNamespace(Image image, Container container) {
  /// A place of the container, with its scope.
  record Place(Endpoint endpoint, Scope scope) {}

  /// A way to an address.
  ///
  /// @param via empty where the address is on the segment
  record Route(Place place, Ip source, Optional<Ip> via) {}

  /// The namespace that the container's programs are in; empty where it does not run.
  static Optional<ContainerNamespace> of(Image image, Container container) {
    if (!container.live()) {
      return Optional.empty();
    }
    return container.mode() instanceof NetworkMode.Shared(var target)
        ? ContainerRules.lookUp(image, container.vch(), target)
            .filter(c -> !c.id().equals(container.id()))
            .flatMap(c -> of(image, c))
        : Optional.of(new ContainerNamespace(image, container));
  }

  String name() {
    return container.name();
  }

  /// In the order of attachment.
  List<Place> places() {
    var out = new ArrayList<Place>();
    EndpointRules.ordered(container)
        .forEach(
            e ->
                e.scope()
                    .flatMap(image::scope)
                    .filter(s -> !(s.kind() instanceof ScopeKind.None))
                    .ifPresent(s -> out.add(new Place(e, s))));
    return out;
  }

  /// On the link of the place.
  List<Cidr> addresses(Place place) {
    return place.endpoint.settled()
        ? place.endpoint.addresses().stream().filter(a -> enabled(a.address().family())).toList()
        : List.of();
  }

  Optional<Cidr> address(Place place, Family family) {
    return addresses(place).stream().filter(a -> a.address().family() == family).findFirst();
  }

  boolean has(Ip address) {
    return at(address).isPresent();
  }

  /// The place whose link has the address.
  Optional<Place> at(Ip address) {
    return places().stream()
        .filter(p -> addresses(p).stream().anyMatch(a -> a.address().equals(address)))
        .findFirst();
  }

  private boolean enabled(Family family) {
    return family == Family.IPV4 || container.spec().ipv6();
  }

  /// The bridge scope's place that publications at the public role lead to.
  Optional<Place> published(Family family) {
    return EndpointRules.published(image, container, family)
        .flatMap(e -> places().stream().filter(p -> p.endpoint.id().equals(e.id())).findFirst())
        .filter(p -> p.scope.kind() instanceof ScopeKind.Bridge);
  }

  /// The way of what is sent from the address of the place: by the router of its network where that
  /// has a table of its own; else as [#route].
  Optional<Route> reply(Place place, Ip to) {
    return EndpointRules.router(image, container, place.endpoint, to.family())
        .flatMap(
            router ->
                connected(place, to)
                    .or(() -> told(place, to).findFirst())
                    .or(() -> via(place, router)))
        .or(() -> route(to));
  }

  Optional<Route> route(Ip to) {
    return places().stream()
        .flatMap(p -> connected(p, to).stream())
        .findFirst()
        .or(() -> places().stream().flatMap(p -> told(p, to)).findFirst())
        .or(() -> byDefault(to.family()));
  }

  /// By a route that DHCP gave.
  private Stream<Route> told(Place place, Ip to) {
    return place.endpoint.lease().stream()
        .flatMap(l -> l.routes().stream())
        .filter(r -> r.to().contains(to))
        .flatMap(r -> via(place, r.via()).stream());
  }

  private Optional<Route> connected(Place place, Ip to) {
    return addresses(place).stream()
        .filter(a -> a.subnet().contains(to))
        .findFirst()
        .map(a -> new Route(place, a.address(), Optional.empty()));
  }

  /// Ours comes before those of DHCP.
  private Optional<Route> byDefault(Family family) {
    var ours =
        EndpointRules.defaultRoute(image, container, family)
            .flatMap(e -> places().stream().filter(p -> p.endpoint.id().equals(e.id())).findFirst())
            .flatMap(
                p ->
                    p.scope.subnet(family).stream()
                        .flatMap(s -> via(p, s.gateway()).stream())
                        .findFirst());
    return ours.or(
        () ->
            leased(family)
                .flatMap(
                    p ->
                        p.endpoint.lease().stream()
                            .flatMap(l -> l.routers().stream())
                            .flatMap(r -> via(p, r).stream()))
                .findFirst());
  }

  private Optional<Route> via(Place place, Ip gateway) {
    return address(place, gateway.family())
        .map(a -> new Route(place, a.address(), Optional.of(gateway)));
  }

  private Stream<Place> leased(Family family) {
    return places().stream()
        .filter(
            p ->
                p.endpoint
                    .lease()
                    .map(Lease::address)
                    .filter(a -> a.address().family() == family)
                    .isPresent())
        .sorted(
            Comparator.comparingInt((Place p) -> p.endpoint.gatewayPriority())
                .reversed()
                .thenComparingInt(p -> p.endpoint.ordinal()));
  }
}
