package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.address.Ip;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Ports;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;

/// Exposed and published ports of a create request.
record PortsPart(PortSet exposed, List<PublishRequest> publish) {
  /// Reads `PortBindings` and the merged `ExposedPorts`. An empty list of bindings becomes one
  /// empty binding, in the document too.
  static PortsPart of(ObjectNode config, ObjectNode host) {
    var exposed = new ArrayList<Ports>();
    for (var key : config.path("ExposedPorts").propertyNames()) {
      exposed.add(JoinedPorts.of(key).orElseGet(() -> ports(key)));
    }
    var publish = new ArrayList<PublishRequest>();
    for (var entry : host.path("PortBindings").properties()) {
      var joined = JoinedPorts.of(entry.getKey());
      var container = joined.orElseGet(() -> port(entry.getKey()));
      exposed.add(container);
      for (var binding : bindings(host, entry.getKey(), entry.getValue())) {
        publish.add(
            new PublishRequest(
                container.protocol(),
                container.range(),
                address(container, binding),
                joined.isPresent() ? JoinedPorts.host(binding) : host(binding)));
      }
    }
    return new PortsPart(new PortSet(exposed), List.copyOf(publish));
  }

  private static List<ObjectNode> bindings(ObjectNode host, String key, JsonNode given) {
    var out = new ArrayList<ObjectNode>();
    for (var v : given) {
      out.add(v instanceof ObjectNode o ? o : empty());
    }
    if (out.isEmpty()) {
      out.add(empty());
      if (host.path("PortBindings") instanceof ObjectNode all) {
        ArrayNode one = Json.array();
        one.add(empty());
        all.set(key, one);
      }
    }
    return out;
  }

  private static ObjectNode empty() {
    return Json.object().put("HostIp", "").put("HostPort", "");
  }

  private static Optional<Ip> address(Ports container, ObjectNode binding) {
    var ip = Shape.Read.text(binding, "HostIp");
    return ip.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Ip.tryParse(ip)
                .orElseThrow(
                    () ->
                        new Refusal.Invalid(
                            "invalid host IP address \""
                                + ip
                                + "\" for port "
                                + new Ports(
                                    PortRange.of(container.range().first()), container.protocol())
                                + ": an IP address is needed")));
  }

  private static Optional<PortRange> host(ObjectNode binding) {
    var hostPort = Shape.Read.text(binding, "HostPort");
    return hostPort.isEmpty() || hostPort.equals("0")
        ? Optional.empty()
        : Optional.of(PortRange.tryParse(hostPort).orElseThrow(() -> invalid(hostPort)));
  }

  private static Refusal.Invalid invalid(String port) {
    return new Refusal.Invalid("invalid port specification: \"" + port + "\"");
  }

  /// `80/tcp`, `80`.
  private static Ports port(String text) {
    var all = ports(text);
    if (all.range().size() != 1) {
      throw invalid(text);
    }
    return all;
  }

  /// `80/tcp`, `80`, `80-90/udp`.
  private static Ports ports(String text) {
    int slash = text.indexOf('/');
    var number = slash < 0 ? text : text.substring(0, slash);
    var protocol =
        Protocol.tryParse(slash < 0 ? "tcp" : text.substring(slash + 1))
            .orElseThrow(() -> new Refusal.Invalid("invalid proto: " + text.substring(slash + 1)));
    var range = PortRange.tryParse(number).orElseThrow(() -> invalid(number));
    return new Ports(range, protocol);
  }
}
