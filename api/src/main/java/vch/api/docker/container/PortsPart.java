package vch.api.docker.container;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.address.Ip;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;

/// Exposed and published ports of a create request.
record PortsPart(Set<Port> exposed, List<PublishRequest> publish) {
  /// Reads `PortBindings` and the merged `ExposedPorts`. An empty list of bindings becomes one
  /// empty binding, in the document too.
  static PortsPart of(ObjectNode config, ObjectNode host) {
    var exposed = new LinkedHashSet<Port>();
    for (var key : config.path("ExposedPorts").propertyNames()) {
      exposed.addAll(ports(key));
    }
    var publish = new ArrayList<PublishRequest>();
    for (var entry : host.path("PortBindings").properties()) {
      var container = port(entry.getKey());
      exposed.add(container);
      for (var binding : bindings(host, entry.getKey(), entry.getValue())) {
        publish.add(request(container, binding));
      }
    }
    return new PortsPart(exposed, List.copyOf(publish));
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

  private static PublishRequest request(Port container, ObjectNode binding) {
    var ip = Shape.Read.text(binding, "HostIp");
    var hostPort = Shape.Read.text(binding, "HostPort");
    var address =
        ip.isEmpty()
            ? Optional.<Ip>empty()
            : Optional.of(
                Ip.tryParse(ip)
                    .orElseThrow(
                        () ->
                            new Refusal.Invalid(
                                "invalid host IP address \""
                                    + ip
                                    + "\" for port "
                                    + container
                                    + ": an IP address is needed")));
    var host =
        hostPort.isEmpty() || hostPort.equals("0")
            ? Optional.<PortRange>empty()
            : Optional.of(PortRange.tryParse(hostPort).orElseThrow(() -> invalid(hostPort)));
    return new PublishRequest(
        container.protocol(), PortRange.of(container.number()), address, host);
  }

  private static Refusal.Invalid invalid(String port) {
    return new Refusal.Invalid("invalid port specification: \"" + port + "\"");
  }

  /// `80/tcp`, `80`.
  static Port port(String text) {
    var all = ports(text);
    if (all.size() != 1) {
      throw invalid(text);
    }
    return all.getFirst();
  }

  /// `80/tcp`, `80`, `80-90/udp`.
  static List<Port> ports(String text) {
    int slash = text.indexOf('/');
    var number = slash < 0 ? text : text.substring(0, slash);
    var protocol =
        Protocol.tryParse(slash < 0 ? "tcp" : text.substring(slash + 1))
            .orElseThrow(() -> new Refusal.Invalid("invalid proto: " + text.substring(slash + 1)));
    var range = PortRange.tryParse(number).orElseThrow(() -> invalid(number));
    var out = new ArrayList<Port>();
    for (int p = range.first(); p <= range.last(); p++) {
      out.add(new Port(p, protocol));
    }
    return out;
  }
}
