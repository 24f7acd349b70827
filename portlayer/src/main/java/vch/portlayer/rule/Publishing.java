package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Publications: what was asked becomes what is bound. A range stays one publication, and no step
/// depends on the number of its ports.
final class Publishing {
  /// Where random host ports come from: the ephemeral range of Linux
  /// (net.ipv4.ip_local_port_range).
  static final PortRange EPHEMERAL = new PortRange(32768, 60999);

  private Publishing() {}

  /// The requests with repetitions dropped and consecutive ones joined into ranges: the docker CLI
  /// sends `-p 8000-8999:8000-8999` as a thousand single ports.
  static List<PublishRequest> merged(List<PublishRequest> requests) {
    var oneToOne = new LinkedHashMap<Shift, BitSet>(); // container ports
    var others = new LinkedHashSet<PublishRequest>();
    for (var r : requests) {
      if (oneToOne(r)) {
        int distance = r.host().orElseThrow().first() - r.container().first();
        oneToOne
            .computeIfAbsent(new Shift(r.protocol(), r.hostIp(), distance), _ -> new BitSet())
            .set(r.container().first(), r.container().last() + 1);
      } else {
        others.add(r);
      }
    }
    var out = new ArrayList<PublishRequest>();
    oneToOne.forEach((shift, ports) -> runs(shift, ports, out));
    out.addAll(others);
    return out;
  }

  /// What requests have in common that can be one range.
  private record Shift(Protocol protocol, Optional<Ip> hostIp, int distance) {}

  private static void runs(Shift shift, BitSet ports, List<PublishRequest> out) {
    for (var container : PortRange.runs(ports)) {
      var host =
          new PortRange(container.first() + shift.distance(), container.last() + shift.distance());
      out.add(new PublishRequest(shift.protocol(), container, shift.hostIp(), Optional.of(host)));
    }
  }

  private static boolean oneToOne(PublishRequest request) {
    return request.host().filter(h -> h.size() == request.container().size()).isPresent();
  }

  /// Refuses what could never be bound: an address that is not the VCH's to publish on, a port of
  /// the VCH itself.
  static void check(Vch vch, List<PublishRequest> requests) {
    for (var request : requests) {
      request.hostIp().ifPresent(ip -> checkHostIp(vch, ip));
      if (oneToOne(request)) {
        Services.of(vch)
            .within(request.protocol(), request.host().orElseThrow())
            .ifPresent(
                s -> {
                  throw new Refusal.Conflict(
                      "port "
                          + s.port()
                          + "/tcp cannot be published: it is taken by "
                          + s.name()
                          + " of VCH "
                          + vch.name()
                          + ", which shares the public address; choose another host port");
                });
      }
    }
  }

  /// Refuses an address that is not the VCH's to publish on.
  static void checkHostIp(Vch vch, Ip ip) {
    var offered =
        vch.nic(Role.PUBLIC).stream()
            .flatMap(n -> n.addresses().stream())
            .map(Cidr::address)
            .toList();
    if (!offered.contains(ip) && !ip.isUnspecified() && !ip.isLoopback()) {
      throw new Refusal.Invalid(
          "host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address"
              + offered.stream().map(a -> " " + a).reduce("", String::concat)
              + ", not for "
              + ip);
    }
  }

  /// Sentences about host ports that other containers have, or will want when they start.
  static List<String> warnings(Image image, Vch vch, List<PublishRequest> requests) {
    var out = new ArrayList<String>();
    requests.stream()
        .filter(r -> r.hostIp().filter(Ip::isLoopback).isPresent())
        .forEach(r -> out.add(onLoopback(image, vch, r)));
    var explicit =
        requests.stream().filter(Publishing::oneToOne).map(Publishing::publication).toList();
    if (explicit.isEmpty()) {
      return out;
    }
    image
        .publishers(vch.id())
        .forEach(
            other -> {
              var theirs =
                  other.live()
                      ? other.publications()
                      : RoutedPublishing.of(image, other, other.publish()).translated().stream()
                          .filter(r -> oneToOne(r) && !direct(image, other))
                          .map(Publishing::publication)
                          .toList();
              for (var mine : explicit) {
                theirs.stream()
                    .filter(mine::conflictsWith)
                    .findFirst()
                    .ifPresent(t -> out.add(warning(mine, t, other)));
              }
            });
    return out;
  }

  /// True where the ports are those of the container's own address.
  private static boolean direct(Image image, Container container) {
    return EndpointRules.published(image, container)
        .filter(e -> EndpointRules.external(image, e))
        .isPresent();
  }

