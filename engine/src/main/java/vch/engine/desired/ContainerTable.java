package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.name.NameServers;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Image;

/// Rules inside the namespace of a container that is on container networks: the trust level of each
/// (DESIGN section 5). Levels, openings and redirects stand in the text, so they change at once and
/// together. Links of bridge scopes pass as if there were no table.
final class ContainerTable {
  /// Both together, and each alone.
  private static final List<Optional<Family>> FAMILIES =
      List.of(Optional.empty(), Optional.of(Family.IPV4), Optional.of(Family.IPV6));

  private final Image image;
  private final Container container;
  private final StringBuilder out = new StringBuilder();

  private ContainerTable(Image image, Container container) {
    this.image = image;
    this.container = container;
  }

  /// A place on a container network.
  private record Place(Endpoint endpoint, Scope scope, ScopeKind.External kind) {
    String link() {
      return '"' + endpoint.link() + '"';
    }
  }

  /// Empty for a container that is on bridge scopes with gateways only.
  static Optional<String> text(Image image, Container container) {
    var table = new ContainerTable(image, container);
    var places = table.places();
    if (places.isEmpty()) {
      table.names();
      return Optional.of(table.out.toString()).filter(text -> !text.isEmpty());
    }
    return Optional.of(table.write(places));
  }

  /// Name of the set of the live members that may come in by the endpoint's link.
  static String peers(Endpoint endpoint, Family family) {
    return EndpointTable.set("peers_" + endpoint.ordinal() + "_", family);
  }

  /// True where members are let in one by one: level peers without a range of the family.
  static boolean admitsMembers(ScopeKind.External kind, Family family) {
    return kind.trust() == TrustLevel.PEERS && kind.pools(family).isEmpty();
  }

  private List<Place> places() {
    var places = new ArrayList<Place>();
    for (var endpoint : container.endpoints()) {
      endpoint
          .scope()
          .flatMap(image::scope)
          .flatMap(s -> s.external().map(kind -> new Place(endpoint, s, kind)))
          .ifPresent(places::add);
    }
    return places;
  }

  private String write(List<Place> places) {
    places.forEach(this::sets);
    redirects();
    names();
    out.append(
        """
        chain input {
          type filter hook input priority filter; policy drop;
          iifname "lo" accept
        """);
    container.endpoints().stream()
        .filter(e -> !EndpointRules.external(image, e))
        .map(Endpoint::link)
        .distinct()
        .forEach(link -> out.append("  iifname \"").append(link).append("\" accept\n"));
    for (var place : places) {
      out.append("  iifname %s goto in_%d\n".formatted(place.link(), place.endpoint.ordinal()));
    }
    out.append("}\n\n");
    places.forEach(this::input);
    outputAndForward(places);
    return out.toString();
  }

  private void sets(Place place) {
    for (var family : Family.values()) {
      if (admitsMembers(place.kind, family)) {
        out.append(
            """
            # Live members of network %s.
            set %s {
              type %s
            }

            """
                .formatted(
                    place.scope.name(),
                    peers(place.endpoint, family),
                    family == Family.IPV4 ? "ipv4_addr" : "ipv6_addr"));
      }
    }
  }

  /// `-p 80:8080`: asked at 80, the program at 8080 answers.
  private void redirects() {
    var first =
        EndpointRules.published(image, container).filter(e -> EndpointRules.external(image, e));
    var lines =
        portLines(
            p -> !p.host().equals(p.container()),
            ContainerTable::pairs,
            "meta l4proto %1$s redirect to :%1$s dport map { %2$s }");
    if (lines.isEmpty() || first.isEmpty()) {
      return;
    }
    out.append(
        """
        chain redirects {
          type nat hook prerouting priority dstnat; policy accept;
        """);
    lines.forEach(l -> out.append("  iifname \"%s\" %s\n".formatted(first.get().link(), l)));
    out.append("}\n\n");
  }

