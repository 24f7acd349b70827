package vch.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.kernel.netlink.Message;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.LinkMessages;
import vch.kernel.rtnl.LinkSettings;

/// Steps for links. For one thread; other threads may have objects of their own.
final class LinkSteps {
  private static final String LO = "lo";

  private final Spaces spaces;
  private final String daemon;
  private final LinkRemovals removals;

  /// Removed since the last [#finish()].
  private final List<Leaving> leaving = new ArrayList<>();

  /// Steps of one machine.
  ///
  /// @param daemon the word that marks links of ours
  LinkSteps(Spaces spaces, String daemon, LinkRemovals removals) {
    this.spaces = spaces;
    this.daemon = daemon;
    this.removals = removals;
  }

  private record Leaving(Space space, NamespaceName peer) {}

  private record Make(Step step, Link link, boolean isNew) {}

  void apply(List<Step> steps, Outcomes outcomes) {
    Map<NamespaceName, List<Step>> removed = new TreeMap<>();
    Map<NamespaceName, List<Make>> made = new TreeMap<>();
    for (var step : steps) {
      var link = (Link) step.object();
      switch (step) {
        case Step.Remove _ ->
            removed.computeIfAbsent(link.namespace(), _ -> new ArrayList<>()).add(step);
        case Step.Add _ ->
            made.computeIfAbsent(link.namespace(), _ -> new ArrayList<>())
                .add(new Make(step, link, true));
        case Step.Change _ ->
            made.computeIfAbsent(link.namespace(), _ -> new ArrayList<>())
                .add(new Make(step, link, false));
      }
    }
    removed.forEach(
        (namespace, list) ->
            outcomes.attempt(
                list,
                () -> spaces.find(namespace).ifPresent(space -> remove(space, list, outcomes))));
    made.forEach(
        (namespace, list) ->
            outcomes.attempt(
                list.stream().map(Make::step).toList(),
                () -> make(spaces.get(namespace), list, outcomes)));
    peers(made.values().stream().flatMap(List::stream).toList(), outcomes);
  }

  /// A new link and its mark go in one call, so that a process that is killed leaves no link that
  /// nobody knows.
  private void make(Space space, List<Make> list, Outcomes outcomes) {
    removals.settle(space); // a name may come back
    for (var make : list) {
      if (make.link.kind() instanceof LinkKind.Veth veth) {
        spaces.find(veth.peerNamespace()).ifPresent(removals::settle);
      }
    }
    var masters = new HashMap<String, Optional<LinkInfo>>();
    var requests = new Requests();
    for (var make : list) {
      outcomes.attempt(
          List.of(make.step),
          () -> {
            var creation = make.isNew ? creation(space, make, outcomes) : Optional.<Message>empty();
            var settings = settings(space, make, masters, outcomes);
            if (!outcomes.failed(make.step)) {
              creation.ifPresent(message -> requests.add(make.step, message, nameTaken(make.link)));
              requests.add(make.step, settings.message(make.link.name()));
              space.known().link(make.link);
            }
          });
    }
    requests.send(space.rtnl(), outcomes);
    for (var make : list) {
      if (make.link.kind() instanceof LinkKind.HostAccess(var uplink, _)
          && !outcomes.failed(make.step)) {
        outcomes.attempt(
            List.of(make.step), () -> AccessAddresses.copy(space.rtnl(), uplink, make.link.name()));
      }
    }
  }

  private LinkSettings settings(
      Space space, Make make, Map<String, Optional<LinkInfo>> masters, Outcomes outcomes) {
    var link = make.link;
    var settings = LinkSettings.of(link.up());
    if (link.kind() instanceof LinkKind.Loopback) {
      return make.isNew ? settings : settings.withMtu(link.mtu());
    }
    settings = settings.withAlias(LinkMark.alias(daemon, link.kind()));
    if (link.mac().isPresent()) {
      settings = settings.withMac(link.mac().get().bytes());
    }
    // A bridge follows the smallest MTU of its ports until it is told one.
    if (!make.isNew || !(link.kind() instanceof LinkKind.Veth)) {
      settings = settings.withMtu(link.mtu());
    }
    if (link.master().isEmpty()) {
      return make.isNew ? settings : settings.withMaster(0);
    }
    var name = link.master().get();
    var master = masters.computeIfAbsent(name, n -> space.rtnl().link(n));
    if (master.isEmpty()) {
      space.known().missed(name, space.name());
      outcomes.fail(make.step, "there is no link " + name + " to be a port of");
      return settings;
    }
    // Of an adopted bridge, too; it must not follow ours.
    return (isAdopted(daemon, master.get()) && master.get().mtu() > link.mtu()
            ? settings.withMtu(master.get().mtu())
            : settings)
        .withMaster(master.get().index());
  }

  /// True for a bridge that is not ours. Ports that we plug into it have its MTU where that is more
  /// than wanted: a pair's other end has what is wanted, and takes in no more.
  static boolean isAdopted(String daemon, LinkInfo master) {
    return LinkMark.parse(daemon, master.alias()).isEmpty();
  }

