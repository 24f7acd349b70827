package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.EndpointRequest;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.ScopeId;

/// Connects containers to scopes and disconnects them, running or not.
public final class Attachments {
  private static final Logger LOG = System.getLogger(Attachments.class.getName());

  private final Core core;
  private final Rewrites rewrites;
  private final Settlement settlement;
  private final Leases leases;

  Attachments(Core core, Rewrites rewrites, Settlement settlement, Leases leases) {
    this.core = core;
    this.rewrites = rewrites;
    this.settlement = settlement;
    this.leases = leases;
  }

  /// Returns when the running container can use its new place, and names know it.
  public Endpoint connect(ContainerId id, EndpointRequest request) {
    return core.lives().locked(id, life -> connectLocked(life, id, request));
  }

  private Endpoint connectLocked(Life life, ContainerId id, EndpointRequest request) {
    refuseRemoval(life, id);
    Endpoint endpoint;
    try {
      endpoint = core.engine().decide(image -> EndpointRules.connect(image, id, request));
      if (Sharing.runs(core.container(id))) {
        settlement.settle(id);
      }
    } catch (RuntimeException e) {
      takeBack(id, request);
      throw e;
    }
    var container = core.container(id);
    if (Sharing.runs(container)) {
      rewrites.changed(container);
      endpoint
          .scope()
          .flatMap(s -> core.engine().image().scope(s))
          .ifPresent(s -> core.announcer().network(container, s, "connect"));
    }
    return endpoint;
  }

  /// @param force a container that is gone is no reason to refuse
  public void disconnect(ContainerId id, ScopeId scope, boolean force) {
    if (force && core.engine().image().container(id).isEmpty()) {
      return;
    }
    core.lives().run(id, life -> disconnectLocked(life, id, scope));
  }

  private void disconnectLocked(Life life, ContainerId id, ScopeId scope) {
    refuseRemoval(life, id);
    var left = core.engine().decide(image -> EndpointRules.disconnect(image, id, scope));
    leases.release(core.container(id).vch(), left);
    var container = core.container(id);
    rewrites.changed(container);
    core.engine()
        .image()
        .scope(scope)
        .ifPresent(s -> core.announcer().network(container, s, "disconnect"));
  }

  private void refuseRemoval(Life life, ContainerId id) {
    core.container(id);
    if (life.removing) {
      throw new Refusal.Failed(
          "Container "
              + id
              + " is marked for removal and cannot be connected or disconnected to the network");
    }
  }

  /// Where the record was made but the machine could not follow, the place is given back.
  private void takeBack(ContainerId id, EndpointRequest request) {
    var scope =
        core.engine().image().container(id).stream()
            .flatMap(c -> c.endpoints().stream())
            .filter(e -> e.id().equals(request.id()))
            .flatMap(e -> e.scope().stream())
            .findFirst();
    try {
      scope.ifPresent(
          s -> {
            var left = core.engine().note(image -> EndpointRules.disconnect(image, id, s));
            leases.release(core.container(id).vch(), left);
          });
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "container "
              + id.brief()
              + " keeps a place on "
              + request.network()
              + " that the machine could not make",
          e);
    }
  }
}
