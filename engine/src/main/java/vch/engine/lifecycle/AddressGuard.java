package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import vch.engine.Engine;
import vch.engine.desired.LinkNames;
import vch.engine.machine.Neighbourhood;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.state.Image;

/// Hears when another host uses an address of a running container, defends it, and remembers who it
/// was (RFC 5227 section 2.4, choice c: the address is kept; the same for IPv6). While no daemon
/// runs, the kernel goes on answering for the address.
final class AddressGuard implements AutoCloseable {
  private static final Logger LOG = System.getLogger(AddressGuard.class.getName());

  /// Between two defences of one address (DEFEND_INTERVAL, RFC 5227 section 1.1).
  static final Duration DEFEND_INTERVAL = Duration.ofSeconds(10);

  /// Conflicts that are remembered; the address that was seen longest ago is forgotten first.
  static final int CONFLICTS_MAX = 1024;

  private final Engine engine;
  private final InstantSource clock;
  private final Scheduler scheduler;

  /// By link of the machine. Owned by who holds this.
  private final Map<String, Neighbourhood.Listening> heard = new HashMap<>();

  private final Map<Held, Conflict> conflicts = new ConcurrentHashMap<>();

  private boolean closed;

  AddressGuard(Engine engine, InstantSource clock, Scheduler scheduler) {
    this.engine = engine;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  private record Held(EndpointId place, Ip address) {}

  /// Another host that used a container's address.
  ///
  /// @param defended when the address was announced against it last
  record Conflict(Mac other, Instant first, Instant last, Instant defended) {}

  /// What was heard about this address of the place since the daemon began.
  Optional<Conflict> conflict(EndpointId place, Ip address) {
    return Optional.ofNullable(conflicts.get(new Held(place, address)));
  }

  /// Begins to hear, and follows the container networks that come and go.
  void begin() {
    engine.listen(
        (before, after, _) -> {
          if (!links(before).equals(links(after))) {
            scheduler.soon(this::follow);
          }
        });
    follow();
  }

  private synchronized void follow() {
    if (closed) {
      return;
    }
    var wanted = links(engine.image());
    heard
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !wanted.contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
    for (var link : wanted) {
      heard.computeIfAbsent(
          link, l -> engine.machine().neighbourhood().listen(l, said -> noticed(l, said)));
    }
  }

  /// Links of the machine on which container networks are.
  private static Set<String> links(Image image) {
    var out = new HashSet<String>();
    for (var scope : image.scopes()) {
      link(image, scope).ifPresent(out::add);
    }
    return out;
  }

  private void noticed(String link, Neighbourhood.Heard said) {
    var image = engine.image();
    for (var vch : image.vchs()) {
      image
          .holder(vch.id(), said.address())
          .flatMap(
              h -> image.container(h.container()).flatMap(c -> place(image, c, h.scope(), link)))
          .filter(p -> !p.endpoint.mac().equals(said.sender()))
          .ifPresent(p -> scheduler.soon(() -> defend(p, said)));
    }
  }

  private record Place(Container container, Endpoint endpoint) {}

  /// The live, settled place on a container network whose segment is that of the link.
  private static Optional<Place> place(Image image, Container container, ScopeId on, String link) {
    return image
        .scope(on)
        .filter(s -> container.live() && link(image, s).equals(Optional.of(link)))
        .flatMap(_ -> container.on(on))
        .filter(Endpoint::settled)
        .map(e -> new Place(container, e));
  }

  private static Optional<String> link(Image image, Scope scope) {
    return scope
        .external()
        .flatMap(e -> image.portGroup(e.portGroup()))
        .map(PortGroup::segmentLink);
  }

  private void defend(Place place, Neighbourhood.Heard said) {
    var now = clock.instant();
    var before = conflict(place.endpoint.id(), said.address());
    boolean due = before.filter(b -> now.isBefore(b.defended().plus(DEFEND_INTERVAL))).isEmpty();
    remember(
        new Held(place.endpoint.id(), said.address()),
        new Conflict(
            said.sender(),
            before.map(Conflict::first).orElse(now),
            now,
            due ? now : before.map(Conflict::defended).orElse(now)));
    if (!due) {
      return;
    }
    LOG.log(
        Level.WARNING,
        "address "
            + said.address()
            + " of container "
            + place.container.name()
            + " on network "
            + place.endpoint.network()
            + " (MAC address "
            + place.endpoint.mac()
            + ") is used by another host with MAC address "
            + said.sender()
            + " too");
    try {
      engine
          .machine()
          .neighbourhood()
          .announce(
              LinkNames.container(place.container),
              place.endpoint.link(),
              place.endpoint.mac(),
              said.address());
    } catch (RuntimeException e) { // it ended meanwhile
      LOG.log(Level.DEBUG, "not defended", e);
    }
  }

  private void remember(Held held, Conflict conflict) {
    conflicts.put(held, conflict);
    if (conflicts.size() > CONFLICTS_MAX) {
      conflicts.entrySet().stream()
          .min(Map.Entry.comparingByValue(Comparator.comparing(Conflict::last)))
          .ifPresent(oldest -> conflicts.remove(oldest.getKey()));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    heard.values().forEach(Neighbourhood.Listening::close);
    heard.clear();
  }
}
