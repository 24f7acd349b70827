package vch.engine.fake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Kind;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.ObjectText;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;

/// The kernel of [FakeMachine]: what exists, and what goes along when something goes. Errors are
/// the kernel's words. Not thread safe; the machine guards it.
final class FakeNetwork {
  /// A link by where it is.
  record Where(NamespaceName namespace, String link) {}

  private final SortedMap<NamespaceName, SortedMap<MachineObject.Key, MachineObject>> namespaces =
      new TreeMap<>();

  /// The far ends of veth pairs, to the key of the pair.
  private final Map<Where, MachineObject.Key> peers = new java.util.HashMap<>();

  private static final Subnet LINK_LOCAL = Subnet.parse("fe80::/10");

  FakeNetwork() {
    namespaces.put(NamespaceName.MACHINE, new TreeMap<>());
  }

  /// Refused by the kernel.
  static final class Errno extends Exception {
    private static final long serialVersionUID = 1L;

    Errno(String message) {
      super(message);
    }
  }

  List<MachineObject> all() {
    var out = new ArrayList<MachineObject>();
    namespaces.values().forEach(each -> out.addAll(each.values()));
    return out;
  }

  Optional<MachineObject> get(MachineObject.Key key) {
    return Optional.ofNullable(namespaces.get(key.namespace())).map(n -> n.get(key));
  }

  void make(MachineObject object) throws Errno {
    switch (object) {
      case Namespace namespace -> {
        var fresh = new TreeMap<MachineObject.Key, MachineObject>();
        fresh.put(namespace.key(), namespace);
        namespaces.putIfAbsent(namespace.namespace(), fresh);
      }
      case Sysctl setting -> {
        if (setting.link().isEmpty() || exists(setting.namespace(), setting.link().get())) {
          in(setting).put(setting.key(), setting);
        }
      }
      case Ruleset rules -> {
        in(rules).values().removeIf(o -> o instanceof Element e && belongs(e, rules));
        in(rules).put(rules.key(), rules);
      }
      case Link link -> makeLink(link);
      case Element element -> makeElement(element);
      case Address address -> {
        needLink(address.namespace(), address.link());
        if (!address.cidr().address().isIpv4() && withoutIpv6(in(address), address)) {
          throw new Errno("Permission denied: IPv6 is disabled on " + address.link());
        }
        in(address).put(address.key(), address);
      }
      case Route route -> {
        needLink(route.namespace(), route.link());
        if (route.via().isPresent() && !reaches(in(route), route)) {
          throw new Errno(
              "Nexthop has invalid gateway: "
                  + route.via().get()
                  + " is on no subnet of "
                  + route.link());
        }
        in(route).put(route.key(), route);
      }
      case Rule rule -> in(rule).put(rule.key(), rule);
    }
  }

  private static boolean withoutIpv6(
      SortedMap<MachineObject.Key, MachineObject> space, Address address) {
    return List.of(address.link(), "default").stream()
        .flatMap(
            name ->
                space.values().stream()
                    .filter(
                        o ->
                            o instanceof Sysctl s
                                && s.path().equals("net/ipv6/conf/" + name + "/disable_ipv6")))
        .findFirst()
        .filter(o -> o instanceof Sysctl s && s.value().equals("1"))
        .isPresent();
  }

  private void makeLink(Link link) throws Errno {
    var space = in(link);
    if (link.master().isPresent()) {
      needLink(link.namespace(), link.master().get());
    }
    if (space.get(link.key()) instanceof Link now && !now.kind().equals(link.kind())) {
      throw new Errno("File exists: link " + link.name() + " is another kind");
    }
    if (link.kind() instanceof LinkKind.Veth(var namespace, var peer, _, _)
        && !space.containsKey(link.key())) {
      if (!namespaces.containsKey(namespace)) {
        throw new Errno("Invalid argument: no namespace " + namespace);
      }
      if (exists(namespace, peer)) {
        throw new Errno("File exists: link " + peer + " in " + namespace);
      }
      peers.put(new Where(namespace, peer), link.key());
    }
    space.put(link.key(), link);
  }

  private void makeElement(Element element) throws Errno {
    var rules =
        in(element).values().stream()
            .filter(o -> o instanceof Ruleset r && belongs(element, r))
            .findFirst();
    if (rules.isEmpty()) {
      throw new Errno(
          "No such file or directory: table " + element.family() + " " + element.table());
    }
    var body = ((Ruleset) rules.get()).body();
    if (!body.contains("set " + element.set() + " {")
        && !body.contains("map " + element.set() + " {")) {
      throw new Errno(
          "No such file or directory: set " + element.set() + " of table " + element.table());
    }
    in(element).put(element.key(), element);
  }

  private static boolean reaches(SortedMap<MachineObject.Key, MachineObject> space, Route route) {
    return route.table() != Route.MAIN
        || LINK_LOCAL.contains(route.via().orElseThrow())
        || space.values().stream()
            .anyMatch(
                o ->
                    o instanceof Address a
                        && a.link().equals(route.link())
                        && a.cidr().subnet().contains(route.via().orElseThrow()));
  }

  void remove(MachineObject object) {
    var space = namespaces.get(object.namespace());
    if (space == null) {
      return;
    }
    switch (object) {
      case Namespace namespace -> removeNamespace(namespace.namespace());
      case Link link -> removeLink(link.key());
      case Ruleset rules -> {
        space.remove(rules.key());
        space.values().removeIf(o -> o instanceof Element e && belongs(e, rules));
      }
      case Sysctl setting -> space.remove(setting.key());
      case Element element -> space.remove(element.key());
      case Address address -> {
        space.remove(address.key());
        space
            .values()
            .removeIf(
                o ->
                    o instanceof Route r
                        && r.link().equals(address.link())
                        && r.via().isPresent()
                        && !reaches(space, r));
      }
      case Route _, Rule _ -> space.remove(object.key());
    }
  }

