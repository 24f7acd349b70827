package vch.api.docker.build;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.engine.compute.Images.Config;

/// Defaults for containers in the form of `Config` of the API, and back.
final class ConfigBody {
  private static final String NO_HEALTHCHECK = "{\"Test\":[\"NONE\"]}";

  private ConfigBody() {}

  /// The body of a create request for a container of a build, in which no health check runs.
  static ObjectNode of(String image, Config config) {
    var out = Json.object();
    out.put("Image", image);
    out.put("User", config.user());
    out.put("WorkingDir", config.workingDir());
    out.set("Env", Json.array(config.env()));
    out.set("Cmd", Json.array(config.cmd()));
    out.set("Entrypoint", Json.array(config.entrypoint()));
    out.set("Labels", Json.object(config.labels()));
    marks(out, "ExposedPorts", config.exposedPorts());
    marks(out, "Volumes", config.volumes());
    out.set("OnBuild", Json.array(config.onBuild()));
    if (!config.stopSignal().isEmpty()) {
      out.put("StopSignal", config.stopSignal());
    }
    if (!config.shell().isEmpty()) {
      out.set("Shell", Json.array(config.shell()));
    }
    out.set("Healthcheck", Json.read(NO_HEALTHCHECK).raw());
    return out;
  }

  private static void marks(ObjectNode out, String name, List<String> values) {
    var marks = out.putObject(name);
    values.forEach(marks::putObject);
  }

  /// Reads what was read as a `Config` before.
  static Config read(ObjectNode config) {
    var labels = new TreeMap<String, String>();
    config
        .path("Labels")
        .properties()
        .forEach(l -> labels.put(l.getKey(), l.getValue().asString("")));
    return new Config(
        texts(config.path("Entrypoint")),
        texts(config.path("Cmd")),
        texts(config.path("Env")),
        config.path("WorkingDir").asString(""),
        config.path("User").asString(""),
        labels,
        List.copyOf(config.path("ExposedPorts").propertyNames()),
        List.copyOf(config.path("Volumes").propertyNames()),
        config.path("StopSignal").asString(""),
        Optional.of(config.path("Healthcheck"))
            .filter(h -> h.isObject() && !h.isEmpty())
            .map(Json::text),
        texts(config.path("Shell")),
        texts(config.path("OnBuild")));
  }

  private static List<String> texts(JsonNode list) {
    return list.values().stream().map(v -> v.asString("")).toList();
  }
}
