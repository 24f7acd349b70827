package vch.compute.image;

import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;
import vch.engine.compute.Images.Config;

/// Defaults for containers in the form of image configurations, what [ImageConfig] reads. Members
/// without a value are left out.
final class ConfigJson {
  private ConfigJson() {}

  static ObjectNode of(Config config) {
    var out = Json.newObject();
    text(out, "User", config.user());
    marks(out, "ExposedPorts", config.exposedPorts());
    texts(out, "Env", config.env());
    texts(out, "Entrypoint", config.entrypoint());
    texts(out, "Cmd", config.cmd());
    config.healthcheckJson().ifPresent(h -> out.set("Healthcheck", read(h)));
    marks(out, "Volumes", config.volumes());
    text(out, "WorkingDir", config.workingDir());
    texts(out, "OnBuild", config.onBuild());
    if (!config.labels().isEmpty()) {
      var labels = out.putObject("Labels");
      new java.util.TreeMap<>(config.labels()).forEach(labels::put);
    }
    text(out, "StopSignal", config.stopSignal());
    texts(out, "Shell", config.shell());
    return out;
  }

  private static ObjectNode read(String healthcheck) {
    try {
      return Json.object(
          healthcheck.getBytes(java.nio.charset.StandardCharsets.UTF_8), "the health check");
    } catch (Json.NotJson e) {
      throw new vch.portlayer.refusal.Refusal.Invalid(e.getMessage());
    }
  }

  private static void text(ObjectNode out, String name, String value) {
    if (!value.isEmpty()) {
      out.put(name, value);
    }
  }

  private static void texts(ObjectNode out, String name, List<String> values) {
    if (!values.isEmpty()) {
      values.forEach(out.putArray(name)::add);
    }
  }

  private static void marks(ObjectNode out, String name, List<String> values) {
    if (!values.isEmpty()) {
      var marks = out.putObject(name);
      new TreeSet<>(values).forEach(marks::putObject);
    }
  }
}