  /// A line for each protocol, and for each family where a port was asked for on one only.
  ///
  /// @param ports what is said of a publication
  /// @param line with places for the protocol and for all that is said
  private List<String> portLines(
      Predicate<Publication> which, Function<Publication, Stream<String>> ports, String line) {
    var lines = new ArrayList<String>();
    for (var protocol : Protocol.values()) {
      for (var family : FAMILIES) {
        var all =
            container.publications().stream()
                .filter(p -> p.direct() && p.protocol() == protocol && which.test(p))
                .filter(p -> p.hostIp().map(Ip::family).equals(family))
                .flatMap(ports)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!all.isEmpty()) {
          lines.add(
              family
                      .map(f -> f == Family.IPV4 ? "meta nfproto ipv4 " : "meta nfproto ipv6 ")
                      .orElse("")
                  + line.formatted(protocol.text(), all));
        }
      }
    }
    return lines;
  }

  /// Programs ask at port 53, which stays free for name servers of the container's own; the daemon
  /// answers at another. Without a daemon the port is refused at once.
  private void names() {
    if (NameServers.own(image, container)) {
      out.append(
          """
          # The name service of the VCH.
          chain names {
            type nat hook output priority -100; policy accept;
            ip daddr %1$s udp dport 53 dnat ip to %1$s:%2$d
            ip daddr %1$s tcp dport 53 dnat ip to %1$s:%2$d
          }

          """
              .formatted(NameServers.OWN, NameServers.OWN_PORT));
    }
  }

  private static Stream<String> pairs(Publication p) {
    return IntStream.range(0, p.host().size())
        .mapToObj(i -> (p.host().first() + i) + " : " + (p.container().first() + i));
  }

  private void input(Place place) {
    var level = place.kind.trust();
    out.append("# Network %s: %s.\n".formatted(place.scope.name(), level.word()));
    out.append("chain in_%d {\n".formatted(place.endpoint.ordinal()));
    if (place.scope.leased() && level != TrustLevel.OPEN) {
      out.append("  udp sport 67 udp dport 68 accept\n");
    }
    switch (level) {
      case CLOSED -> // without an answer, as ARP gives it, the LAN would take its address for free
          out.append("  icmpv6 type nd-neighbor-solicit ip6 hoplimit 255 accept\n");
      case OUTBOUND -> replies();
      case PEERS -> {
        replies();
        for (var family : Family.values()) {
          out.append("  %s saddr %s accept\n".formatted(word(family), from(place, family)));
        }
      }
      case PUBLISHED -> {
        if (published(place.endpoint)) {
          openings(); // first, since of a server most packets go there
        }
        replies();
        out.append("  icmp type echo-request accept\n  icmpv6 type echo-request accept\n");
      }
      case OPEN -> // a stricter level will know the connections: they are tracked already
          out.append("  ct state established,related accept\n  accept\n");
    }
    if (level != TrustLevel.OPEN) {
      out.append("  drop\n");
    }
    out.append("}\n\n");
  }

  private static String word(Family family) {
    return family == Family.IPV4 ? "ip" : "ip6";
  }

  private static String from(Place place, Family family) {
    return admitsMembers(place.kind, family)
        ? "@" + peers(place.endpoint, family)
        : place.kind.pools(family).stream()
            .map(ContainerTable::interval)
            .collect(Collectors.joining(", ", "{ ", " }"));
  }

  private static String interval(Range range) {
    return range.first().equals(range.last()) ? range.first().toString() : range.toString();
  }

  /// What answers the container. Who asked it is looked at packet by packet, so that a connection
  /// ends when a change no longer lets it in. Also the neighbour discovery without which IPv6 has
  /// no replies (RFC 4861); routers are heard only where the network's option lets the kernel
  /// listen.
  private void replies() {
    out.append(
        """
          ct state related accept
          ct state established ct direction reply accept
          icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } ip6 hoplimit 255 accept
        """);
  }

  private boolean published(Endpoint endpoint) {
    return EndpointRules.published(image, container)
        .filter(e -> e.id().equals(endpoint.id()))
        .isPresent();
  }

  private void openings() {
    portLines(_ -> true, p -> Stream.of(p.container().toString()), "%1$s dport { %2$s } accept")
        .forEach(l -> out.append("  ").append(l).append('\n'));
  }

  /// Nothing is forwarded between a container network and anything else, unless it is open.
  private void outputAndForward(List<Place> places) {
    out.append(
        """
        chain output {
          type filter hook output priority filter; policy accept;
        """);
    for (var place : places) {
      if (place.kind.trust() == TrustLevel.CLOSED) {
        if (place.scope.leased()) {
          out.append("  oifname %s udp sport 68 udp dport 67 accept\n".formatted(place.link()));
        }
        out.append(
            "  oifname %1$s icmpv6 type nd-neighbor-advert accept\n  oifname %1$s drop\n"
                .formatted(place.link()));
      }
    }
    out.append(
        """
        }

        chain forward {
          type filter hook forward priority filter; policy accept;
        """);
    for (var place : places) {
      if (place.kind.trust() != TrustLevel.OPEN) {
        out.append("  iifname %1$s drop\n  oifname %1$s drop\n".formatted(place.link()));
      }
    }
    out.append("}\n");
  }
}
