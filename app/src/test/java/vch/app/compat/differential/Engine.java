package vch.app.compat.differential;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One of the two that are compared: its API, its events, and what it called things.
final class Engine implements AutoCloseable {
  static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Pattern PLACE = Pattern.compile("<([a-z]+):([A-Za-z0-9_.-]+)>");

  /// So long without an event, and nothing more is to come.
  private static final long QUIET_MILLIS = 150;

  final String name;
  final Wire wire;
  private final Map<String, String> symbols = new HashMap<>();
  private final Events events;

  Engine(String name, Path socket) {
    this.name = name;
    this.wire = new Wire(socket);
    this.events = new Events(wire);
  }

  Answer call(Step step) {
    var headers = new HashMap<String, String>();
    step.headers().forEach((k, v) -> headers.put(k, fill(v)));
    var type = headers.getOrDefault("Content-Type", "");
    var body =
        type.startsWith("application/x-tar")
            ? step.body()
            : fill(new String(step.body(), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    var answer = wire.call(step.method(), fill(step.path()), headers, body, step.raw());
    if (answer.ok()) {
      step.binds()
          .ifPresent(
              place -> {
                var id = MAPPER.readTree(answer.body()).path("Id").asString("");
                symbols.put(place, id);
              });
    }
    return answer;
  }

  /// Puts in what this engine called things: `<id:c1>` whole, `<short:c1>` its first 12 digits.
  private String fill(String text) {
    return PLACE
        .matcher(text)
        .replaceAll(
            m -> {
              boolean brief = m.group(1).startsWith("short");
              var place =
                  brief
                      ? m.group(1).substring(5) + ":" + m.group(2)
                      : m.group(1) + ":" + m.group(2);
              place = place.startsWith(":") ? "id" + place : place;
              var value = symbols.getOrDefault(place, "f".repeat(64));
              return brief ? value.substring(0, 12) : value;
            });
  }

  /// Events up to here, since the last time.
  List<JsonNode> events() {
    return events.upToNow();
  }

  /// True when the container runs no process any more.
  boolean ended(String container) {
    var answer = wire.get("/v1.41/containers/" + container + "/json");
    if (!answer.ok()) {
      return true;
    }
    var state = MAPPER.readTree(answer.body()).path("State");
    return !state.path("Running").asBoolean() && !state.path("Restarting").asBoolean();
  }

  /// Makes the image that all containers are of.
  void importBusybox(byte[] tar) {
    var answer =
        wire.call(
            "POST",
            "/v1.41/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sh%22%5D",
            Map.of("Content-Type", "application/x-tar"),
            tar,
            false);
    if (answer.status() != 200 || answer.text().contains("\"error\"")) {
      throw new IllegalStateException(name + ": cannot import busybox: " + answer);
    }
  }

  /// Removes all that a sequence may have left.
  void reset() {
    symbols.clear();
    var none = new byte[0];
    for (var c : array("/v1.41/containers/json?all=1")) {
      wire.call(
          "DELETE",
          "/v1.41/containers/" + c.path("Id").asString() + "?force=1&v=1",
          Map.of(),
          none,
          false);
    }
    for (var n : array("/v1.41/networks")) {
      if (!List.of("bridge", "host", "none").contains(n.path("Name").asString())) {
        wire.call("DELETE", "/v1.41/networks/" + n.path("Id").asString(), Map.of(), none, false);
      }
    }
    var volumes = MAPPER.readTree(wire.get("/v1.41/volumes").body()).path("Volumes");
    for (var v : volumes) {
      wire.call("DELETE", "/v1.41/volumes/" + v.path("Name").asString(), Map.of(), none, false);
    }
    for (var i : array("/v1.41/images/json?all=1")) {
      for (var tag : i.path("RepoTags")) {
        if (!tag.asString().equals("busybox:latest")) {
          wire.call("DELETE", "/v1.41/images/" + tag.asString(), Map.of(), none, false);
        }
      }
    }
    do { // the ends of what was killed are told a moment later
      try {
        java.util.concurrent.TimeUnit.MILLISECONDS.sleep(QUIET_MILLIS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    } while (!events.upToNow().isEmpty());
  }

  private JsonNode array(String path) {
    return MAPPER.readTree(wire.get(path).body());
  }

  @Override
  public void close() {
    events.close();
  }
}
