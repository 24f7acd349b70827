package vch.engine.machine;

import java.util.Optional;
import vch.engine.machine.MachineObject.LinkKind;

/// Prints machine objects, one line each, in the words of ip(8) and nft(8).
public final class ObjectText {
  private ObjectText() {}

  /// Namespace, what it is, its settings.
  public static String of(MachineObject object) {
    return object.namespace() + ": " + within(object);
  }

  /// Without the namespace.
  public static String within(MachineObject object) {
    return name(object) + " " + settings(object);
  }

  private static String name(MachineObject object) {
    return switch (object) {
      case MachineObject.Namespace _ -> "namespace";
      case MachineObject.Sysctl s -> "sysctl " + s.path();
      case MachineObject.Ruleset r -> "table " + r.family() + " " + r.table();
      case MachineObject.Link l -> "link " + l.name();
      case MachineObject.Element e ->
          "element " + e.family() + " " + e.table() + " " + e.set() + " " + Part.text(e.parts());
      case MachineObject.Address a -> "address " + a.cidr();
      case MachineObject.Route r ->
          "route "
              + (r.to().length() == 0 ? "default" : r.to().toString())
              + (r.table() == MachineObject.Route.MAIN ? "" : " table " + r.table());
      case MachineObject.Rule r -> "rule from " + r.from();
    };
  }

  /// What may change while the object stays the same.
  public static String settings(MachineObject object) {
    return switch (object) {
      case MachineObject.Namespace n -> n.namespace().value();
      case MachineObject.Sysctl s -> "= " + s.value();
      case MachineObject.Ruleset r ->
          r.body().lines().count() + " lines, " + Integer.toHexString(r.body().hashCode());
      case MachineObject.Link l ->
          kind(l.kind())
              + l.master().map(m -> " master " + m).orElse("")
              + l.mac().map(m -> " address " + m).orElse("")
              + " mtu "
              + l.mtu()
              + (l.up() ? " up" : " down");
      case MachineObject.Element e -> e.data().isEmpty() ? "(in)" : ": " + Part.text(e.data());
      case MachineObject.Address a -> "dev " + a.link();
      case MachineObject.Route r ->
          Optional.of(r).flatMap(MachineObject.Route::via).map(v -> "via " + v + " ").orElse("")
              + "dev "
              + r.link()
              + r.source().map(from -> " src " + from).orElse("");
      case MachineObject.Rule r -> "lookup " + r.table();
    };
  }

  private static String kind(LinkKind kind) {
    return switch (kind) {
      case LinkKind.Bridge _ -> "bridge";
      case LinkKind.Veth(var namespace, var peer, var mac, var master) ->
          "veth peer "
              + peer
              + " in "
              + namespace
              + master.map(m -> " master " + m).orElse("")
              + " address "
              + mac;
      case LinkKind.Macvlan(var parent) -> "macvlan on " + parent;
      case LinkKind.HostAccess(var uplink, var current) ->
          "host access on " + uplink + (current ? "" : " with old addresses");
      case LinkKind.Loopback _ -> "loopback";
    };
  }
}