  /// The machine has a loopback of its own; what is published on that of the VCH is for the machine
  /// alone, where the VCH knows it.
  private static String onLoopback(Image image, Vch vch, PublishRequest request) {
    var loopback = request.hostIp().orElseThrow();
    var what =
        "Port "
            + request.container()
            + "/"
            + request.protocol().text()
            + " is published on "
            + loopback;
    var nic = vch.nic(Role.PUBLIC);
    var at =
        nic.flatMap(
            n ->
                n.addresses().stream()
                    .map(Cidr::address)
                    .filter(a -> a.family() == loopback.family())
                    .findFirst());
    boolean known =
        nic.flatMap(n -> image.portGroup(n.portGroup()))
            .filter(
                g ->
                    g.kind() instanceof PortGroupKind.Nat nat
                        && nat.machine(loopback.family()).isPresent())
            .isPresent();
    return known && at.isPresent()
        ? what
            + ": only the machine itself reaches it, at "
            + (at.get().isIpv4() ? at.get().toString() : "[" + at.get() + "]")
            + request.host().map(h -> ":" + h).orElse("")
            + "; leave the host IP out to let others in"
        : what
            + ", the loopback of the VCH's endpoint, where nothing asks: leave the host IP out to reach it at the public"
            + " address";
  }

  private static String warning(Publication mine, Publication theirs, Container other) {
    int port = Math.max(mine.host().first(), theirs.host().first());
    var which = "Host port " + port + "/" + mine.protocol().text();
    return other.live()
        ? which
            + " is published by container "
            + other.name()
            + ": this container cannot start before that one has stopped"
        : which
            + " is also wanted by container "
            + other.name()
            + ", which is not running: only one of them can run at a time";
  }

  private static Publication publication(PublishRequest request) {
    return new Publication(
        request.protocol(), request.hostIp(), request.host().orElseThrow(), request.container());
  }

  /// What the live container publishes with the places that it has, or a refusal. Internal scopes
  /// publish nothing.
  static List<Publication> of(Image image, Vch vch, Container placed, RandomGenerator chance) {
    var endpoint = EndpointRules.published(image, placed);
    if (endpoint.isEmpty()) {
      return List.of();
    }
    var scope = endpoint.get().scope().flatMap(image::scope).orElseThrow();
    if (scope.kind() instanceof ScopeKind.External kind) {
      boolean named = endpoint.get().equals(EndpointRules.ordered(placed).getFirst());
      if (named) { // else an internal network is, and nobody asked for ports here
        DirectPublishing.check(scope, kind, placed.publish(), allExposed(placed));
      }
      return DirectPublishing.of(placed, kind.trust());
    }
    var requests = new ArrayList<>(placed.publish());
    requests.addAll(exposedOnes(placed));
    var asked = RoutedPublishing.of(image, placed, requests);
    check(vch, asked.translated());
    var out = new ArrayList<>(bind(image, vch, placed, asked.translated(), endpoint.get(), chance));
    out.addAll(asked.direct());
    return List.copyOf(out);
  }

  private static PortSet allExposed(Container container) {
    return container.publishAll() ? container.exposed() : PortSet.EMPTY;
  }

  /// What the container publishes from now on, or a refusal. Random ports stay what they were where
  /// they are free.
  private static List<Publication> bind(
      Image image,
      Vch vch,
      Container container,
      List<PublishRequest> requests,
      Endpoint endpoint,
      RandomGenerator chance) {
    var wanted = new ArrayList<PublishRequest>();
    requests.forEach(r -> wanted.addAll(singles(r)));
    var claims = new Claims(image, vch, container.id());
    var out = new TreeMap<Integer, Publication>(); // by place in `wanted`
    for (int i = 0; i < wanted.size(); i++) {
      if (oneToOne(wanted.get(i))) {
        var p = publication(wanted.get(i));
        var conflict = claims.conflict(p);
        if (conflict.isPresent()) {
          throw allocated(
              container,
              endpoint,
              p,
              Integer.toString(conflict.get().ports().first()),
              conflict.get().owner());
        }
        claims.add(p);
        out.put(i, p);
      }
    }
    for (int i = 0; i < wanted.size(); i++) { // what was random at the last start
      var request = wanted.get(i);
      if (!out.containsKey(i)) {
        var before =
            container.publications().stream()
                .filter(p -> serves(p, request) && claims.conflict(p).isEmpty())
                .findFirst();
        if (before.isPresent()) {
          claims.add(before.get());
          out.put(i, before.get());
        }
      }
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (!out.containsKey(i)) {
        var request = wanted.get(i);
        var p =
            free(claims, request, chance)
                .orElseThrow(() -> exhausted(container, endpoint, request));
        claims.add(p);
        out.put(i, p);
      }
    }
    return List.copyOf(out.values());
  }

  /// A range without host ports is as many single ports, each with a random one.
  private static List<PublishRequest> singles(PublishRequest request) {
    if (request.host().isPresent() || request.container().size() == 1) {
      return List.of(request);
    }
    var out = new ArrayList<PublishRequest>();
    for (int port = request.container().first(); port <= request.container().last(); port++) {
      out.add(
          new PublishRequest(
              request.protocol(), PortRange.of(port), request.hostIp(), Optional.empty()));
    }
    return out;
  }

