package vch.engine.plan;

import java.util.List;
import vch.engine.desired.Publications;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.Step;

/// Steps that do not depend on each other; all of them come after those of earlier stages.
public record Stage(Order order, List<Step> steps) {
  public Stage {
    steps = List.copyOf(steps);
  }

  /// The stages of a plan. Down comes first, so that a name or address that moves is free when it
  /// is wanted elsewhere. Nothing is translated towards an address that is leaving, and no port is
  /// up without its guards: publications go first and come last, guards come before their port and
  /// go after it.
  public enum Order {
    UNPUBLISH("unpublish"),
    REMOVE_ROUTES("remove routes"),
    REMOVE_ADDRESSES("remove addresses"),
    REMOVE_LINKS("remove links"),
    NAMESPACES("namespaces"),
    SETTINGS("settings"),
    /// Links that are to be guarded at a hook of their own: there, and down.
    LINKS_DOWN("links, down"),
    RULES("rules"),
    GUARDS("guards"),
    /// Links that are ports of none: bridges above all.
    LINKS("links"),
    PORTS("ports"),
    LINK_SETTINGS("settings of links"),
    ADDRESSES("addresses"),
    /// Routes without a gateway, which make gateways of others reachable.
    CONNECTED_ROUTES("connected routes"),
    ROUTES("routes"),
    PUBLISH("publish"),
    REMOVE_GUARDS("remove guards"),
    REMOVE_RULES("remove rules"),
    REMOVE_NAMESPACES("remove namespaces");

    private final String words;

    Order(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }

    /// True for stages that only take away: they go on whatever has failed before.
    public boolean removes() {
      return compareTo(REMOVE_LINKS) <= 0 || compareTo(REMOVE_GUARDS) >= 0;
    }

    static Order of(Step step) {
      return switch (step) {
        case Step.Add(var object) -> making(object);
        case Step.Change(_, var object) -> making(object);
        case Step.Remove(var object) -> removing(object);
      };
    }

    private static Order making(MachineObject object) {
      return switch (object) {
        case MachineObject.Namespace _ -> NAMESPACES;
        case Sysctl setting -> setting.link().isPresent() ? LINK_SETTINGS : SETTINGS;
        case MachineObject.Ruleset _ -> RULES;
        case Element element -> Publications.is(element) ? PUBLISH : GUARDS;
        case Link link when !link.up() -> LINKS_DOWN;
        case Link link -> link.master().isEmpty() ? LINKS : PORTS;
        case MachineObject.Address _ -> ADDRESSES;
        case Route route -> route.via().isEmpty() ? CONNECTED_ROUTES : ROUTES;
        case MachineObject.Rule _ -> ROUTES; // an empty table leads nowhere, so the order is free
      };
    }

    private static Order removing(MachineObject object) {
      return switch (object) {
        case MachineObject.Namespace _ -> REMOVE_NAMESPACES;
        case Sysctl _ -> throw new IllegalArgumentException("a setting cannot be removed");
        case MachineObject.Ruleset _ -> REMOVE_RULES;
        case Element element -> Publications.is(element) ? UNPUBLISH : REMOVE_GUARDS;
        case Link _ -> REMOVE_LINKS;
        case MachineObject.Address _ -> REMOVE_ADDRESSES;
        case Route _, MachineObject.Rule _ -> REMOVE_ROUTES;
      };
    }
  }
}
