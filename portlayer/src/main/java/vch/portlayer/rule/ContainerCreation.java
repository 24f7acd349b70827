package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.container.Volume;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;

/// Creates one container. What could never work is refused here; what only the present forbids (an
/// address or a host port that another container has, a network that is not there yet) is a
/// warning, since the start decides: `docker compose` creates the successor of a container while
/// that one still runs.
final class ContainerCreation {
  private final Image image;
  private final CreateContainer command;
  private final Vch vch;
  private final List<Change> changes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  ContainerCreation(Image image, CreateContainer command) {
    this.image = image;
    this.command = command;
    this.vch =
        image.vch(command.vch()).orElseThrow(() -> VchRules.noSuch(image, command.vch().value()));
  }

  Decision<CreateContainer.Created> decide() {
    checkSettings();
    var mode = mode();
    var name = name();
    var endpoints = endpoints(mode);
    var publish = Publishing.merged(command.publish());
    var hostname =
        mode instanceof NetworkMode.Shared
            ? ""
            : command.hostname().isEmpty() ? command.id().brief() : command.hostname();
    var unlinked =
        new Container(
            command.id(),
            command.vch(),
            name,
            command.at(),
            hostname,
            command.domainname(),
            mode,
            endpoints,
            publish,
            command.exposed(),
            command.publishAll(),
            List.of(),
            List.of(),
            command.resolver(),
            command.labels(),
            command.spec(),
            ContainerState.NEW,
            command.document());
    var asked = RoutedPublishing.of(image, unlinked, publish);
    var direct = direct(endpoints);
    if (direct.isPresent() && direct.get().kind() instanceof ScopeKind.External kind) {
      DirectPublishing.check(
          direct.get(), kind, publish, command.publishAll() ? command.exposed() : PortSet.EMPTY);
    } else {
      Publishing.check(vch, asked.translated());
    }
    var links = links();
    boolean publishes =
        !publish.isEmpty() || (command.publishAll() && !command.exposed().isEmpty());
    if (publishes) {
      warnUnpublished(mode, endpoints);
      warnOtherFamily(endpoints, publish);
    }
    if (direct.isEmpty()) {
      warnings.addAll(Publishing.warnings(image, vch, asked.translated()));
      warnings.addAll(asked.warnings());
    }
    addVolumes();
    var container = unlinked.withLinks(links);
    ExternalRules.checkCapabilities(image, vch, container);
    changes.add(new Change.ContainerPut(container));
    return new Decision<>(
        changes, new CreateContainer.Created(command.id(), List.copyOf(warnings)));
  }

  /// The container network that ports are published on: the one named at create.
  private Optional<Scope> direct(List<Endpoint> endpoints) {
    return endpoints.stream()
        .findFirst()
        .flatMap(Endpoint::scope)
        .flatMap(image::scope)
        .filter(s -> s.kind() instanceof ScopeKind.External);
  }

  private String name() {
    if (command.name().isPresent()) {
      ContainerRules.checkName(command.name().get());
      var name = ContainerRules.bare(command.name().get());
      ContainerRules.checkFree(image, command.vch(), name, "");
      return name;
    }
    return command.nameIdeas().stream()
        .limit(CreateContainer.NAME_IDEAS_MAX)
        .filter(Texts::restricted)
        .filter(n -> image.containerNamed(command.vch(), n).isEmpty())
        .findFirst()
        .orElse(command.id().brief());
  }

  private void checkSettings() {
    var spec = command.spec();
    if (spec.arguments().isEmpty()) {
      throw new Refusal.Invalid("no command specified");
    }
    if (!command.hostname().isEmpty() && !Texts.hostname(command.hostname())) {
      throw new Refusal.Invalid("invalid hostname format: " + command.hostname());
    }
    if (!command.domainname().isEmpty() && !Texts.hostname(command.domainname())) {
      throw new Refusal.Invalid("invalid domainname format: " + command.domainname());
    }
    if (!command.hostname().isEmpty() && "host".equals(spec.namespaces().get("uts"))) {
      throw new Refusal.Invalid("conflicting options: hostname and the UTS mode");
    }
    var restart = spec.restart();
    if (spec.autoRemove() && restart.when() != RestartPolicy.When.NO) {
      throw new Refusal.Invalid("can't create 'AutoRemove' container with restart policy");
    }
    if (restart.maximumRetries() < 0) {
      throw new Refusal.Invalid("invalid restart policy: maximum retry count cannot be negative");
    }
    if (restart.maximumRetries() > 0 && restart.when() != RestartPolicy.When.ON_FAILURE) {
      throw new Refusal.Invalid(
          "invalid restart policy: maximum retry count can only be used with 'on-failure'");
    }
  }

  private NetworkMode mode() {
    return switch (command.mode()) {
      case NetworkMode.Scoped(var network) -> {
        if (network.equals("host")) {
          throw Texts.hostNetwork();
        }
        yield ScopeRules.lookUp(image, command.vch(), network)
                .filter(s -> s.kind() instanceof ScopeKind.None)
                .isPresent()
            ? new NetworkMode.None()
            : command.mode();
      }
      case NetworkMode.None none -> none;
      case NetworkMode.Shared(var target) -> {
        checkShared(target);
        // A name may move to another container, an id cannot.
        yield ContainerRules.lookUp(image, command.vch(), target)
            .map(c -> (NetworkMode) new NetworkMode.Shared(c.id().value()))
            .orElse(command.mode());
      }
    };
  }

