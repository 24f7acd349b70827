package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Rules of attaching containers to scopes. Texts are those of Docker Engine API 1.50.
public final class EndpointRules {
  private EndpointRules() {}

  /// A live container gets its addresses at once or is refused. For one that is not live, an
  /// unknown network and an address that another container holds are kept as asked: its next start
  /// decides. Already attached and not live: no changes.
  public static Decision<Endpoint> connect(Image image, ContainerId id, EndpointRequest request) {
    var container = container(image, id);
    if (request.network().equals("host")) {
      throw new Refusal.Invalid(
          "cannot connect container to host network - container must be created in host network mode");
    }
    if (container.mode() instanceof NetworkMode.Shared) {
      throw new Refusal.Invalid(
          "container sharing network namespace with another container or host cannot be connected to any other network");
    }
    var scope = ScopeRules.lookUp(image, container.vch(), request.network());
    if (container.mode() instanceof NetworkMode.None
        || scope.filter(s -> s.kind() instanceof ScopeKind.None).isPresent()) {
      throw multipleWithNone();
    }
    if (container.live()) {
      scope.ifPresent(EndpointRules::checkNoConfiguration);
    }
    if (scope.isEmpty() && container.live()) {
      throw Texts.noSuchNetwork(request.network());
    }
    var there =
        container.endpoints().stream().filter(e -> same(e, request.network(), scope)).findFirst();
    var others = there.isPresent() ? List.<Endpoint>of() : container.endpoints();
    var endpoint = Settings.read(request, scope, plainDefault(image, scope), others, "");
    if (there.isPresent()) {
      if (container.live()) {
        throw alreadyThere(container, there.get().network());
      }
      return Decision.of(there.get());
    }
    var changes = new ArrayList<Change>();
    if (scope.isPresent()) {
      Places.check(endpoint, scope.get());
      endpoint = SharedNic.join(image, endpoint, scope.get(), container.endpoints());
      endpoint = placed(image, container, endpoint, scope.get(), changes);
    }
    var endpoints = new ArrayList<>(container.endpoints());
    endpoints.add(endpoint);
    changes.add(
        new Change.ContainerPut(
            publishing(image, container.withEndpoints(endpoints), request.seed())));
    return new Decision<>(changes, endpoint);
  }

  /// A live container that was on internal scopes only, or on none, publishes from now on.
  private static Container publishing(Image image, Container placed, long seed) {
    image.vch(placed.vch()).ifPresent(vch -> ExternalRules.checkCapabilities(image, vch, placed));
    return placed.live() && placed.publications().isEmpty()
        ? image
            .vch(placed.vch())
            .map(
                vch ->
                    placed.withPublications(
                        Publishing.of(image, vch, placed, new SplittableRandom(seed))))
            .orElse(placed)
        : placed;
  }

  private static Endpoint placed(
      Image image, Container container, Endpoint endpoint, Scope scope, List<Change> changes) {
    if (container.live()) {
      checkLink(image, container.id(), endpoint, scope);
    }
    var vacated =
        container.live()
            ? Places.vacate(image, container.id(), endpoint, scope)
            : List.<Change>of();
    changes.addAll(vacated);
    switch (Places.hold(image.after(vacated), container.id(), endpoint, scope)) {
      case Places.Outcome.Held(var held, var cursors) -> {
        changes.addAll(cursors);
        return held;
      }
      case Places.Outcome.Refused(var why) -> {
        if (container.live()) {
          throw why;
        }
        return endpoint;
      }
    }
  }

  /// Frees the addresses.
  public static Decision<Endpoint> disconnect(Image image, ContainerId id, ScopeId scopeId) {
    var container = container(image, id);
    var scope = image.scope(scopeId).filter(s -> s.vch().equals(container.vch()));
    if (scope.isEmpty()) {
      throw Texts.noSuchNetwork(scopeId.value());
    }
    var there =
        container.endpoints().stream().filter(e -> same(e, scope.get().name(), scope)).findFirst();
    if (there.isEmpty()) {
      throw new Refusal.Failed(
          "container "
              + id
              + " is not connected to "
              + (container.live() ? "" : "the ")
              + "network "
              + scope.get().name());
    }
    var rest =
        container.endpoints().stream().filter(e -> !e.id().equals(there.get().id())).toList();
    return Decision.of(there.get(), new Change.ContainerPut(container.withEndpoints(rest)));
  }

