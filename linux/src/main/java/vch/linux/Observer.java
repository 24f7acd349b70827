package vch.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.kernel.nft.TableName;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.RouteInfo;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Mac;

/// Looks at what is ours. For one look, on one thread.
final class Observer {
  private static final String LO = "lo";

  private final Spaces spaces;
  private final String daemon;
  private final RulesetSteps rulesets;
  private final Map<NamespaceName, List<Sysctl>> settings = new HashMap<>();
  private final Map<MachineObject.Key, MachineObject> wanted = new HashMap<>();

  Observer(Spaces spaces, String daemon, RulesetSteps rulesets, Collection<MachineObject> wanted) {
    this.spaces = spaces;
    this.daemon = daemon;
    this.rulesets = rulesets;
    for (var object : wanted) {
      this.wanted.put(object.key(), object);
      if (object instanceof Sysctl setting) {
        settings.computeIfAbsent(setting.namespace(), _ -> new ArrayList<>()).add(setting);
      }
    }
  }

  /// All that is ours in one namespace; nothing if it goes away meanwhile.
  List<MachineObject> observe(Space space) {
    var out = new ArrayList<MachineObject>();
    try {
      if (!isMachine(space)) {
        out.add(new Namespace(space.name()));
      }
      out.addAll(SysctlSteps.observe(space, settings.getOrDefault(space.name(), List.of())));
      tables(space, out);
      network(space, out);
      return out;
    } catch (IllegalStateException | Space.Gone e) {
      if (space.isClosed()) {
        return List.of();
      }
      throw e;
    }
  }

  private static boolean isMachine(Space space) {
    return space.name().equals(NamespaceName.MACHINE);
  }

  private void tables(Space space, List<MachineObject> out) {
    var tables = rulesets.tables(space);
    for (var table : tables) {
      out.add(rulesets.observe(space, table, wantedRules(space, table)));
      for (var set : space.nft().sets(table)) {
        if (!set.isAnonymous()) {
          out.addAll(ElementSteps.observe(space, set));
        }
      }
    }
    if (tables.isEmpty() && !isMachine(space)) {
      space.releaseNft();
    }
  }

  private Optional<Ruleset> wantedRules(Space space, TableName table) {
    var key = new Ruleset(space.name(), table.family(), table.name(), "").key();
    return wanted.get(key) instanceof Ruleset rules ? Optional.of(rules) : Optional.empty();
  }

  private void network(Space space, List<MachineObject> out) {
    var names = new HashMap<Integer, String>();
    var ours = new HashMap<Integer, String>();
    var links = space.rtnl().links();
    links.forEach(l -> names.put(l.index(), l.name()));
    var adopted = new HashSet<Integer>();
    links.stream().filter(l -> LinkSteps.isAdopted(daemon, l)).forEach(l -> adopted.add(l.index()));
    for (var link : links) {
      if (link.name().equals(LO)) {
        if (!isMachine(space)) {
          ours.put(link.index(), LO);
          if (link.up()) {
            seen(space, loopback(space, link), out);
          }
        }
        continue;
      }
      LinkMark.parse(daemon, link.alias())
          .ifPresent(
              mark -> {
                ours.put(link.index(), link.name());
                if (!(mark instanceof LinkMark.Peer)) {
                  seen(space, link(space, link, mark, names, adopted), out);
                }
              });
    }
    addresses(space, ours, out);
    routes(space, ours, out);
    if (!isMachine(space)) {
      rules(space, out);
    }
  }

  private static void seen(Space space, Link link, List<MachineObject> out) {
    space.known().link(link);
    out.add(link);
  }

  private static Link loopback(Space space, LinkInfo link) {
    return new Link(
        space.name(),
        LO,
        new LinkKind.Loopback(),
        Optional.empty(),
        Optional.empty(),
        link.mtu(),
        true);
  }

  private Link link(
      Space space, LinkInfo link, LinkMark mark, Map<Integer, String> names, Set<Integer> adopted) {
    var peer = mark instanceof LinkMark.Port port ? peer(link, port) : Optional.<LinkInfo>empty();
    var kind =
        switch (mark) {
          case LinkMark.Bridge _ -> new LinkKind.Bridge();
          case LinkMark.Macvlan _ -> new LinkKind.Macvlan(parent(space, link));
          case LinkMark.HostAccess _ ->
              new LinkKind.HostAccess(
                  parent(space, link),
                  AccessAddresses.same(space.rtnl(), link.lower(), link.index()));
          case LinkMark.Port(var namespace, var name) ->
              peer.map(
                      p ->
                          new LinkKind.Veth(
                              namespace, name, new Mac(p.mac()), master(namespace, p)))
                  // It was moved or renamed: no pair that anybody wants, so it is made anew.
                  .orElseGet(() -> new LinkKind.Veth(namespace, "", new Mac(0)));
          case LinkMark.Peer _ ->
              throw new IllegalArgumentException("the far end of a pair is no object");
        };
    // The far end is made to be up, and marked: a pair with that end down, or not yet marked, is
    // not up.
    boolean up =
        link.up()
            && peer.map(p -> p.up() && LinkMark.parse(daemon, p.alias()).isPresent()).orElse(true);
    var master =
        link.master() == 0
            ? Optional.<String>empty()
            : Optional.of(names.getOrDefault(link.master(), "link " + link.master()));
    var out =
        new Link(
            space.name(),
            link.name(),
            kind,
            master,
            mac(space, link),
            mtu(space, link, adopted),
            up);
    if (kind instanceof LinkKind.Veth veth && peer.isPresent()) {
      spaces.find(veth.peerNamespace()).ifPresent(s -> s.known().peer(out, veth));
    }
    return out;
  }