  void removeNamespace(NamespaceName name) {
    var gone = namespaces.get(name);
    if (gone == null) {
      return;
    }
    for (var key : List.copyOf(gone.keySet())) {
      if (key.kind() == Kind.LINK) {
        removeLink(key);
      }
    }
    Map.copyOf(peers)
        .forEach(
            (where, key) -> {
              if (where.namespace.equals(name)) {
                removeLink(key);
              }
            });
    namespaces.remove(name);
  }

  private void removeLink(MachineObject.Key key) {
    var space = namespaces.get(key.namespace());
    if (space == null || !(space.remove(key) instanceof Link link)) {
      return;
    }
    forget(link.namespace(), link.name());
    if (link.kind() instanceof LinkKind.Veth(var namespace, var peer, _, _)) {
      peers.remove(new Where(namespace, peer));
      forget(namespace, peer);
    }
    space.replaceAll(
        (_, o) ->
            o instanceof Link p && p.master().equals(Optional.of(link.name()))
                ? new Link(
                    p.namespace(), p.name(), p.kind(), Optional.empty(), p.mac(), p.mtu(), p.up())
                : o);
    namespaces
        .values()
        .forEach(each -> each.replaceAll((_, o) -> o instanceof Link p ? without(p, link) : o));
  }

  /// The pair, whose other end is a port of `master` no more.
  private static Link without(Link pair, Link master) {
    return pair.kind() instanceof LinkKind.Veth(var namespace, var peer, var mac, var peerMaster)
            && namespace.equals(master.namespace())
            && peerMaster.equals(Optional.of(master.name()))
        ? new Link(
            pair.namespace(),
            pair.name(),
            new LinkKind.Veth(namespace, peer, mac),
            pair.master(),
            pair.mac(),
            pair.mtu(),
            pair.up())
        : pair;
  }

  /// Deletes a link as somebody else would, by either end.
  void removeLink(NamespaceName namespace, String name) {
    removeLink(
        Optional.ofNullable(peers.get(new Where(namespace, name)))
            .orElse(new MachineObject.Key(Kind.LINK, namespace, name)));
  }

  private void forget(NamespaceName namespace, String link) {
    var space = namespaces.get(namespace);
    if (space != null) {
      space
          .values()
          .removeIf(
              o ->
                  switch (o) {
                    case Address a -> a.link().equals(link);
                    case Route r -> r.link().equals(link);
                    case Sysctl s -> s.link().equals(Optional.of(link));
                    case Namespace _, Ruleset _, Element _, Rule _, Link _ -> false;
                  });
    }
  }

  private SortedMap<MachineObject.Key, MachineObject> in(MachineObject object) throws Errno {
    var space = namespaces.get(object.namespace());
    if (space == null) {
      throw new Errno("No such file or directory: namespace " + object.namespace());
    }
    return space;
  }

  private void needLink(NamespaceName namespace, String link) throws Errno {
    if (!exists(namespace, link)) {
      throw new Errno("No such device: " + link + " in " + namespace);
    }
  }

  boolean exists(NamespaceName namespace, String link) {
    var space = namespaces.get(namespace);
    return (space != null && space.containsKey(new MachineObject.Key(Kind.LINK, namespace, link)))
        || peers.containsKey(new Where(namespace, link));
  }

  /// A link as its segment sees it.
  ///
  /// @param segment the bridge that the link is or is a port of, the NIC that it is a macvlan on,
  ///   or the link itself
  record Plug(Where segment, boolean up, Mac mac) {}

  /// Empty when there is no such link. The far ends of pairs are always up.
  Optional<Plug> plug(NamespaceName namespace, String name) {
    var pair = peers.get(new Where(namespace, name));
    var key = pair != null ? pair : new MachineObject.Key(Kind.LINK, namespace, name);
    if (!(get(key).orElse(null) instanceof Link link)) {
      return Optional.empty();
    }
    var unknown = Mac.local(key.hashCode());
    var segment =
        link.kind() instanceof LinkKind.Macvlan(var parent)
            ? new Where(NamespaceName.MACHINE, parent)
            : new Where(link.namespace(), link.master().orElse(link.name()));
    return Optional.of(
        pair != null && link.kind() instanceof LinkKind.Veth(_, _, var peerMac, _)
            ? new Plug(segment, true, peerMac)
            : new Plug(segment, link.up(), link.mac().orElse(unknown)));
  }

  private static boolean belongs(Element element, Ruleset rules) {
    return element.family().equals(rules.family()) && element.table().equals(rules.table());
  }

  Collection<NamespaceName> names() {
    return namespaces.keySet();
  }

  /// As an administrator would list it: namespace after namespace; the far ends of pairs are shown
  /// where they are.
  String text() {
    var out = new StringBuilder();
    namespaces.forEach(
        (name, objects) -> {
          out.append(name).append('\n');
          objects.values().stream()
              .filter(o -> !(o instanceof Namespace))
              .forEach(o -> out.append("  ").append(ObjectText.within(o)).append('\n'));
          peers.forEach(
              (where, key) -> {
                if (where.namespace.equals(name)) {
                  out.append("  link ")
                      .append(where.link)
                      .append(" peer of ")
                      .append(key.name())
                      .append(" in ")
                      .append(key.namespace())
                      .append('\n');
                }
              });
        });
    return out.toString();
  }
}
