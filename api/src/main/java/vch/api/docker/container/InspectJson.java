package vch.api.docker.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.DerivedId;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.engine.compute.Processes.NamePaths;
import vch.engine.health.Health;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.state.Image;

/// `GET /containers/{id}/json`. Pure.
final class InspectJson {
  /// Name of the storage driver, as the containerd image store of Docker reports it.
  static final String STORAGE_DRIVER = "overlay2";

  private InspectJson() {}

  /// What the record does not say.
  ///
  /// @param sandbox where the network namespace can be joined from; empty when it does not run
  /// @param names where the files for names are; empty when it does not run
  /// @param execIds of execs that run
  /// @param volumePath where a volume is on the machine
  record Facts(
      Image image,
      Optional<Path> sandbox,
      Path logPath,
      Optional<NamePaths> names,
      List<String> execIds,
      Optional<Sizes> sizes,
      Optional<Health> health,
      Function<String, Path> volumePath) {}

  /// Bytes.
  record Sizes(long written, long root) {}

  static ObjectNode of(Container container, Facts facts, ApiVersion version) {
    var document = Document.of(container);
    var arguments = container.spec().arguments();
    var json = Json.object();
    json.put("Id", container.id().value())
        .put("Created", Timestamps.rfc3339(container.created()))
        .put("Path", arguments.getFirst())
        .set("Args", Json.array(arguments.subList(1, arguments.size())));
    json.set("State", Status.json(container, facts.health()));
    json.put("Image", container.spec().image())
        .put("ResolvConfPath", path(facts.names().map(NamePaths::resolvConf)))
        .put("HostnamePath", path(facts.names().map(NamePaths::hostname)))
        .put("HostsPath", path(facts.names().map(NamePaths::hosts)))
        .put(
            "LogPath",
            container.spec().logOptions().containsKey("driver") || container.state().run() == 0
                ? ""
                : facts.logPath().toString())
        .put("Name", "/" + container.name())
        .put("RestartCount", container.state().restarts())
        .put("Driver", STORAGE_DRIVER)
        .put("Platform", "linux")
        .put("MountLabel", "")
        .put("ProcessLabel", "")
        .put("AppArmorProfile", "");
    NetworksView.texts(json, "ExecIDs", facts.execIds());
    json.set("HostConfig", hostConfig(container, document, facts.image()));
    json.putObject("GraphDriver").putNull("Data").put("Name", STORAGE_DRIVER);
    facts.sizes().ifPresent(s -> json.put("SizeRw", s.written()).put("SizeRootFs", s.root()));
    json.set("Mounts", mounts(container, document, facts.volumePath()));
    var config = document.config();
    JoinedPorts.writeExpanded(config, "ExposedPorts");
    json.set("Config", config);
    json.set("NetworkSettings", networkSettings(container, facts, version));
    return json;
  }

  private static String path(Optional<Path> path) {
    return path.map(Path::toString).orElse("");
  }

  private static ObjectNode hostConfig(Container container, Document document, Image image) {
    var out = document.hostConfig();
    JoinedPorts.writeExpanded(out, "PortBindings");
    out.putNull("Links");
    if (!container.links().isEmpty()) {
      var links = out.putArray("Links");
      for (var link : container.links()) {
        links.add(
            "/"
                + Links.name(image, container, link)
                + ":/"
                + container.name()
                + "/"
                + link.alias());
      }
    }
    return out;
  }

  /// Rows of `Mounts`, in the order of the record.
  static ArrayNode mounts(
      Container container, Document document, Function<String, Path> volumePath) {
    var out = Json.array();
    for (var mount : container.spec().mounts()) {
      if (!document.shows(mount)) {
        continue;
      }
      var row = out.addObject();
      switch (mount.kind()) {
        case BIND -> row.put("Type", "bind").put("Source", mount.source());
        case VOLUME ->
            row.put("Type", "volume")
                .put("Name", mount.source())
                .put("Source", volumePath.apply(mount.source()).toString());
        case TMPFS -> row.put("Type", "tmpfs").put("Source", "");
        // It is nowhere to be seen on the machine.
        case IMAGE -> row.put("Type", "image").put("Name", mount.imageRef()).put("Source", "");
      }
      row.put("Destination", mount.target());
      if (mount.kind() == Mount.Kind.VOLUME) {
        row.put("Driver", "local");
      }
      row.put("Mode", document.mode(mount))
          .put("RW", !mount.readOnly())
          .put("Propagation", propagation(mount));
    }
    return out;
  }

  private static String propagation(Mount mount) {
    return switch (mount.kind()) {
      case BIND ->
          mount.options().stream()
              .filter(MountMode.PROPAGATIONS::contains)
              .findFirst()
              .orElse("rprivate");
      case IMAGE -> "rprivate";
      case VOLUME, TMPFS -> "";
    };
  }

  private static ObjectNode networkSettings(Container container, Facts facts, ApiVersion version) {
    boolean own = !(container.mode() instanceof NetworkMode.Shared);
    var sandbox =
        facts.sandbox().filter(_ -> own && container.live()).map(Path::toString).orElse("");
    var view = new NetworksView(facts.image(), container);
    var json = Json.object();
    json.put("Bridge", "")
        .put("SandboxID", sandbox.isEmpty() ? "" : DerivedId.sandbox(container))
        .put("SandboxKey", sandbox);
    json.set("Ports", PortsView.of(facts.image(), container).inspect());
    json.put("HairpinMode", false)
        .put("LinkLocalIPv6Address", "")
        .put("LinkLocalIPv6PrefixLen", 0)
        .putNull("SecondaryIPAddresses")
        .putNull("SecondaryIPv6Addresses");
    view.legacy(json, version);
    json.set("Networks", view.inspect(version));
    return json;
  }
}