  /// What an adopted bridge has more than wanted is not reported.
  private int mtu(Space space, LinkInfo link, Set<Integer> adopted) {
    return wantedLink(space, link)
        .filter(_ -> adopted.contains(link.master()))
        .map(w -> Math.min(link.mtu(), w.mtu()))
        .orElse(link.mtu());
  }

  /// An Ethernet address that nobody asked for is not reported.
  private Optional<Mac> mac(Space space, LinkInfo link) {
    return wantedLink(space, link).filter(w -> w.mac().isEmpty()).isPresent()
        ? Optional.empty()
        : Optional.of(new Mac(link.mac()));
  }

  private Optional<Link> wantedLink(Space space, LinkInfo link) {
    var key = new MachineObject.Key(MachineObject.Kind.LINK, space.name(), link.name());
    return wanted.get(key) instanceof Link w ? Optional.of(w) : Optional.empty();
  }

  private Optional<LinkInfo> peer(LinkInfo link, LinkMark.Port port) {
    return spaces
        .find(port.peerNamespace())
        .flatMap(s -> s.rtnl().link(port.peer()))
        .filter(p -> p.index() == link.lower() && p.lower() == link.index());
  }

  private Optional<String> master(NamespaceName namespace, LinkInfo link) {
    return link.master() == 0
        ? Optional.empty()
        : Optional.of(
            spaces
                .find(namespace)
                .flatMap(s -> s.rtnl().link(link.master()))
                .map(LinkInfo::name)
                .orElse("link " + link.master()));
  }

  /// The NIC that a macvlan is on. One that was renamed is still that NIC, as long as no other has
  /// its name: nothing could be made in the place of what is there and works.
  private String parent(Space space, LinkInfo link) {
    var rtnl = spaces.machine().rtnl();
    return wantedLink(space, link)
        .flatMap(w -> parent(w.kind()))
        .filter(nic -> link.lower() != 0 && rtnl.link(nic).isEmpty())
        .orElseGet(() -> rtnl.link(link.lower()).map(LinkInfo::name).orElse(""));
  }

  private static Optional<String> parent(LinkKind kind) {
    return switch (kind) {
      case LinkKind.Macvlan(var parent) -> Optional.of(parent);
      case LinkKind.HostAccess(var uplink, _) -> Optional.of(uplink);
      case LinkKind.Bridge _, LinkKind.Veth _, LinkKind.Loopback _ -> Optional.empty();
    };
  }

  private static void addresses(Space space, Map<Integer, String> ours, List<MachineObject> out) {
    var now = new ArrayList<Address>();
    for (var address : space.rtnl().addresses()) {
      if (address.protocol() == AddressSteps.PROTOCOL && ours.containsKey(address.link())) {
        now.add(
            new Address(
                space.name(),
                ours.getOrDefault(address.link(), ""),
                new Cidr(Addresses.ip(address.address()), address.length())));
      }
    }
    space.known().addresses().addAll(now);
    out.addAll(now);
  }

  private static void routes(Space space, Map<Integer, String> ours, List<MachineObject> out) {
    var now = new ArrayList<Route>();
    for (var route : space.rtnl().routes()) {
      if (route.protocol() == AddressSteps.PROTOCOL
          && (route.table() == RouteInfo.TABLE_MAIN || !isMachine(space))
          && route.type() == RouteInfo.UNICAST
          && ours.containsKey(route.link())) {
        now.add(
            new Route(
                space.name(),
                Addresses.subnet(route.to(), route.length()),
                route.via().map(Addresses::ip),
                ours.getOrDefault(route.link(), ""),
                route.table(),
                // The machine's own are under the address of a NIC, whichever that has now.
                isMachine(space) ? Optional.empty() : route.source().map(Addresses::ip)));
      }
    }
    space.known().routes().addAll(now);
    out.addAll(now);
  }

  private static void rules(Space space, List<MachineObject> out) {
    for (var info : space.rtnl().rules()) {
      RuleSteps.rule(space.name(), info)
          .ifPresent(
              rule -> {
                space.known().rules().add(rule);
                out.add(rule);
              });
    }
  }
}
