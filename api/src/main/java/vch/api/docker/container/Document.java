package vch.api.docker.container;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;

/// What is kept of a create request so that inspect shows it again: `Config` merged with the image,
/// `HostConfig` with its defaults, and for each mount how the user wrote its mode. Ports are joined
/// ([JoinedPorts]); in documents of record format 7 and before each stands alone.
record Document(ObjectNode config, ObjectNode hostConfig, Map<String, String> modes) {
  static Document of(Container container) {
    var all = Json.read(container.document());
    return new Document(
        all.object("Config").raw(), all.object("HostConfig").raw(), all.textMap("Modes"));
  }

  String text() {
    var all = Json.object();
    all.set("Config", config);
    all.set("HostConfig", hostConfig);
    all.set("Modes", Json.object(modes));
    return Json.text(all);
  }

  /// False for those of `--tmpfs`, which Docker does not count among the mounts.
  boolean shows(Mount mount) {
    return hostConfig.path("Tmpfs").propertyNames().stream()
        .noneMatch(target -> Path.of(target).normalize().toString().equals(mount.target()));
  }

  String mode(Mount mount) {
    return Optional.ofNullable(modes.get(mount.target())).orElse("");
  }
}
