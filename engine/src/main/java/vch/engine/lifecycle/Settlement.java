package vch.engine.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import vch.engine.desired.LinkNames;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.rule.SharedNic;

/// Gives places of live containers on container networks addresses that nobody else on the segment
/// has: probed and then announced (RFC 5227), or leased (RFC 2131). Until then no address is on the
/// link, so one in conflict is never used.
final class Settlement {
  /// How many addresses of a pool are tried for one place, where nobody asked for a certain one.
  static final int TRIES_MAX = 8;

  private final Core core;
  private final Leases leases;

  Settlement(Core core, Leases leases) {
    this.core = core;
    this.leases = leases;
  }

  /// Returns when all addresses are on their links. Places settle side by side. To be called with
  /// the life's lock held, the container's links being up.
  ///
  /// @throws Refusal.Failed an address is another's, or there is none
  Container settle(ContainerId id) {
    var open =
        ExternalRules.places(core.engine().image(), core.container(id)).stream()
            .filter(e -> !e.settled())
            .map(Endpoint::id)
            .toList();
    if (open.size() == 1) {
      settle(id, open.getFirst());
    } else {
      together(id, open);
    }
    announceShared(id);
    return core.container(id);
  }

  /// On a segment of several bridge scopes an address may come with another Ethernet address than
  /// its last holder had.
  private void announceShared(ContainerId id) {
    for (var place : SharedNic.places(core.engine().image(), core.container(id))) {
      announce(id, place);
    }
  }

  private void together(ContainerId id, List<EndpointId> open) {
    var all = new ArrayList<CompletableFuture<Void>>();
    for (var place : open) {
      all.add(CompletableFuture.runAsync(() -> settle(id, place), Thread::startVirtualThread));
    }
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void settle(ContainerId id, EndpointId place) {
    var scope =
        endpoint(id, place).scope().flatMap(s -> core.engine().image().scope(s)).orElseThrow();
    if (scope.leased()) {
      leases.obtain(core.container(id), endpoint(id, place), scope);
    } else {
      probe(id, place);
    }
  }

  private void probe(ContainerId id, EndpointId place) {
    for (int tried = 1; ; tried++) {
      var endpoint = endpoint(id, place);
      var address = endpoint.address(Family.IPV4).map(Cidr::address);
      var other = address.flatMap(_ -> other(id, endpoint));
      if (other.isEmpty()) {
        break;
      }
      boolean asked = endpoint.requested().contains(address.get());
      if (asked || tried == TRIES_MAX) {
        throw new Refusal.Failed(
            "address "
                + address.get()
                + " of network "
                + endpoint.network()
                + " is in use by another host with MAC address "
                + other.get()
                + (asked
                    ? ": choose another address, or take that host off the network"
                    : " (so were "
                        + (TRIES_MAX - 1)
                        + " others before): keep hosts of the LAN out of the network's range"));
      }
      core.engine().decide(image -> ExternalRules.another(image, id, place, address.get()));
    }
    core.engine().decide(image -> ExternalRules.settled(image, id, place));
    announce(id, endpoint(id, place));
  }

  private Optional<Mac> other(ContainerId id, Endpoint endpoint) {
    return core.engine()
        .machine()
        .neighbourhood()
        .probe(
            LinkNames.container(core.container(id)),
            endpoint.link(),
            endpoint.mac(),
            endpoint.address(Family.IPV4).orElseThrow().address());
  }

  /// Neighbours that knew the address from before learn where it is now.
  private void announce(ContainerId id, Endpoint endpoint) {
    endpoint
        .address(Family.IPV4)
        .ifPresent(
            address ->
                core.engine()
                    .machine()
                    .neighbourhood()
                    .announce(
                        LinkNames.container(core.container(id)),
                        endpoint.link(),
                        endpoint.mac(),
                        address.address()));
  }

  private Endpoint endpoint(ContainerId id, EndpointId place) {
    return core.container(id)
        .place(place)
        .orElseThrow(
            () -> new Refusal.Failed("container " + id.brief() + " was disconnected meanwhile"));
  }
}
