package vch.api.docker.container;

import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Ports;
import vch.portlayer.refusal.Refusal;

/// Members of `ExposedPorts` and `PortBindings` for consecutive ports, joined into one. The docker
/// CLI sends a range as a member for each of its ports, and inspect shows as many; between request
/// and answer `"8000..8999/tcp": [{"HostIp": "", "HostPort": "8000..8999"}]` stands for them all.
/// [PortsReader] joins them. Members that are not joined mean what they mean in Docker's API.
final class JoinedPorts {
  private static final String TO = "..";

  private JoinedPorts() {}

  /// Name of a member for the ports.
  static String name(Ports ports) {
    return text(ports.range()) + "/" + ports.protocol().text();
  }

  private static String text(PortRange range) {
    return range.size() == 1 ? range.toString() : range.first() + TO + range.last();
  }

  /// One binding at the host ports.
  ///
  /// @param host as many as the member has ports; empty: by chance
  static ArrayNode binding(String hostIp, Optional<PortRange> host) {
    var out = Json.array();
    out.addObject().put("HostIp", hostIp).put("HostPort", host.map(JoinedPorts::text).orElse(""));
    return out;
  }

  /// The ports that a joined member stands for; empty for one that is not joined.
  static Optional<Ports> of(String name) {
    return name.contains(TO) ? Ports.tryParse(name.replace(TO, "-")) : Optional.empty();
  }

  /// The host ports of a joined member's binding; empty: by chance.
  static Optional<PortRange> host(ObjectNode binding) {
    return PortRange.tryParse(Shape.Read.text(binding, "HostPort").replace(TO, "-"));
  }

  /// A name that a user chose, who knows nothing of joined ones.
  ///
  /// @throws Refusal.Invalid it looks like one
  static String given(String name) {
    if (name.contains(TO)) {
      throw new Refusal.Invalid("invalid port specification: \"" + name + "\"");
    }
    return name;
  }

  /// The request's `ExposedPorts` and those of the image.
  static ObjectNode exposed(JsonNode asked, List<String> image) {
    var out = asked instanceof ObjectNode o ? o : Json.object();
    for (var mark : image) {
      out.set(given(mark.indexOf('/') < 0 ? mark + "/tcp" : mark), Json.object());
    }
    return out;
  }

  /// The members one by one, where the object has this one. Nothing is made before it is written.
  static void writeExpanded(ObjectNode of, String member) {
    if (of.path(member) instanceof ObjectNode joined) {
      of.set(member, Json.written(out -> write(out, joined)));
    }
  }

  private static void write(JsonGenerator out, ObjectNode joined) {
    out.writeStartObject();
    for (var member : joined.properties()) {
      var ports = of(member.getKey());
      if (ports.isEmpty()) {
        out.writeName(member.getKey());
        out.writeTree(member.getValue());
      } else {
        write(out, ports.get(), member.getValue());
      }
    }
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, Ports ports, JsonNode value) {
    var protocol = "/" + ports.protocol().text();
    var binding =
        value.path(0) instanceof ObjectNode o ? Optional.of(o) : Optional.<ObjectNode>empty();
    var ip = binding.map(b -> Shape.Read.text(b, "HostIp"));
    var host = binding.flatMap(JoinedPorts::host);
    for (int i = 0; i < ports.range().size(); i++) {
      out.writeName(ports.range().first() + i + protocol);
      if (ip.isEmpty()) {
        out.writeStartObject();
        out.writeEndObject();
        continue;
      }
      out.writeStartArray();
      out.writeStartObject();
      out.writeStringProperty("HostIp", ip.get());
      out.writeStringProperty(
          "HostPort", host.isPresent() ? Integer.toString(host.get().first() + i) : "");
      out.writeEndObject();
      out.writeEndArray();
    }
  }
}