  /// The request that makes the link; empty when it is there, or when this has made it.
  private Optional<Message> creation(Space space, Make make, Outcomes outcomes) {
    var link = make.link;
    if (link.kind() instanceof LinkKind.Loopback) {
      return Optional.empty();
    }
    var now = space.rtnl().link(link.name());
    if (now.isPresent()) {
      if (!isOurs(space, link, now.get())) {
        outcomes.fail(make.step, "a link of that name is there already and is not ours");
      }
      return Optional.empty();
    }
    return switch (link.kind()) {
      case LinkKind.Bridge _ -> Optional.of(LinkMessages.bridge(link.name()));
      case LinkKind.Veth(var namespace, var peer, var mac, _) ->
          Optional.of(
              LinkMessages.veth(
                  link.name(), link.mtu(), peer, spaces.get(namespace).fd(), mac.bytes()));
      case LinkKind.Macvlan(var parent) -> macvlan(space, make, parent, outcomes);
      case LinkKind.HostAccess(var uplink, _) -> macvlan(space, make, uplink, outcomes);
      case LinkKind.Loopback _ -> Optional.empty();
    };
  }

  /// A macvlan is made where its parent is, and born in its namespace. A link without a mark in a
  /// namespace of ours is what is left when a process is killed between that and marking it.
  private boolean isOurs(Space space, Link link, LinkInfo now) {
    return now.alias().equals(LinkMark.alias(daemon, link.kind()))
        || (link.kind() instanceof LinkKind.Macvlan
            && now.kind().equals("macvlan")
            && now.alias().isEmpty()
            && space != spaces.machine());
  }

  private Optional<Message> macvlan(Space space, Make make, String parent, Outcomes outcomes) {
    var machine = spaces.machine();
    var below = machine.rtnl().link(parent);
    if (below.isEmpty()) {
      machine.known().missed(parent, space.name());
      outcomes.fail(make.step, "there is no link " + parent + " on the machine");
      return Optional.empty();
    }
    var message = LinkMessages.macvlan(make.link.name(), below.get().index(), space.fd());
    if (space == machine) {
      return Optional.of(message);
    }
    var ack = machine.rtnl().request(message);
    if (!ack.ok()) {
      outcomes.fail(make.step, ack.reason());
    }
    return Optional.empty();
  }

  /// What "file exists" means for a link whose own name was free a moment ago.
  private static String nameTaken(Link link) {
    return link.kind() instanceof LinkKind.Veth(var namespace, var peer, _, _)
        ? "link " + peer + " in " + namespace + " is there already"
        : "a link of that name is there already";
  }

  /// The far ends of pairs: marked and set up in their own namespaces, one call for each.
  private void peers(List<Make> list, Outcomes outcomes) {
    Map<NamespaceName, Requests> all = new TreeMap<>();
    Map<NamespaceName, List<Step>> steps = new TreeMap<>();
    for (var make : list) {
      if (make.link.kind() instanceof LinkKind.Veth veth && !outcomes.failed(make.step)) {
        outcomes.attempt(
            List.of(make.step),
            () -> {
              spaces.get(veth.peerNamespace()).known().peer(make.link, veth);
              var requests = all.computeIfAbsent(veth.peerNamespace(), _ -> new Requests());
              steps.computeIfAbsent(veth.peerNamespace(), _ -> new ArrayList<>()).add(make.step);
              var settings = LinkSettings.of(true).withAlias(LinkMark.peerAlias(daemon));
              if (!make.isNew) {
                settings = settings.withMac(veth.peerMac().bytes()).withMtu(make.link.mtu());
              }
              if (veth.peerMaster().isPresent()) {
                settings = settings.withMaster(peerMaster(veth, veth.peerMaster().get()));
              }
              requests.add(make.step, settings.message(veth.peer()));
            });
      }
    }
    all.forEach(
        (namespace, requests) ->
            outcomes.attempt(
                steps.getOrDefault(namespace, List.of()),
                () -> requests.send(spaces.get(namespace).rtnl(), outcomes)));
  }

  private int peerMaster(LinkKind.Veth veth, String name) {
    return spaces
        .get(veth.peerNamespace())
        .rtnl()
        .link(name)
        .map(LinkInfo::index)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "there is no link "
                        + name
                        + " in "
                        + veth.peerNamespace()
                        + " to be a port of"));
  }

  private void remove(Space space, List<Step> list, Outcomes outcomes) {
    var going = new ArrayList<LinkRemovals.Going>();
    for (var step : list) {
      var link = (Link) step.object();
      boolean known = space.known().link(link.name()).isPresent();
      space.known().forgetLink(link.name());
      if (link.kind() instanceof LinkKind.Veth(var namespace, var peer, _, _)) {
        spaces.find(namespace).ifPresent(s -> s.known().forgetLink(peer));
      }
      if (link.kind() instanceof LinkKind.Loopback) {
        space
            .rtnl()
            .request(LinkSettings.of(false).message(LO))
            .check("set lo down", "in " + space.name());
        continue;
      }
      // Looking would wait for removals that are under way; who removes looks again.
      var now = known ? Optional.<LinkInfo>empty() : space.rtnl().link(link.name());
      if (now.isPresent() && LinkMark.parse(daemon, now.get().alias()).isEmpty()) {
        outcomes.fail(step, "the link of that name is not ours");
      } else if (known || now.isPresent()) {
        var peer = Optional.<Space>empty();
        if (link.kind() instanceof LinkKind.Veth(var namespace, _, _, _)) {
          leaving.add(new Leaving(space, namespace));
          peer = spaces.find(namespace);
        }
        going.add(new LinkRemovals.Going(link.name(), peer));
      }
    }
    removals.remove(space, going);
  }

  /// Waits for links to be gone whose far end is in a namespace that is still there: whatever runs
  /// in it must not be heard any more.
  void finish() {
    var left = List.copyOf(leaving);
    leaving.clear();
    left.stream()
        .filter(l -> spaces.find(l.peer).isPresent())
        .map(Leaving::space)
        .distinct()
        .forEach(removals::settle);
  }
}
