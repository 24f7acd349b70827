package vch.linux;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Mac;

/// How links, addresses, routes and rules of one namespace were when we last made or saw them, so
/// that a notification of our own work is told from one of somebody else's. Safe for all threads.
final class Known {
  /// How a link should look.
  ///
  /// @param mac empty: any
  /// @param home namespace of the machine object that the link belongs to; for the far end of a
  ///   pair that is another
  record KnownLink(
      boolean up, int mtu, Optional<Mac> mac, Optional<String> master, NamespaceName home) {}

  private final Map<String, KnownLink> links = new ConcurrentHashMap<>();

  /// NICs whose addresses we copy, by the links that have the copies.
  private final Map<String, String> copied = new ConcurrentHashMap<>();

  /// Links that were looked for here in vain, and the namespaces of what needs them.
  private final Map<String, Set<NamespaceName>> missed = new ConcurrentHashMap<>();

  private final Set<Address> addresses = ConcurrentHashMap.newKeySet();
  private final Set<Route> routes = ConcurrentHashMap.newKeySet();
  private final Set<Rule> rules = ConcurrentHashMap.newKeySet();

  void link(Link link) {
    links.put(
        link.name(),
        new KnownLink(link.up(), link.mtu(), link.mac(), link.master(), link.namespace()));
    if (link.kind() instanceof LinkKind.HostAccess(var uplink, _)) {
      copied.put(link.name(), uplink);
    }
  }

  /// The far end of a pair, in whose namespace this is.
  void peer(Link link, LinkKind.Veth veth) {
    links.put(
        veth.peer(),
        new KnownLink(
            true, link.mtu(), Optional.of(veth.peerMac()), veth.peerMaster(), link.namespace()));
  }

  void forgetLink(String name) {
    links.remove(name);
    copied.remove(name);
    addresses.removeIf(a -> a.link().equals(name));
    routes.removeIf(r -> r.link().equals(name));
  }

  Optional<KnownLink> link(String name) {
    return Optional.ofNullable(links.get(name));
  }

  /// NICs whose addresses, which are not ours, are our business.
  Set<String> copied() {
    return Set.copyOf(copied.values());
  }

  /// Something in the namespace cannot be made while there is no such link here.
  void missed(String link, NamespaceName by) {
    missed.merge(
        link,
        Set.of(by),
        (a, b) -> Stream.concat(a.stream(), b.stream()).collect(toUnmodifiableSet()));
  }

  /// The link has come: what waits for it is told once.
  Set<NamespaceName> takeMissed(String link) {
    var by = missed.remove(link);
    return by == null ? Set.of() : by;
  }

  Set<Address> addresses() {
    return addresses;
  }

  Set<Route> routes() {
    return routes;
  }

  Set<Rule> rules() {
    return rules;
  }
}