  private void checkShared(String target) {
    if (target.isBlank()) {
      throw new Refusal.Invalid(
          "invalid network mode: invalid container format container:<name|id>");
    }
    if (!command.hostname().isEmpty()) {
      throw new Refusal.Invalid("conflicting options: hostname and the network mode");
    }
    if (!command.links().isEmpty()) {
      throw new Refusal.Invalid(
          "conflicting options: container type network can't be used with links. This would result in undefined behavior");
    }
    if (!command.resolver().servers().isEmpty()) {
      throw new Refusal.Invalid("conflicting options: dns and the network mode");
    }
    if (!command.resolver().extraHosts().isEmpty()) {
      throw new Refusal.Invalid(
          "conflicting options: custom host-to-IP mapping and the network mode");
    }
    if (!command.publish().isEmpty() || command.publishAll()) {
      throw new Refusal.Invalid(
          "conflicting options: port publishing and the container type network mode");
    }
    if (!command.networks().isEmpty()) {
      throw new Refusal.Invalid(
          "container sharing network namespace with another container or host cannot be connected to any other network");
    }
  }

  private List<Endpoint> endpoints(NetworkMode mode) {
    var out = new ArrayList<Endpoint>();
    for (var request : command.networks()) {
      if (request.network().equals("host")) {
        throw Texts.hostNetwork();
      }
      var scope = ScopeRules.lookUp(image, command.vch(), request.network());
      boolean none = scope.filter(s -> s.kind() instanceof ScopeKind.None).isPresent();
      if (none && mode instanceof NetworkMode.None) {
        continue; // the personality names the network of the mode, too
      }
      if (none || mode instanceof NetworkMode.None) {
        throw EndpointRules.multipleWithNone();
      }
      if (out.stream().anyMatch(e -> EndpointRules.same(e, request.network(), scope))) {
        throw new Refusal.Invalid(
            "invalid config for network " + request.network() + ": the network is named twice");
      }
      out.add(endpoint(request, scope, out));
    }
    if (out.isEmpty() && mode instanceof NetworkMode.Scoped(var network)) {
      throw new IllegalArgumentException(
          "the command must say how the container is attached to " + network);
    }
    return out;
  }

  private Endpoint endpoint(EndpointRequest request, Optional<Scope> scope, List<Endpoint> others) {
    var asked =
        Settings.read(
            request,
            scope,
            EndpointRules.plainDefault(image, scope),
            others,
            "invalid config for network "
                + scope.map(Scope::name).orElse(request.network())
                + ": ");
    if (scope.isEmpty()) {
      return asked;
    }
    Places.check(asked, scope.get());
    var endpoint = SharedNic.join(image, asked, scope.get(), others);
    return switch (Places.hold(image, command.id(), endpoint, scope.get())) {
      case Places.Outcome.Held(var held, var cursors) -> {
        changes.addAll(cursors);
        yield held;
      }
      case Places.Outcome.Refused(var why) -> {
        warnings.add(why.getMessage() + ": this container cannot start before the address is free");
        yield endpoint;
      }
    };
  }

  /// Links on the default bridge name containers that exist; elsewhere they are names only, as in
  /// Docker. A name may move to another container, an id cannot.
  private List<NameLink> links() {
    var links = new ArrayList<NameLink>();
    for (NameLink link : command.links()) {
      var target =
          ContainerRules.lookUp(image, command.vch(), link.target())
              .orElseThrow(
                  () ->
                      new Refusal.Invalid( // 404 would make clients say that the image is missing
                          "could not get container for "
                              + link.target()
                              + ": No such container: "
                              + link.target()));
      links.add(new NameLink(target.id().value(), link.alias()));
    }
    return links;
  }

  private void warnUnpublished(NetworkMode mode, List<Endpoint> endpoints) {
    switch (mode) {
      case NetworkMode.None _ ->
          warnings.add("Published ports are discarded when using none network mode");
      case NetworkMode.Shared _ -> {}
      case NetworkMode.Scoped _ ->
          endpoints.stream()
              .findFirst()
              .flatMap(Endpoint::scope)
              .flatMap(image::scope)
              .filter(Scope::internal)
              .ifPresent(
                  s ->
                      warnings.add(
                          "Published ports are discarded until the container is on another network, too: network "
                              + s.name()
                              + " is internal"));
    }
  }

  /// IPv6 arrives nowhere in a container without IPv6, nor IPv4 in one without that.
  private void warnOtherFamily(List<Endpoint> endpoints, List<PublishRequest> publish) {
    var scopes = endpoints.stream().flatMap(e -> e.scope().flatMap(image::scope).stream()).toList();
    if (scopes.size() < endpoints.size() || scopes.isEmpty()) {
      return; // what is not there yet may have either
    }
    for (var request : publish) {
      request
          .hostIp()
          .filter(ip -> scopes.stream().allMatch(s -> s.subnet(ip.family()).isEmpty()))
          .ifPresent(
              ip ->
                  warnings.add(
                      "Port "
                          + request.container()
                          + "/"
                          + request.protocol().text()
                          + " is published on "
                          + ip
                          + ", and the container has no "
                          + (ip.isIpv4() ? "IPv4" : "IPv6")
                          + " address: nothing arrives there"));
    }
  }

  private void addVolumes() {
    for (var mount : command.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME
          && image.volume(command.vch(), mount.source()).isEmpty()) {
        VolumeRules.checkName(mount.source());
        changes.add(
            new Change.VolumePut(
                new Volume(
                    command.vch(),
                    mount.source(),
                    command.at(),
                    java.util.Map.of(),
                    java.util.Map.of(),
                    false)));
      }
    }
  }
}