  /// With `-P`: exposed ports that are not published explicitly.
  private static List<PublishRequest> exposedOnes(Container container) {
    if (!container.publishAll()) {
      return List.of();
    }
    var published = new EnumMap<Protocol, BitSet>(Protocol.class);
    for (var r : container.publish()) {
      published
          .computeIfAbsent(r.protocol(), _ -> new BitSet())
          .set(r.container().first(), r.container().last() + 1);
    }
    return container
        .exposed()
        .ports()
        .filter(e -> !published.getOrDefault(e.protocol(), new BitSet()).get(e.number()))
        .map(
            e ->
                new PublishRequest(
                    e.protocol(), PortRange.of(e.number()), Optional.empty(), Optional.empty()))
        .toList();
  }

  private static boolean serves(Publication p, PublishRequest request) {
    var range = request.host().orElse(EPHEMERAL);
    return !p.direct()
        && p.protocol() == request.protocol()
        && p.container().equals(request.container())
        && p.hostIp().equals(request.hostIp())
        && range.contains(p.host().first())
        && range.contains(p.host().last());
  }

  /// Of a range that the user named: the first free port. Else one by chance, or the next free one
  /// after it.
  private static Optional<Publication> free(
      Claims claims, PublishRequest request, RandomGenerator chance) {
    var range = request.host().orElse(EPHEMERAL);
    int start =
        request.host().isPresent()
            ? range.first()
            : chance.nextInt(range.first(), range.last() + 1);
    return free(claims, request, start, range.last())
        .or(() -> free(claims, request, range.first(), start - 1));
  }

  private static Optional<Publication> free(
      Claims claims, PublishRequest request, int from, int to) {
    int port = from;
    while (port <= to) {
      var p =
          new Publication(
              request.protocol(), request.hostIp(), PortRange.of(port), request.container());
      var conflict = claims.conflict(p);
      if (conflict.isEmpty()) {
        return Optional.of(p);
      }
      port = conflict.get().ports().last() + 1;
    }
    return Optional.empty();
  }

  private static Refusal exhausted(Container container, Endpoint endpoint, PublishRequest request) {
    var range = request.host().orElse(EPHEMERAL);
    var all = new Publication(request.protocol(), request.hostIp(), range, range);
    return allocated(container, endpoint, all, range.toString(), "all of them are taken");
  }

  private static Refusal allocated(
      Container container, Endpoint endpoint, Publication p, String ports, String owner) {
    return new Refusal.Failed(
        "driver failed programming external connectivity on endpoint "
            + container.name()
            + " ("
            + endpoint.id()
            + "): Bind for "
            + p.hostIp().map(Ip::toString).orElse("0.0.0.0")
            + ":"
            + ports
            + " failed: port is already allocated ("
            + owner
            + ")");
  }

  /// Host ports in use: by services of the VCH, by live containers, and by this start so far.
  private static final class Claims {
    private final Image image;
    private final Vch vch;
    private final ContainerId self;
    private final Services services;
    private final TreeMap<String, TreeMap<Integer, Publication>> own =
        new TreeMap<>(); // by protocol and address

    Claims(Image image, Vch vch, ContainerId self) {
      this.image = image;
      this.vch = vch;
      this.self = self;
      this.services = Services.of(vch);
    }

    /// @param ports the claimed ones, from the first that is in conflict
    record Conflict(PortRange ports, String owner) {}

    void add(Publication p) {
      own.computeIfAbsent(key(p), _ -> new TreeMap<>()).put(p.host().first(), p);
    }

    private static String key(Publication p) {
      return p.protocol().text() + p.hostIp().map(Ip::toString).orElse("");
    }

    Optional<Conflict> conflict(Publication p) {
      return services
          .within(p.protocol(), p.host())
          .map(
              s -> new Conflict(PortRange.of(s.port()), "by " + s.name() + " of VCH " + vch.name()))
          .or(
              () ->
                  image
                      .bound(vch.id(), p.protocol(), p.hostIp(), p.host())
                      .filter(b -> !b.container().equals(self))
                      .map(b -> conflict(p, b.publication(), owner(b.container()))))
          .or(() -> ownConflict(p).map(o -> conflict(p, o, "by this container")));
    }

    private Optional<Publication> ownConflict(Publication p) {
      return own.values().stream()
          .flatMap(group -> Optional.ofNullable(group.floorEntry(p.host().last())).stream())
          .map(Map.Entry::getValue)
          .filter(p::conflictsWith)
          .findFirst();
    }

    private static Conflict conflict(Publication mine, Publication theirs, String owner) {
      return new Conflict(
          new PortRange(Math.max(mine.host().first(), theirs.host().first()), theirs.host().last()),
          owner);
    }

    private String owner(ContainerId id) {
      return "by container " + image.container(id).map(Container::name).orElse(id.brief());
    }
  }
}
