package vch.engine.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import vch.engine.desired.Publications;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Kind;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;

/// Compares the desired machine with the observed one. Pure.
public final class Planner {
  private final Map<MachineObject.Key, MachineObject> want = new TreeMap<>();
  private final Map<MachineObject.Key, MachineObject> have = new TreeMap<>();
  private final EnumMap<Stage.Order, List<Step>> steps = new EnumMap<>(Stage.Order.class);

  private Planner(
      Collection<? extends MachineObject> desired, Collection<? extends MachineObject> observed) {
    desired.forEach(o -> want.put(o.key(), o));
    observed.forEach(o -> have.put(o.key(), o));
  }

  /// The steps from `observed` to `desired`. Each observed object that is not desired is removed,
  /// so `observed` must hold only what is ours.
  public static Plan plan(
      Collection<? extends MachineObject> desired, Collection<? extends MachineObject> observed) {
    return new Planner(desired, observed).plan();
  }

  private Plan plan() {
    remakeLinks();
    forgetWhatGoesAlong();
    for (var entry : want.entrySet()) {
      var object = entry.getValue();
      var now = have.get(entry.getKey());
      if (now == null && object instanceof Link link && link.up() && isHooked(link)) {
        add(new Step.Add(down(link)));
        add(new Step.Change(down(link), link));
      } else if (now == null) {
        add(new Step.Add(object));
      } else if (object instanceof MachineObject.Element element
          && Publications.is(element)
          && !now.equals(object)) {
        // It points at an address that may be leaving: gone with the first stages, back with the
        // last.
        add(new Step.Remove(now));
        add(new Step.Add(object));
      } else if (!satisfies(now, object)) {
        add(new Step.Change(now, object));
      }
    }
    for (var entry : have.entrySet()) {
      // A setting has no absence to go back to; it ends with its namespace.
      if (!want.containsKey(entry.getKey()) && entry.getKey().kind() != Kind.SYSCTL) {
        add(new Step.Remove(entry.getValue()));
      }
    }
    var stages = new ArrayList<Stage>();
    steps.forEach((order, list) -> stages.add(new Stage(order, list)));
    return new Plan(stages);
  }

  /// True where a table of the link's namespace may be at a hook of the link itself. Kernels before
  /// 6.16 take such a table only when the link is there; it must not be up without.
  private static boolean isHooked(Link link) {
    return link.kind() instanceof LinkKind.Macvlan;
  }

  private static Link down(Link link) {
    return new Link(
        link.namespace(), link.name(), link.kind(), link.master(), link.mac(), link.mtu(), false);
  }

  private void add(Step step) {
    steps.computeIfAbsent(Stage.Order.of(step), _ -> new ArrayList<>()).add(step);
  }

  /// The kernel does not turn one kind of link into another, nor move the other end of a pair:
  /// remove and make anew.
  private void remakeLinks() {
    for (var object : List.copyOf(have.values())) {
      if (object instanceof Link now
          && want.get(now.key()) instanceof Link wanted
          && !now.kind().equals(wanted.kind())) {
        add(new Step.Remove(now));
        goAlong(now);
        have.remove(now.key());
      }
    }
  }

  /// What the kernel takes away by itself when a namespace, a link or a table goes is no step, and
  /// is to be made again where it is wanted.
  private void forgetWhatGoesAlong() {
    for (var object : List.copyOf(have.values())) {
      var wanted = want.get(object.key());
      switch (object) {
        case MachineObject.Namespace(var namespace) -> {
          if (wanted == null) {
            have.values()
                .removeIf(o -> o.namespace().equals(namespace) && o.key().kind() != Kind.NAMESPACE);
          }
        }
        case Link link -> {
          if (wanted == null && have.containsKey(link.key())) {
            goAlong(link);
          }
        }
        case MachineObject.Ruleset rules -> {
          if (!rules.equals(wanted)) {
            have.values().removeIf(o -> o instanceof MachineObject.Element e && e.isIn(rules));
          }
        }
        case MachineObject.Sysctl _,
            MachineObject.Element _,
            MachineObject.Address _,
            MachineObject.Route _,
            MachineObject.Rule _ -> {}
      }
    }
    forgetSettingsOfNewLinks();
  }

  /// A machine says of a setting that is not there that it is as wanted. That of a link is not
  /// there before the link is.
  private void forgetSettingsOfNewLinks() {
    var there = new HashSet<End>();
    have.values()
        .forEach(
            o -> {
              if (o instanceof Link link) {
                there.addAll(ends(link));
              }
            });
    have.values()
        .removeIf(
            o ->
                o instanceof MachineObject.Sysctl s
                    && s.link()
                        .filter(l -> !there.contains(new End(s.namespace(), l)))
                        .isPresent());
  }

  private void goAlong(Link link) {
    var ends = ends(link);
    have.values()
        .removeIf(
            o ->
                switch (o) {
                  case MachineObject.Address a -> ends.contains(new End(a.namespace(), a.link()));
                  case MachineObject.Route r -> ends.contains(new End(r.namespace(), r.link()));
                  case MachineObject.Sysctl s ->
                      s.link().filter(l -> ends.contains(new End(s.namespace(), l))).isPresent();
                  // Before kernel 6.16 a chain at the link's hooks goes with it.
                  case MachineObject.Ruleset r -> isHooked(link) && isAtLinks(r, link);
                  case MachineObject.Element e -> isHooked(link) && isAtLinks(e, link);
                  case MachineObject.Namespace _, MachineObject.Rule _, Link _ -> false;
                });
    // Ports of a bridge that goes stay, without a master.
    for (var port : List.copyOf(have.values())) {
      if (port instanceof Link p
          && p.namespace().equals(link.namespace())
          && p.master().equals(Optional.of(link.name()))) {
        have.put(
            p.key(),
            new Link(
                p.namespace(), p.name(), p.kind(), Optional.empty(), p.mac(), p.mtu(), p.up()));
      }
    }
  }

  private static boolean isAtLinks(MachineObject.Ruleset rules, Link link) {
    return rules.family().equals("netdev") && rules.namespace().equals(link.namespace());
  }

  private static boolean isAtLinks(MachineObject.Element element, Link link) {
    return element.family().equals("netdev") && element.namespace().equals(link.namespace());
  }

  private record End(NamespaceName namespace, String link) {}

  private static Set<End> ends(Link link) {
    var ends = new HashSet<End>();
    ends.add(new End(link.namespace(), link.name()));
    if (link.kind() instanceof LinkKind.Veth(var namespace, var peer, _, _)) {
      ends.add(new End(namespace, peer));
    }
    return ends;
  }

  /// Equal, but for an Ethernet address that nobody asked for.
  private static boolean satisfies(MachineObject now, MachineObject wanted) {
    if (now instanceof Link a && wanted instanceof Link b && b.mac().isEmpty()) {
      return new Link(a.namespace(), a.name(), a.kind(), a.master(), b.mac(), a.mtu(), a.up())
          .equals(b);
    }
    return now.equals(wanted);
  }
}
