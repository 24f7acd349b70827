package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import vch.engine.desired.LinkNames;
import vch.engine.lease.DhcpClients;
import vch.engine.lease.DhcpFailed;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.VchId;

/// Addresses that end: has clients ask for them, and keeps the record as the clients say. The
/// clients are processes of their own, so a lease is renewed while no daemon runs.
final class Leases {
  private static final Logger LOG = System.getLogger(Leases.class.getName());

  /// How long a start waits for an address.
  static final Duration WAIT = Duration.ofSeconds(10);

  private final Core core;
  private final DhcpClients clients;
  private final Rewrites rewrites;

  Leases(Core core, DhcpClients clients, Rewrites rewrites) {
    this.core = core;
    this.clients = clients;
    this.rewrites = rewrites;
  }

  /// Hears of renewals from now on, and goes on with the clients that are at work.
  void begin() {
    clients.onChange(change -> core.scheduler().soon(() -> changed(change)));
    var image = core.engine().image();
    clients.stopAllBut(
        image.containers().stream()
            .filter(Sharing::runs)
            .flatMap(c -> ExternalRules.places(image, c).stream())
            .map(Endpoint::id)
            .collect(Collectors.toSet()));
    for (var container : image.containers()) {
      if (Sharing.runs(container)) {
        for (var endpoint : ExternalRules.places(image, container)) {
          if (endpoint.lease().isPresent()) {
            core.scheduler().soon(() -> resume(container, endpoint));
          }
        }
      }
    }
  }

  private void resume(Container container, Endpoint endpoint) {
    try {
      clients.start(client(container, endpoint));
      Optional.ofNullable(clients.observe().get(endpoint.id()))
          .ifPresent(lease -> renewed(container.id(), endpoint.id(), lease));
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the DHCP client of container "
              + container.name()
              + " on network "
              + endpoint.network()
              + " does not go on",
          e);
    }
  }

  /// Returns once the place has a lease and the record knows it.
  void obtain(Container container, Endpoint endpoint, Scope scope) {
    clients.start(client(container, endpoint));
    try {
      var lease = clients.await(endpoint.id(), WAIT);
      core.engine()
          .decide(image -> ExternalRules.leased(image, container.id(), endpoint.id(), lease));
    } catch (DhcpFailed e) {
      clients.stop(endpoint.id());
      throw new Refusal.Failed(
          "container "
              + container.name()
              + " has no address on network "
              + scope.name()
              + ": "
              + e.getMessage());
    } catch (RuntimeException e) {
      clients.stop(endpoint.id());
      throw e;
    }
  }

  private DhcpClients.Client client(Container container, Endpoint endpoint) {
    return new DhcpClients.Client(
        endpoint.id(),
        LinkNames.container(container),
        endpoint.link(),
        endpoint.mac(),
        container.hostname(),
        endpoint.network(),
        rank(container, endpoint),
        endpoint.lease().map(Lease::address).map(Cidr::address));
  }

  /// Of the default routes of several leases the one of the first place leads.
  private int rank(Container container, Endpoint endpoint) {
    var image = core.engine().image();
    boolean leads =
        EndpointRules.defaultRoute(image, container, Family.IPV4)
            .filter(e -> e.id().equals(endpoint.id()))
            .isPresent();
    return leads ? 0 : 1 + endpoint.ordinal();
  }

  private void changed(DhcpClients.Changed change) {
    switch (change) {
      case DhcpClients.Bound(var place, var lease) ->
          core.engine().image().containers().stream()
              .filter(c -> c.live() && c.place(place).isPresent())
              .findFirst()
              .ifPresent(c -> renewed(c.id(), place, lease));
      case DhcpClients.Lost(var place, var why) ->
          LOG.log(Level.WARNING, "a DHCP lease was lost (endpoint " + place.brief() + "): " + why);
    }
  }

  private void renewed(ContainerId id, EndpointId place, Lease lease) {
    core.lives()
        .run(
            id,
            _ -> {
              var before = core.engine().image();
              if (before
                  .container(id)
                  .filter(c -> Sharing.runs(c) && c.place(place).isPresent())
                  .isEmpty()) {
                return;
              }
              try {
                var after =
                    core.engine().decide(image -> ExternalRules.leased(image, id, place, lease));
                rewrites.changed(before, after);
              } catch (Refusal e) {
                LOG.log(Level.WARNING, e.getMessage());
              }
            });
  }

  /// The container stopped: its clients end, and the addresses stay its own as long as the leases
  /// last.
  void stop(Container container) {
    container.endpoints().stream()
        .filter(e -> EndpointRules.external(core.engine().image(), e))
        .forEach(e -> clients.stop(e.id()));
  }

  /// The container is gone: its addresses go back to the servers.
  void release(Container container) {
    container.endpoints().forEach(e -> release(container.vch(), e));
  }

  /// The place is gone.
  void release(VchId vch, Endpoint endpoint) {
    var lease = endpoint.lease();
    if (lease.isEmpty()) {
      return;
    }
    var image = core.engine().image();
    var link =
        endpoint
            .scope()
            .flatMap(image::scope)
            .filter(s -> s.vch().equals(vch))
            .flatMap(s -> s.external().flatMap(k -> image.portGroup(k.portGroup())))
            .map(PortGroup::segmentLink);
    try {
      clients.stop(endpoint.id());
      link.ifPresent(l -> clients.release(endpoint.id(), endpoint.mac(), lease.get(), l));
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "address "
              + lease.get().address().address()
              + " of network "
              + endpoint.network()
              + " was not given back to its DHCP server "
              + lease.get().server()
              + "; it ends by itself at "
              + lease.get().expires(),
          e);
    }
  }
}