  /// The endpoint that holds the default route: highest gateway priority, then an external scope,
  /// then the first non-internal one in the order of attachment. An internal scope never holds it.
  public static Optional<Endpoint> defaultRoute(Image image, Container container) {
    return defaultRoute(image, container, _ -> true);
  }

  /// As [#defaultRoute(Image, Container)], among the scopes that have the family: one container's
  /// IPv4 and IPv6 may leave by different ones.
  public static Optional<Endpoint> defaultRoute(Image image, Container container, Family family) {
    return defaultRoute(image, container, s -> has(s, family));
  }

  private static Optional<Endpoint> defaultRoute(
      Image image, Container container, Predicate<Scope> which) {
    return container.endpoints().stream()
        .filter(e -> leadsOut(image, e, which))
        .min(
            Comparator.comparingInt((Endpoint e) -> e.gatewayPriority())
                .reversed()
                .thenComparing(e -> !external(image, e))
                .thenComparingInt(Endpoint::ordinal));
  }

  /// The router by which leaves what the container sends from its address at this place, whatever
  /// its other routes are, so that who asked there is answered from there. Empty where the routes
  /// decide: where they lead all answers to it, on internal scopes, and where DHCP gave no router.
  public static Optional<Ip> router(
      Image image, Container container, Endpoint endpoint, Family family) {
    if (!leadsOut(image, endpoint, _ -> true)
        || endpoint.address(family).isEmpty()
        || !astray(image, container, endpoint, family)) {
      return Optional.empty();
    }
    return endpoint
        .lease()
        .filter(l -> l.address().address().family() == family)
        .map(l -> l.routers().stream().findFirst())
        .orElseGet(() -> endpoint.scope().flatMap(image::scope).flatMap(s -> s.gateway(family)));
  }

  /// True where answers to who asks from beyond the place's network would leave by another. On
  /// bridge scopes that translate only publications are asked so, and who asks them from a network
  /// of the container is translated, too.
  private static boolean astray(
      Image image, Container container, Endpoint endpoint, Family family) {
    var others =
        container.endpoints().stream()
            .filter(e -> e.scope().isPresent() && !e.id().equals(endpoint.id()))
            .toList();
    if (others.isEmpty()) {
      return false;
    }
    if (external(image, endpoint) || others.stream().anyMatch(e -> external(image, e))) {
      return true;
    }
    boolean entered =
        endpoint
            .scope()
            .flatMap(image::scope)
            .filter(s -> s.kind() instanceof ScopeKind.Bridge b && b.entered(family))
            .isPresent();
    return entered
        || (!container.publications().isEmpty()
            && same(published(image, container, family), endpoint)
            && !same(defaultRoute(image, container, family), endpoint));
  }

  private static boolean same(Optional<Endpoint> one, Endpoint other) {
    return one.filter(e -> e.id().equals(other.id())).isPresent();
  }

  /// True for scopes whose members have addresses of the family; without a subnet they have IPv4,
  /// by DHCP.
  public static boolean has(Scope scope, Family family) {
    return scope.subnet(family).isPresent() || (scope.leased() && family == Family.IPV4);
  }

  /// True for a place on a container network.
  public static boolean external(Image image, Endpoint endpoint) {
    return endpoint.scope().flatMap(image::scope).flatMap(Scope::external).isPresent();
  }

  private static boolean leadsOut(Image image, Endpoint endpoint, Predicate<Scope> which) {
    return endpoint
        .scope()
        .flatMap(image::scope)
        .filter(s -> leadsOut(s) && which.test(s))
        .isPresent();
  }

  private static boolean leadsOut(Scope scope) {
    return switch (scope.kind()) {
      case ScopeKind.Bridge b -> !b.internal();
      case ScopeKind.External _ -> true;
      case ScopeKind.Configuration _, ScopeKind.None _ -> false;
    };
  }

  /// The endpoint that publications lead to: that of the network named at create; where it is
  /// internal, the one with the default route, so that it does not matter in which order an
  /// internal and another network are named. Empty where all networks are internal.
  public static Optional<Endpoint> published(Image image, Container container) {
    return published(image, container, _ -> true);
  }

