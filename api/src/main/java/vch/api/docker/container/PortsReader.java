package vch.api.docker.container;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Ports;
import vch.portlayer.port.Protocol;

/// Reads the body of a create request and joins its ports meanwhile (see [JoinedPorts]): fifty
/// thousand of them are three megabytes of text that never become a tree.
final class PortsReader {
  /// Host ports by chance, so at no distance.
  private static final int CHANCE = Integer.MAX_VALUE;

  private static final List<Protocol> PROTOCOLS = List.of(Protocol.values());

  private final List<Joined> all = new ArrayList<>();
  private final Map<Joined.Key, Joined> byKey = new HashMap<>();
  private final Map<Protocol, BitSet> seen = new EnumMap<>(Protocol.class);
  private final ObjectNode others = Json.object();
  private @Nullable Joined latest;
  private String hostIp = "";
  private String hostPort = "";

  private PortsReader() {}

  /// Members that can be one where they are consecutive.
  private record Joined(Key key, BitSet numbers) {
    /// @param hostIp empty: they are only exposed
    /// @param distance from the port to its host port
    private record Key(Protocol protocol, Optional<String> hostIp, int distance) {}

    boolean is(Protocol protocol, boolean published, String hostIp, int distance) {
      return key.protocol == protocol
          && key.distance == distance
          && key.hostIp.isPresent() == published
          && (!published || key.hostIp.get().equals(hostIp));
    }

    JsonNode value(PortRange ports) {
      var host =
          key.distance == CHANCE
              ? Optional.<PortRange>empty()
              : Optional.of(
                  new PortRange(ports.first() + key.distance, ports.last() + key.distance));
      return key.hostIp.<JsonNode>map(ip -> JoinedPorts.binding(ip, host)).orElseGet(Json::object);
    }
  }

  /// @param in at its first token
  static JsonNode read(JsonParser in) {
    return object(
        in,
        Map.of(
            "exposedports",
            PortsReader::ports,
            "hostconfig",
            host -> object(host, Map.of("portbindings", PortsReader::ports))));
  }

  /// @param readers of members, by name in lower case; the others are read as they are
  private static JsonNode object(
      JsonParser in, Map<String, Function<JsonParser, JsonNode>> readers) {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      return Json.tree(in);
    }
    var out = Json.object();
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      out.set(name, readers.getOrDefault(name.toLowerCase(Locale.ROOT), Json::tree).apply(in));
    }
    return out;
  }

  private static JsonNode ports(JsonParser in) {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      return Json.tree(in);
    }
    var reader = new PortsReader();
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      var token = in.nextToken();
      reader.member(JoinedPorts.given(name), token, in);
    }
    return reader.tree();
  }

  private void member(String name, JsonToken token, JsonParser in) {
    int slash = name.indexOf('/');
    int number = number(name, slash);
    var protocol = number == 0 ? null : protocol(name, slash);
    if (protocol != null) {
      var before = seen.computeIfAbsent(protocol, _ -> new BitSet());
      if (before.get(number)) { // the last one counts
        others.remove(name);
        all.stream().filter(j -> j.key.protocol == protocol).forEach(j -> j.numbers.clear(number));
      }
      before.set(number);
    }
    if (token == JsonToken.START_OBJECT && protocol != null) {
      in.skipChildren();
      joined(protocol, false, CHANCE).set(number);
    } else if (token == JsonToken.START_ARRAY && protocol != null) {
      var odd = bindings(in);
      int host = odd == null ? number(hostPort, hostPort.length()) : 0;
      if (odd != null) {
        others.set(name, odd);
      } else if (host == 0 && !hostPort.isEmpty()) {
        others.set(
            name, Json.array().add(Json.object().put("HostIp", hostIp).put("HostPort", hostPort)));
      } else {
        joined(protocol, true, host == 0 ? CHANCE : host - number).set(number);
      }
    } else {
      others.set(name, Json.tree(in));
    }
  }

  private BitSet joined(Protocol protocol, boolean published, int distance) {
    var it = latest;
    if (it == null || !it.is(protocol, published, hostIp, distance)) {
      var key =
          new Joined.Key(protocol, published ? Optional.of(hostIp) : Optional.empty(), distance);
      it =
          byKey.computeIfAbsent(
              key,
              k -> {
                var next = new Joined(k, new BitSet());
                all.add(next);
                return next;
              });
      latest = it;
    }
    return it.numbers;
  }

  /// Reads a list that holds one binding of `HostIp` and `HostPort` into these fields.
  ///
  /// @return null; the list where it holds anything else
  private @Nullable JsonNode bindings(JsonParser in) {
    ObjectNode odd = null;
    int given = 0;
    hostIp = "";
    hostPort = "";
    var token = in.nextToken();
    if (token == JsonToken.START_OBJECT) {
      for (var name = in.nextName(); name != null; name = in.nextName()) {
        boolean text = in.nextToken() == JsonToken.VALUE_STRING && odd == null;
        if (text && given == 0 && name.equals("HostIp")) {
          hostIp = in.getString();
          given = 1;
        } else if (text && given == 1 && name.equals("HostPort")) {
          hostPort = in.getString();
          given = 2;
        } else {
          odd = odd == null ? asRead(given) : odd;
          odd.set(name, Json.tree(in));
        }
      }
      token = in.nextToken();
      if (odd == null && given == 2 && token == JsonToken.END_ARRAY) {
        return null;
      }
      return list(in, token, odd == null ? asRead(given) : odd);
    }
    return list(in, token, null);
  }

  private ObjectNode asRead(int given) {
    var out = Json.object();
    if (given > 0) {
      out.put("HostIp", hostIp);
    }
    return given > 1 ? out.put("HostPort", hostPort) : out;
  }

  private static JsonNode list(JsonParser in, JsonToken from, @Nullable ObjectNode first) {
    var out = Json.array();
    if (first != null) {
      out.add(first);
    }
    for (var token = from; token != JsonToken.END_ARRAY; token = in.nextToken()) {
      out.add(Json.tree(in));
    }
    return out;
  }

  /// A port as it is always written; 0 for anything else, which is left to who knows what to say.
  private static int number(String text, int end) {
    if (end < 1 || end > 5 || text.charAt(0) == '0') {
      return 0;
    }
    int number = 0;
    for (int i = 0; i < end; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      number = 10 * number + digit;
    }
    return number > 65535 ? 0 : number;
  }

  private static @Nullable Protocol protocol(String name, int slash) {
    for (var protocol : PROTOCOLS) {
      var text = protocol.text();
      if (name.length() == slash + 1 + text.length() && name.startsWith(text, slash + 1)) {
        return protocol;
      }
    }
    return null;
  }

  private ObjectNode tree() {
    var out = Json.object();
    for (var each : all) {
      for (var range : PortRange.runs(each.numbers)) {
        out.set(JoinedPorts.name(new Ports(range, each.key.protocol)), each.value(range));
      }
    }
    out.setAll(others);
    return out;
  }
}
