package vch.api.docker.container;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import vch.api.docker.Json;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Ports;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;

/// Ports of a container that are in force: none while it does not run.
///
/// @param rows in order, each port in one
record PortsView(List<Row> rows) {
  /// Consecutive ports that are published alike.
  ///
  /// @param bindings empty: only exposed
  record Row(Ports ports, List<Binding> bindings) {}

  /// Where ports are published, one to one.
  ///
  /// @param host empty where they are asked at the container's own address, by its gateway
  record Binding(String ip, Optional<PortRange> host) {
    Optional<Integer> nth(int i) {
      return host.map(h -> h.first() + i);
    }
  }

  static PortsView of(Image image, Container container) {
    var all = new EnumMap<Protocol, List<Claim>>(Protocol.class);
    if (container.live() && container.mode() instanceof NetworkMode.Scoped) {
      container
          .exposed()
          .ranges()
          .forEach(p -> add(all, p.protocol(), new Claim(p.range(), "", 0)));
      var families = families(image, container);
      var own = own(image, container);
      for (var publication : container.publications()) {
        if (publication.direct()) {
          own.stream()
              .filter(ip -> publication.serves(ip.family()))
              .forEach(ip -> add(all, publication, ip.toString()));
          if (own.isEmpty()) {
            publication
                .hostIp()
                .filter(ip -> routed(image, container, ip.family()))
                .ifPresent(
                    ip ->
                        add(
                            all,
                            publication.protocol(),
                            new Claim(publication.container(), ip.toString(), NO_HOST)));
          }
          continue;
        }
        for (var family : families) {
          if (publication.serves(family)) {
            add(all, publication, publication.hostIp().orElse(new Ip(family, 0, 0)).toString());
          }
        }
      }
    }
    var rows = new ArrayList<Row>();
    all.forEach((protocol, claims) -> rows.addAll(rows(protocol, claims)));
    rows.sort((a, b) -> a.ports().compareTo(b.ports()));
    return new PortsView(List.copyOf(rows));
  }

  private static final int NO_HOST = -1;

  /// What is said of ports of one protocol.
  ///
  /// @param ip empty: they are exposed
  private record Claim(PortRange ports, String ip, int hostFirst) {
    Binding binding(PortRange of) {
      if (hostFirst == NO_HOST) {
        return new Binding(ip, Optional.empty());
      }
      int first = hostFirst + of.first() - ports.first();
      return new Binding(ip, Optional.of(new PortRange(first, first + of.size() - 1)));
    }
  }

  private static void add(Map<Protocol, List<Claim>> all, Publication publication, String ip) {
    add(
        all,
        publication.protocol(),
        new Claim(publication.container(), ip, publication.host().first()));
  }

  private static void add(Map<Protocol, List<Claim>> all, Protocol protocol, Claim claim) {
    all.computeIfAbsent(protocol, _ -> new ArrayList<>()).add(claim);
  }

  /// Cuts wherever a claim begins or ends; between two cuts the same ones hold.
  private static List<Row> rows(Protocol protocol, List<Claim> claims) {
    var beginning = new TreeMap<Integer, List<Integer>>(); // indexes of claims, by port
    var ended = new TreeMap<Integer, List<Integer>>(); // by the port behind the last
    for (int i = 0; i < claims.size(); i++) {
      var ports = claims.get(i).ports();
      beginning.computeIfAbsent(ports.first(), _ -> new ArrayList<>()).add(i);
      ended.computeIfAbsent(ports.last() + 1, _ -> new ArrayList<>()).add(i);
    }
    var cuts = new TreeSet<>(beginning.keySet());
    cuts.addAll(ended.keySet());
    var holding = new TreeSet<Integer>();
    var out = new ArrayList<Row>();
    int from = 0;
    for (int cut : cuts) {
      if (!holding.isEmpty()) {
        var range = new PortRange(from, cut - 1);
        out.add(
            new Row(
                new Ports(range, protocol),
                holding.stream()
                    .map(claims::get)
                    .filter(c -> !c.ip().isEmpty())
                    .map(c -> c.binding(range))
                    .toList()));
      }
      holding.addAll(beginning.getOrDefault(cut, List.of()));
      ended.getOrDefault(cut, List.of()).forEach(holding::remove);
      from = cut;
    }
    return out;
  }

  /// The container's own addresses on the container network that its ports are published on.
  private static List<Ip> own(Image image, Container container) {
    return EndpointRules.published(image, container)
        .filter(e -> EndpointRules.external(image, e))
        .stream()
        .flatMap(e -> e.addresses().stream())
        .map(Cidr::address)
        .sorted()
        .toList();
  }

  /// True where ports are published by a gateway that does not translate.
  private static boolean routed(Image image, Container container, Family family) {
    return EndpointRules.publishedBy(image, container, family)
        .filter(kind -> kind.gateways().of(family) == GatewayMode.ROUTED)
        .isPresent();
  }

  /// By which it is reached at the public role: those that both the container and the role have.
  private static List<Family> families(Image image, Container container) {
    var nic = image.vch(container.vch()).flatMap(v -> v.nic(Role.PUBLIC));
    return Arrays.stream(Family.values())
        .filter(f -> nic.filter(n -> n.has(f)).isPresent())
        .filter(
            f ->
                EndpointRules.published(image, container, f)
                    .filter(e -> !EndpointRules.external(image, e))
                    .flatMap(e -> e.address(f))
                    .isPresent())
        .toList();
  }

  /// `NetworkSettings.Ports` of inspect.
  JsonNode inspect() {
    return Json.written(
        out -> {
          out.writeStartObject();
          rows.forEach(row -> inspect(out, row));
          out.writeEndObject();
        });
  }

  private static void inspect(JsonGenerator out, Row row) {
    var protocol = "/" + row.ports().protocol().text();
    for (int i = 0; i < row.ports().range().size(); i++) {
      out.writeName(row.ports().range().first() + i + protocol);
      if (row.bindings().isEmpty()) {
        out.writeNull();
        continue;
      }
      out.writeStartArray();
      for (var b : row.bindings()) {
        out.writeStartObject();
        out.writeStringProperty("HostIp", b.ip());
        out.writeStringProperty("HostPort", b.nth(i).map(n -> Integer.toString(n)).orElse(""));
        out.writeEndObject();
      }
      out.writeEndArray();
    }
  }

  /// `Ports` of the list.
  JsonNode list() {
    return Json.written(
        out -> {
          out.writeStartArray();
          rows.forEach(row -> list(out, row));
          out.writeEndArray();
        });
  }

  private static void list(JsonGenerator out, Row row) {
    var protocol = row.ports().protocol().text();
    for (int i = 0; i < row.ports().range().size(); i++) {
      int port = row.ports().range().first() + i;
      if (row.bindings().isEmpty()) {
        out.writeStartObject();
        out.writeNumberProperty("PrivatePort", port);
        out.writeStringProperty("Type", protocol);
        out.writeEndObject();
      }
      for (var b : row.bindings()) {
        out.writeStartObject();
        out.writeStringProperty("IP", b.ip());
        out.writeNumberProperty("PrivatePort", port);
        var host = b.nth(i);
        if (host.isPresent()) {
          out.writeNumberProperty("PublicPort", host.get());
        }
        out.writeStringProperty("Type", protocol);
        out.writeEndObject();
      }
    }
  }
}
