package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.reach.ContainerNamespace.Place;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Image;

/// Out of a container and into one: its routes, and on container networks its own firewall.
final class ContainerWay {
  private final Image image;
  private final ContainerNamespace container;
  private final Trail trail;

  ContainerWay(Image image, ContainerNamespace container, Trail trail) {
    this.image = image;
    this.container = container;
    this.trail = trail;
  }

  Path out(Ip to, Traffic traffic) {
    if (container.has(to) || to.isLoopback()) {
      trail.asksFrom(to);
      trail.add(new Reason.Own(container.name(), to));
      return trail.reached(new Packet(Optional.of(to), to, traffic), container.container());
    }
    var route = container.route(to);
    if (route.isEmpty()) {
      return trail.refused(new Reason.NoRoute(container.name(), to));
    }
    return by(route.get(), new Packet(Optional.of(route.get().source()), to, traffic));
  }

  private Path by(ContainerNamespace.Route route, Packet packet) {
    var scope = route.place().scope();
    trail.asksFrom(route.source());
    trail.add(new Reason.Leaves(container.name(), scope.name(), route.source(), route.via()));
    return switch (scope.kind()) {
      case ScopeKind.External kind -> {
        if (kind.trust() == TrustLevel.CLOSED) {
          yield trail.dropped(level(route.place(), kind, LevelRule.NOTHING_OUT));
        }
        yield new SegmentWay(image, container.container().vch(), trail)
            .toNext(kind.portGroup(), packet, route.via().orElse(packet.to()));
      }
      case ScopeKind.Bridge kind -> onBridge(route, kind, packet);
      case ScopeKind.Configuration _, ScopeKind.None _ ->
          trail.refused(new Reason.NoRoute(container.name(), packet.to()));
    };
  }

  private Path onBridge(ContainerNamespace.Route route, ScopeKind.Bridge kind, Packet packet) {
    var scope = route.place().scope();
    boolean gateway = scope.isGateway(packet.to()) || route.via().isPresent();
    if (gateway) {
      return image
          .vch(scope.vch())
          .map(vch -> new EndpointWay(image, vch, trail).bySegment(scope, kind, packet))
          .orElseGet(() -> trail.dropped(new Reason.Nobody(scope.name(), packet.to())));
    }
    return new MemberWay(image, scope, kind, trail).byMember(packet);
  }

  /// By the link of a container network.
  Path in(Place place, ScopeKind.External kind, Packet arriving) {
    var redirect = redirect(place, arriving);
    var packet = redirect.map(arriving::at).orElse(arriving);
    redirect.ifPresent(port -> trail.add(new Reason.Redirected(arriving.traffic(), port)));
    var rule = rule(place, kind, packet);
    if (!rule.passes()) {
      return trail.dropped(level(place, kind, rule));
    }
    trail.add(level(place, kind, rule));
    var lost = packet.source().flatMap(s -> replyElsewhere(place, s));
    return lost.isPresent()
        ? trail.dropped(lost.get())
        : trail.reached(packet, container.container());
  }

  /// What the reply meets where it would leave by another network than the request came by.
  ///
  /// @return empty where it is on its way
  private Optional<Reason> replyElsewhere(Place place, Ip client) {
    var back = container.reply(place, client).map(ContainerNamespace.Route::place);
    if (back.filter(p -> p.endpoint().id().equals(place.endpoint().id())).isPresent()) {
      return Optional.empty();
    }
    var network = back.map(p -> p.scope().name()).orElse("none");
    if (back.filter(p -> unguarded(p, client.family())).isEmpty()) {
      return Optional.of(new Reason.RepliesLost(container.name(), network));
    }
    trail.add(new Reason.RepliesElsewhere(container.name(), network));
    return Optional.empty();
  }

  /// True where nobody drops frames under an address that is not of the place: what DHCP or a
  /// router will give next is not known to the guards.
  private static boolean unguarded(Place place, Family family) {
    return place.scope().kind() instanceof ScopeKind.External kind
        && switch (kind.trust()) {
          case CLOSED -> false;
          case OUTBOUND, PEERS, PUBLISHED ->
              family == Family.IPV4 ? place.scope().leased() : kind.acceptRouters();
          case OPEN -> true;
        };
  }

  private static Reason level(Place place, ScopeKind.External kind, LevelRule rule) {
    return new Reason.Level(place.scope().name(), kind.trust(), rule);
  }

  private LevelRule rule(Place place, ScopeKind.External kind, Packet packet) {
    return switch (kind.trust()) {
      case CLOSED -> LevelRule.NOTHING_IN;
      case OUTBOUND -> LevelRule.REPLIES_ONLY;
      case PEERS ->
          packet.source().filter(s -> peer(place, kind, s)).isPresent()
              ? LevelRule.PEER
              : LevelRule.NO_PEER;
      case PUBLISHED ->
          switch (packet.traffic()) {
            case Traffic.Ping _ -> LevelRule.PING;
            case Traffic.OfPort(var port) ->
                published(place)
                        && container.container().publications().stream()
                            .anyMatch(
                                p -> p.direct() && p.serves(packet.family()) && p.leadsTo(port))
                    ? LevelRule.PORT
                    : LevelRule.NO_PORT;
          };
      case OPEN -> LevelRule.ALL;
    };
  }

  /// In a range of the network; where it has none, a live member of it.
  private boolean peer(Place place, ScopeKind.External kind, Ip source) {
    var ranges = kind.pools(source.family());
    return ranges.isEmpty()
        ? image
            .members(place.scope().id())
            .filter(c -> c.live() && !c.id().equals(container.container().id()))
            .flatMap(c -> c.on(place.scope().id()).stream())
            .flatMap(e -> e.address(source.family()).stream())
            .anyMatch(a -> a.address().equals(source))
        : ranges.stream().anyMatch(r -> r.contains(source));
  }

  private boolean published(Place place) {
    return EndpointRules.published(image, container.container())
        .filter(e -> e.id().equals(place.endpoint().id()))
        .isPresent();
  }

  /// The port that answers in the place of the one asked.
  private Optional<Integer> redirect(Place place, Packet packet) {
    return packet.traffic() instanceof Traffic.OfPort(var port) && published(place)
        ? container.container().publications().stream()
            .filter(
                p ->
                    p.direct()
                        && p.serves(packet.family(), port)
                        && !p.host().equals(p.container()))
            .findFirst()
            .map(p -> p.inside(port.number()))
        : Optional.empty();
  }

  /// Where the reply to what came by a publication goes.
  ///
  /// @param published the place that publications lead to
  /// @return empty where it finds its way back; else why not
  Optional<Reason> replyLost(Place published, Ip client) {
    var back = container.reply(published, client).map(ContainerNamespace.Route::place);
    return back.filter(p -> p.endpoint().id().equals(published.endpoint().id())).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Reason.RepliesLost(
                container.name(), back.map(p -> p.scope().name()).orElse("none")));
  }
}
