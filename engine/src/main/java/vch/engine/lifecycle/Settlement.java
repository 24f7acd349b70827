package vch.engine.lifecycle;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import vch.engine.desired.LinkNames;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.rule.SharedNic;

/// Gives places of live containers on container networks addresses that nobody else on the segment
/// has: probed and then announced (RFC 5227, RFC 4862), or leased (RFC 2131). Until then no address
/// is on the link, so one in conflict is never used.
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
    together(open.stream().<Runnable>map(place -> () -> settle(id, place)).toList());
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

  /// Returns when all is done.
  private static void together(List<Runnable> work) {
    if (work.size() == 1) {
      work.getFirst().run();
      return;
    }
    var all =
        work.stream()
            .map(w -> CompletableFuture.runAsync(w, Thread::startVirtualThread))
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(all).join();
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
    var free = new HashSet<Ip>();
    for (int tried = 1; ; tried++) {
      var endpoint = endpoint(id, place);
      var doubtful = used(id, endpoint).filter(a -> !free.contains(a)).toList();
      var others = others(id, endpoint, doubtful);
      for (var taken : others.entrySet()) {
        another(id, endpoint, taken.getKey(), taken.getValue(), tried);
      }
      if (others.isEmpty()) {
        break;
      }
      doubtful.stream().filter(a -> !others.containsKey(a)).forEach(free::add);
    }
    core.engine().decide(image -> ExternalRules.settled(image, id, place));
    announce(id, endpoint(id, place));
  }

  private void another(ContainerId id, Endpoint endpoint, Ip taken, Mac other, int tried) {
    boolean asked = endpoint.requested().contains(taken);
    if (asked || tried == TRIES_MAX) {
      throw new Refusal.Failed(
          "address "
              + taken
              + " of network "
              + endpoint.network()
              + " is in use by another host with MAC address "
              + other
              + (asked
                  ? ": choose another address, or take that host off the network"
                  : " (so were "
                      + (TRIES_MAX - 1)
                      + " others before): keep hosts of the LAN out of the network's range"));
    }
    core.engine().decide(image -> ExternalRules.another(image, id, endpoint.id(), taken));
  }

  /// Addresses that will be on the link.
  private Stream<Ip> used(ContainerId id, Endpoint endpoint) {
    boolean ipv6 = core.container(id).spec().ipv6();
    return endpoint.addresses().stream().map(Cidr::address).filter(a -> ipv6 || a.isIpv4());
  }

  /// Who else has which of the addresses. They are probed side by side.
  private Map<Ip, Mac> others(ContainerId id, Endpoint endpoint, List<Ip> addresses) {
    var namespace = LinkNames.container(core.container(id));
    var neighbourhood = core.engine().machine().neighbourhood();
    var out = new ConcurrentSkipListMap<Ip, Mac>();
    together(
        addresses.stream()
            .<Runnable>map(
                address ->
                    () ->
                        neighbourhood
                            .probe(namespace, endpoint.link(), endpoint.mac(), address)
                            .ifPresent(other -> out.put(address, other)))
            .toList());
    return out;
  }

  /// Neighbours that knew the addresses from before learn where they are now.
  private void announce(ContainerId id, Endpoint endpoint) {
    var namespace = LinkNames.container(core.container(id));
    used(id, endpoint)
        .forEach(
            address ->
                core.engine()
                    .machine()
                    .neighbourhood()
                    .announce(namespace, endpoint.link(), endpoint.mac(), address));
  }

  private Endpoint endpoint(ContainerId id, EndpointId place) {
    return core.container(id)
        .place(place)
        .orElseThrow(
            () -> new Refusal.Failed("container " + id.brief() + " was disconnected meanwhile"));
  }
}
