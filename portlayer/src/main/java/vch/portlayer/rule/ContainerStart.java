package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;

/// Starts one container: everything that its run needs is found and held, or nothing changes.
final class ContainerStart {
  private final Image image;
  private final Container container;
  private final Vch vch;
  private final List<Change> changes = new ArrayList<>();

  ContainerStart(Image image, Container container) {
    this.image = image;
    this.container = container;
    this.vch =
        image
            .vch(container.vch())
            .orElseThrow(() -> VchRules.noSuch(image, container.vch().value()));
  }

  Decision<Container> decide(boolean byUser, RandomGenerator chance) {
    switch (container.state().phase()) {
      case STARTING, RUNNING -> {
        return Decision.of(container);
      }
      case PAUSED ->
          throw new Refusal.Conflict("cannot start a paused container, try unpause instead");
      case REMOVING ->
          throw new Refusal.Conflict("container is marked for removal and cannot be started");
      case CREATED, EXITED, RESTARTING -> {}
    }
    if (container.mode() instanceof NetworkMode.Shared(var target)) {
      checkShared(target);
    }
    var endpoints = endpoints();
    checkLinks(endpoints);
    var placed = container.withEndpoints(endpoints);
    ExternalRules.checkCapabilities(image, vch, placed);
    int restarts = byUser ? 0 : container.state().restarts() + 1;
    var next =
        placed
            .withPublications(Publishing.of(image, vch, placed, chance))
            .with(container.state().starting().withRestarts(restarts));
    changes.add(new Change.ContainerPut(next));
    return new Decision<>(changes, next);
  }

  private void checkShared(String term) {
    var target =
        ContainerRules.lookUp(image, container.vch(), term)
            .orElseThrow(
                () ->
                    new Refusal.Failed(
                        "joining network namespace of container: No such container: " + term));
    if (target.id().equals(container.id())) {
      throw new Refusal.Failed("cannot join own network namespace");
    }
    var phase = target.state().phase();
    if (phase == Phase.RESTARTING) {
      throw new Refusal.Conflict(
          "cannot join network namespace of container: Container "
              + target.name()
              + " is restarting, wait until the container is running");
    }
    if (phase != Phase.RUNNING && phase != Phase.PAUSED) {
      throw new Refusal.Conflict(
          "cannot join network namespace of a non running container: container "
              + target.name()
              + " is "
              + ContainerRules.word(phase));
    }
  }

  private List<Endpoint> endpoints() {
    var out = new ArrayList<Endpoint>();
    for (var place : EndpointRules.ordered(container)) {
      var scope = scope(place);
      if (scope.kind() instanceof ScopeKind.None) {
        throw EndpointRules.multipleWithNone();
      }
      EndpointRules.checkNoConfiguration(scope);
      LinkSettings.check(place, scope);
      if (out.stream().anyMatch(e -> e.scope().equals(Optional.of(scope.id())))) {
        throw EndpointRules.alreadyThere(container, scope.name());
      }
      var nics = Stream.concat(container.endpoints().stream(), out.stream()).toList();
      var endpoint = SharedNic.join(image, place, scope, nics);
      if (endpoint.addresses().isEmpty()) {
        Places.check(endpoint, scope);
      }
      EndpointRules.checkLink(image, container.id(), endpoint, scope);
      var vacated = Places.vacate(image, container.id(), endpoint, scope);
      changes.addAll(vacated);
      var held = Places.require(image.after(vacated), container.id(), endpoint, scope);
      changes.addAll(held.cursors());
      // Others on the segment may have taken the address while nobody used it.
      out.add(held.endpoint().withSettled(!(scope.kind() instanceof ScopeKind.External)));
    }
    return out;
  }

  private Scope scope(Endpoint endpoint) {
    return endpoint
        .scope()
        .flatMap(image::scope)
        .or(() -> ScopeRules.lookUp(image, container.vch(), endpoint.network()))
        .orElseThrow(() -> unknown(endpoint));
  }

  private Refusal unknown(Endpoint endpoint) {
    boolean ofMode =
        container.mode() instanceof NetworkMode.Scoped(var network)
            && network.equals(endpoint.network());
    return new Refusal.NotFound(
        (ofMode
                ? "could not find a network matching network mode " + endpoint.network() + ": "
                : "")
            + "network "
            + endpoint.network()
            + " not found");
  }

  private void checkLinks(List<Endpoint> endpoints) {
    var onDefault =
        endpoints.stream()
            .flatMap(e -> e.scope().flatMap(image::scope).stream())
            .filter(Scope::isDefault)
            .findFirst();
    if (onDefault.isEmpty()) {
      return;
    }
    for (var link : container.links()) {
      var target =
          ContainerRules.lookUp(image, container.vch(), link.target())
              .orElseThrow(
                  () ->
                      new Refusal.Failed(
                          "Cannot link to "
                              + link.target()
                              + ": No such container: "
                              + link.target()));
      if (!target.live()) {
        throw new Refusal.Failed(
            "Cannot link to a non running container: " + target.name() + " AS " + link.alias());
      }
      if (target.on(onDefault.get().id()).isEmpty()) {
        throw new Refusal.Failed(
            "Cannot link to " + target.name() + ", as it does not belong to the default network");
      }
    }
  }
}
