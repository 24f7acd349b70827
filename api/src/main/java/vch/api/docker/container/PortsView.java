package vch.api.docker.container;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.Port;
import vch.portlayer.port.Publication;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;

/// Ports of a container that are in force: none while it does not run.
///
/// @param bindings of each exposed or published port; empty: only exposed
record PortsView(SortedMap<Port, List<Binding>> bindings) {
  /// Where a port is published.
  record Binding(String ip, int port) {}

  static PortsView of(Image image, Container container) {
    var out = new TreeMap<Port, List<Binding>>();
    if (container.live() && container.mode() instanceof NetworkMode.Scoped) {
      container.exposed().forEach(p -> out.put(p, new ArrayList<>()));
      var families = families(image, container);
      var own = own(image, container);
      for (var publication : container.publications()) {
        if (publication.direct()) {
          own.stream()
              .filter(ip -> publication.serves(ip.family()))
              .forEach(ip -> add(out, publication, ip.toString()));
          continue;
        }
        for (var family : families) {
          if (publication.serves(family)) {
            add(out, publication, publication.hostIp().orElse(new Ip(family, 0, 0)).toString());
          }
        }
      }
    }
    return new PortsView(out);
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

  private static void add(Map<Port, List<Binding>> out, Publication publication, String ip) {
    for (int i = 0; i < publication.container().size(); i++) {
      out.computeIfAbsent(
              new Port(publication.container().first() + i, publication.protocol()),
              _ -> new ArrayList<>())
          .add(new Binding(ip, publication.host().first() + i));
    }
  }

  /// `NetworkSettings.Ports` of inspect.
  ObjectNode inspect() {
    var out = Json.object();
    bindings.forEach(
        (port, all) -> {
          if (all.isEmpty()) {
            out.putNull(port.toString());
          } else {
            var list = out.putArray(port.toString());
            all.forEach(
                b ->
                    list.addObject()
                        .put("HostIp", b.ip())
                        .put("HostPort", Integer.toString(b.port())));
          }
        });
    return out;
  }

  /// `Ports` of the list.
  ArrayNode list() {
    var out = Json.array();
    bindings.forEach(
        (port, all) -> {
          if (all.isEmpty()) {
            out.addObject().put("PrivatePort", port.number()).put("Type", port.protocol().text());
          }
          for (var b : all) {
            out.addObject()
                .put("IP", b.ip())
                .put("PrivatePort", port.number())
                .put("PublicPort", b.port())
                .put("Type", port.protocol().text());
          }
        });
    return out;
  }
}