  /// As [#published(Image, Container)], for what arrives by one family.
  public static Optional<Endpoint> published(Image image, Container container, Family family) {
    return published(image, container, s -> has(s, family));
  }

  private static Optional<Endpoint> published(
      Image image, Container container, Predicate<Scope> which) {
    return container.endpoints().stream()
        .min(Comparator.comparingInt(Endpoint::ordinal))
        .filter(e -> leadsOut(image, e, which))
        .or(() -> defaultRoute(image, container, which));
  }

  /// The bridge scope by whose gateway the container is published to what arrives by the family;
  /// empty where it is published by a container network, or not at all.
  public static Optional<ScopeKind.Bridge> publishedBy(
      Image image, Container container, Family family) {
    return published(image, container, family)
        .flatMap(Endpoint::scope)
        .flatMap(image::scope)
        .flatMap(Scope::bridge);
  }

  /// In the order of attachment.
  public static List<Endpoint> ordered(Container container) {
    return container.endpoints().stream()
        .sorted(Comparator.comparingInt(Endpoint::ordinal))
        .toList();
  }

  /// Names on the default bridge are links and own ones only, unless the VCH has them on.
  static boolean plainDefault(Image image, Optional<Scope> scope) {
    return scope.filter(s -> s.isDefault() && !namesOnDefault(image, s)).isPresent();
  }

  private static boolean namesOnDefault(Image image, Scope scope) {
    return image.vch(scope.vch()).filter(v -> v.bridge().namesOnDefault()).isPresent();
  }

  /// Two live members of a segment with one address would take each other's frames. An Ethernet
  /// address or a link-local address is that of one running container of the segment.
  static void checkLink(Image image, ContainerId self, Endpoint endpoint, Scope scope) {
    for (var address : endpoint.linkLocal()) {
      image
          .members(scope.id())
          .filter(c -> c.live() && !c.id().equals(self))
          .filter(c -> c.on(scope.id()).stream().anyMatch(e -> e.linkLocal().contains(address)))
          .findFirst()
          .ifPresent(
              c -> {
                throw new Refusal.Forbidden(
                    "Address already in use ("
                        + address
                        + " is held by container "
                        + c.name()
                        + ")");
              });
    }
    checkMac(image, self, endpoint, scope);
  }

  private static void checkMac(Image image, ContainerId self, Endpoint endpoint, Scope scope) {
    if (!endpoint.macRequested()) {
      return;
    }
    SharedNic.neighbours(image, scope)
        .filter(c -> c.live() && !c.id().equals(self))
        .filter(
            c -> SharedNic.places(image, c, scope).anyMatch(e -> e.mac().equals(endpoint.mac())))
        .findFirst()
        .ifPresent(
            c -> {
              throw new Refusal.Forbidden(
                  "MAC address "
                      + endpoint.mac()
                      + " is already in use on network "
                      + scope.name()
                      + " by container "
                      + c.name());
            });
  }

  static boolean same(Endpoint endpoint, String network, Optional<Scope> scope) {
    return (endpoint.scope().isPresent() && scope.isPresent())
        ? endpoint.scope().get().equals(scope.get().id())
        : endpoint.network().equals(scope.map(Scope::name).orElse(network));
  }

  static void checkNoConfiguration(Scope scope) {
    if (scope.kind() instanceof ScopeKind.Configuration) {
      throw new Refusal.Forbidden("cannot create endpoint on configuration-only network");
    }
  }

  static Refusal alreadyThere(Container container, String network) {
    return new Refusal.Forbidden(
        "endpoint with name " + container.name() + " already exists in network " + network);
  }

  static Refusal multipleWithNone() {
    return new Refusal.Invalid(
        "container cannot be connected to multiple networks with one of the networks in private (none) mode");
  }

  private static Container container(Image image, ContainerId id) {
    var container = image.container(id).orElseThrow(() -> Texts.noSuchContainer(id.value()));
    if (container.state().phase() == Phase.REMOVING) {
      throw new Refusal.Failed(
          "Container "
              + id
              + " is marked for removal and cannot be connected or disconnected to the network");
    }
    return container;
  }
}
