package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.engine.compute.Images;
import vch.engine.lifecycle.Signals;
import vch.portlayer.container.HealthCheck;
import vch.portlayer.refusal.Refusal;

/// `Config` of a create request, merged with what the image says.
///
/// @param config as inspect shows it; the host name is still missing where none was given
record ProgramPart(
    ObjectNode config,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    Map<String, String> labels,
    Optional<Integer> stopTimeoutSeconds,
    Optional<HealthCheck> health,
    List<String> warnings) {
  /// @param asked as [Shapes#CONFIG] read it; left alone
  static ProgramPart of(ObjectNode asked, Images.Config image, ApiVersion version) {
    var config = asked.deepCopy();
    inherit(config, "User", image.user());
    inherit(config, "WorkingDir", image.workingDir());
    if (!image.stopSignal().isEmpty()) {
      inherit(config, "StopSignal", image.stopSignal());
    }
    if (!image.shell().isEmpty() && Shape.Read.texts(config, "Shell").isEmpty()) {
      config.set("Shell", Json.array(image.shell()));
    }
    var health = HealthPart.of(config, image.healthcheckJson(), version);
    if (!image.exposedPorts().isEmpty()) {
      config.set(
          "ExposedPorts", JoinedPorts.exposed(config.path("ExposedPorts"), image.exposedPorts()));
    }
    if (image.volumes().isEmpty()) {
      if (config.path("Volumes").isEmpty()) {
        config.putNull("Volumes"); // an empty set of the user gives way to that of the image
      }
    } else {
      var volumes = config.path("Volumes") instanceof ObjectNode o ? o : Json.object();
      image.volumes().forEach(v -> volumes.set(v, Json.object()));
      config.set("Volumes", volumes);
    }
    var environment = environment(Shape.Read.texts(config, "Env"), image.env());
    NetworksView.texts(config, "Env", environment);
    var labels = new TreeMap<>(image.labels());
    labels.putAll(Shape.Read.map(config, "Labels"));
    config.set("Labels", Json.object(labels));
    var arguments = command(config, image);
    return new ProgramPart(
        config,
        arguments,
        environment,
        workingDirectory(config),
        labels,
        stopTimeout(config),
        health.check(),
        health.warnings());
  }

  private static void inherit(ObjectNode config, String field, String image) {
    if (Shape.Read.text(config, field).isEmpty()) {
      config.put(field, image);
    }
  }

  /// The user's, then those of the image that the user does not name.
  private static List<String> environment(List<String> user, List<String> image) {
    for (var entry : user) {
      if (entry.isEmpty() || entry.startsWith("=") || entry.indexOf('\0') >= 0) {
        throw new Refusal.Invalid("invalid environment variable: " + entry);
      }
    }
    var out = new ArrayList<>(user);
    for (var entry : image) {
      if (user.stream().noneMatch(u -> key(u).equals(key(entry)))) {
        out.add(entry);
      }
    }
    return out;
  }

  private static String key(String entry) {
    int equals = entry.indexOf('=');
    return equals < 0 ? entry : entry.substring(0, equals);
  }

  /// Program and arguments. An entry point of the user drops the image's command; `[""]` means
  /// none.
  private static List<String> command(ObjectNode config, Images.Config image) {
    boolean own = config.path("Entrypoint").isArray();
    var entrypoint = Shape.Read.texts(config, "Entrypoint");
    if (entrypoint.isEmpty()) {
      if (Shape.Read.texts(config, "Cmd").isEmpty() && !image.cmd().isEmpty()) {
        config.set("Cmd", Json.array(image.cmd()));
      }
      if (!own && !image.entrypoint().isEmpty()) {
        config.set("Entrypoint", Json.array(image.entrypoint()));
        entrypoint = image.entrypoint();
      }
    }
    if (entrypoint.equals(List.of(""))) {
      config.putNull("Entrypoint");
      entrypoint = List.of();
    }
    var out = new ArrayList<>(entrypoint);
    out.addAll(Shape.Read.texts(config, "Cmd"));
    if (out.isEmpty()) {
      throw new Refusal.Invalid("no command specified");
    }
    return out;
  }

  private static String workingDirectory(ObjectNode config) {
    var given = Shape.Read.text(config, "WorkingDir");
    if (given.isEmpty()) {
      return "";
    }
    if (!given.startsWith("/")) {
      throw new Refusal.Invalid(
          "the working directory '" + given + "' is invalid, it needs to be an absolute path");
    }
    var clean = MountPart.clean(given);
    config.put("WorkingDir", clean);
    return clean;
  }

  private static Optional<Integer> stopTimeout(ObjectNode config) {
    var signal = Shape.Read.text(config, "StopSignal");
    if (!signal.isEmpty()) {
      Signals.parse(signal.toUpperCase(Locale.ROOT));
    }
    if (!config.has("StopTimeout")) {
      return Optional.empty();
    }
    long seconds = Shape.Read.number(config, "StopTimeout");
    if (seconds != (int) seconds) {
      throw new Refusal.Invalid("invalid stop timeout " + seconds + ": too many seconds");
    }
    return Optional.of((int) seconds);
  }
}
