package vch.api.docker.container;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.CreateContainer;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// `POST /containers/create` as the personality understands it. Pure: chance and time come in.
///
/// @param config read by [Shapes#CONFIG]
/// @param hostConfig read by [Shapes#HOST_CONFIG]
/// @param endpoints read by [Shapes#ENDPOINT], by network; null where nothing was said
/// @param name empty: one of ours
record CreateRequest(
    ObjectNode config,
    ObjectNode hostConfig,
    Map<String, JsonNode> endpoints,
    Optional<String> name,
    ApiVersion version) {
  /// @throws Refusal.Invalid when a member has the wrong shape
  static CreateRequest read(ObjectNode body, Optional<String> name, ApiVersion version) {
    var endpoints = new LinkedHashMap<String, JsonNode>();
    var networking = Shapes.NETWORKING.read(member(body, "NetworkingConfig"), "NetworkingConfig");
    networking
        .path("EndpointsConfig")
        .properties()
        .forEach(e -> endpoints.put(e.getKey(), e.getValue()));
    return new CreateRequest(
        (ObjectNode) Shapes.CONFIG.read(body, "Config"),
        (ObjectNode) Shapes.HOST_CONFIG.read(member(body, "HostConfig"), "HostConfig"),
        endpoints,
        name,
        version);
  }

  private static JsonNode member(ObjectNode body, String name) {
    for (var e : body.properties()) {
      if (e.getKey().equalsIgnoreCase(name) && !e.getValue().isNull()) {
        return e.getValue();
      }
    }
    return Json.object();
  }

  /// What a request becomes.
  ///
  /// @param volumes to be made first
  /// @param warnings about the request itself, before those of the rule
  record Translated(CreateContainer command, List<NewVolume> volumes, List<String> warnings) {}

  /// What a request is held against.
  record Context(
      VchId vch,
      Image image,
      ImageInfo from,
      Surroundings machine,
      RandomGenerator chance,
      Instant at) {
    String newId() {
      var bytes = new byte[32];
      chance.nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    }
  }

  /// @throws Refusal with Docker's words, for everything that is wrong or not offered
  Translated translate(Context context) {
    NotOffered.refuse(hostConfig, version);
    var machine = context.machine();
    HostPart.checkRuntime(hostConfig, machine.runtime());
    var id = new ContainerId(context.newId());
    var host = hostConfig.deepCopy();
    if (!version.atLeast(43)) {
      host.remove("Annotations");
    }
    for (var mount : Shape.Read.objects(host, "Mounts")) {
      checkVersion(mount);
    }
    var network =
        NetworkPart.of(
            new NetworkPart.Request(config, host, endpoints, version),
            context.image(),
            context.vch(),
            context::newId,
            context.chance()::nextLong);
    var security =
        SecurityPart.of(config, host, network.mode(), term -> containerId(context, term));
    var program = ProgramPart.of(config, context.from().config(), version);
    var ports = PortsPart.of(program.config(), host);
    var mounts =
        MountPart.of(
            program.config(), host, context.image(), context.vch(), machine, context::newId);
    var resources = ResourcePart.of(host, machine);
    var spec = spec(context.from().id(), host, program, security, mounts, resources);
    HostPart.complete(host, machine, network.modeText(), version.atLeast(40));
    var hostname = Shape.Read.text(config, "Hostname");
    if (hostname.isEmpty() && !(network.mode() instanceof NetworkMode.Shared)) {
      program.config().put("Hostname", id.brief());
    }
    var command =
        new CreateContainer(
            id,
            context.vch(),
            name,
            NameIdeas.some(context.chance(), CreateContainer.NAME_IDEAS_MAX),
            hostname,
            Shape.Read.text(config, "Domainname"),
            network.mode(),
            network.networks(),
            ports.publish(),
            ports.exposed(),
            Shape.Read.flag(host, "PublishAllPorts"),
            network.links(),
            network.resolver(),
            program.labels(),
            spec,
            new Document(program.config(), host, mounts.modes()).text(),
            context.at());
    var warnings = new ArrayList<>(program.warnings());
    warnings.addAll(network.warnings());
    warnings.addAll(resources.warnings());
    return new Translated(command, mounts.volumes(), warnings);
  }

  /// Refuses, as engine 28 does, what an older version did not have: left out it would mount all of
  /// a volume.
  private void checkVersion(ObjectNode mount) {
    if (!version.atLeast(45)
        && mount.path("VolumeOptions") instanceof ObjectNode options
        && !Shape.Read.text(options, "Subpath").isEmpty()) {
      throw new Refusal.Invalid("VolumeOptions.Subpath needs API v1.45 or newer");
    }
    if (!version.atLeast(48) && Shape.Read.text(mount, "Type").equals("image")) {
      throw new Refusal.Invalid("Mount type \"Image\" needs API v1.48 or newer");
    }
  }

  /// Id of the container whose namespace is to be joined.
  private static String containerId(Context context, String term) {
    try {
      return ContainerRules.find(context.image(), context.vch(), term).id().value();
    } catch (Refusal.NotFound e) { // 404 would make clients say that the image is missing
      throw new Refusal.Invalid(String.valueOf(e.getMessage()));
    }
  }

  private static ContainerSpec spec(
      String image,
      ObjectNode host,
      ProgramPart program,
      SecurityPart security,
      MountPart mounts,
      ResourcePart resources) {
    var config = program.config();
    return new ContainerSpec(
        image,
        Shape.Read.text(config, "Image"),
        program.arguments(),
        program.environment(),
        program.workingDirectory(),
        Shape.Read.text(config, "User"),
        Shape.Read.texts(host, "GroupAdd"),
        Shape.Read.flag(config, "Tty"),
        Shape.Read.flag(config, "OpenStdin"),
        Shape.Read.flag(config, "StdinOnce"),
        Shape.Read.text(config, "StopSignal"),
        program.stopTimeoutSeconds(),
        mounts.mounts(),
        resources.limits(),
        resources.ulimits(),
        resources.devices(),
        security.sysctls(),
        Shape.Read.map(host, "Annotations"),
        security.capAdd(),
        security.capDrop(),
        security.privileged(),
        Shape.Read.flag(host, "ReadonlyRootfs"),
        security.noNewPrivileges(),
        security.seccomp(),
        security.maskedPaths(),
        security.readOnlyPaths(),
        HostPart.shmBytes(host),
        security.namespaces(),
        HostPart.restart(host),
        Shape.Read.flag(host, "AutoRemove"),
        Shape.Read.flag(host, "Init"),
        LogPart.of(host),
        program.health());
  }
}
