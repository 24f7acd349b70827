package vch.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.Step;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Message;
import vch.kernel.rtnl.AddressMessages;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.RouteMessages;

/// Steps for addresses and routes. Holds no state of its own.
final class AddressSteps {
  /// Marks addresses (IFA_PROTO), routes (rtm_protocol) and rules (FRA_PROTOCOL) as ours. Not among
  /// those that linux/rtnetlink.h and iproute2 give names to.
  static final int PROTOCOL = 0x9a;

  private final Spaces spaces;
  private final LinkRemovals removals;

  AddressSteps(Spaces spaces, LinkRemovals removals) {
    this.spaces = spaces;
    this.removals = removals;
  }

  /// Addresses, or routes: not both, as routes may need addresses.
  void apply(List<Step> steps, Outcomes outcomes) {
    outcomes.eachNamespace(
        spaces,
        steps,
        (space, list) -> {
          if (!Outcomes.removes(list)) {
            removals.settle(space); // they hold what is to be set elsewhere
          }
          applyWithin(space, list, outcomes);
        });
  }

  private static void applyWithin(Space space, List<Step> steps, Outcomes outcomes) {
    var indexes = new HashMap<String, Optional<Integer>>();
    var removals = new Requests();
    var additions = new Requests();
    var routes = new ArrayList<Step>();
    var messages = new ArrayList<Message>();
    for (var step : steps) {
      var name = linkOf(step.object());
      var index = indexes.computeIfAbsent(name, n -> space.rtnl().link(n).map(LinkInfo::index));
      if (step instanceof Step.Remove) {
        forget(space, step.object());
        index.ifPresent(i -> remove(removals, step, i)); // without its link it is gone
      } else if (index.isEmpty()) {
        outcomes.fail(step, "there is no link " + name);
      } else {
        know(space, step);
        switch (step.object()) {
          case Address a ->
              additions.add(
                  step,
                  AddressMessages.set(
                      index.get(),
                      Addresses.inet(a.cidr().address()),
                      a.cidr().length(),
                      PROTOCOL));
          case Route r -> {
            routes.add(step);
            messages.add(message(space, r, index.get(), step instanceof Step.Add));
          }
          default -> throw new IllegalArgumentException(step + " is about no address or route");
        }
      }
    }
    removals.send(space.rtnl(), outcomes);
    additions.send(space.rtnl(), outcomes);
    restoreRoutes(space, steps, indexes);
    addRoutes(space, routes, messages, indexes, outcomes);
  }

  /// With the last IPv4 address of a link the kernel takes all its routes away, and tells nobody.
  /// When an address comes in its place, routes that were there are put back.
  private static void restoreRoutes(
      Space space, List<Step> steps, Map<String, Optional<Integer>> indexes) {
    var links =
        steps.stream()
            .filter(s -> !(s instanceof Step.Remove) && s.object() instanceof Address)
            .map(s -> linkOf(s.object()))
            .toList();
    var messages = new ArrayList<Message>();
    for (var route : space.known().routes()) {
      if (links.contains(route.link())) {
        indexes
            .getOrDefault(route.link(), Optional.empty())
            .ifPresent(i -> messages.add(message(space, route, i, true)));
      }
    }
    // Whether they could be is for the next observation to see: that the address is there is all
    // that was asked for.
    var _ = space.rtnl().batch(messages);
  }

  private static String linkOf(MachineObject object) {
    return switch (object) {
      case Address a -> a.link();
      case Route r -> r.link();
      default -> throw new IllegalArgumentException(object + " is no address or route");
    };
  }

  private static void forget(Space space, MachineObject object) {
    space.known().addresses().remove(object);
    space.known().routes().remove(object);
  }

  private static void know(Space space, Step step) {
    if (step instanceof Step.Change(var before, _)) {
      forget(space, before);
    }
    switch (step.object()) {
      case Address a -> space.known().addresses().add(a);
      case Route r -> space.known().routes().add(r);
      default -> throw new IllegalArgumentException(step + " is about no address or route");
    }
  }

  private static void remove(Requests requests, Step step, int link) {
    switch (step.object()) {
      case Address a ->
          requests.add(
              step,
              AddressMessages.remove(link, Addresses.inet(a.cidr().address()), a.cidr().length()),
              Errno.EADDRNOTAVAIL,
              Errno.ENODEV);
      case Route r ->
          requests.add(
              step,
              RouteMessages.remove(
                  Addresses.inet(r.to().first()),
                  r.to().length(),
                  r.via().map(Addresses::inet),
                  link,
                  r.table(),
                  PROTOCOL),
              Errno.ESRCH,
              Errno.ENODEV,
              Errno.ENETUNREACH);
      default -> throw new IllegalArgumentException(step + " is about no address or route");
    }
  }

  private static Message message(Space space, Route r, int link, boolean isNew) {
    var to = Addresses.inet(r.to().first());
    var via = r.via().map(Addresses::inet);
    var message =
        isNew
            ? RouteMessages.add(to, r.to().length(), via, link, r.table(), PROTOCOL)
            : RouteMessages.replace(to, r.to().length(), via, link, r.table(), PROTOCOL);
    r.source()
        .map(Addresses::inet)
        .or(() -> AccessAddresses.source(space, r))
        .ifPresent(s -> RouteMessages.from(message, s));
    return message;
  }

  /// A route that is there already is put right if it is ours, and left alone if not.
  private static void addRoutes(
      Space space,
      List<Step> steps,
      List<Message> messages,
      Map<String, Optional<Integer>> indexes,
      Outcomes outcomes) {
    if (steps.isEmpty()) {
      return;
    }
    var again = new Requests();
    var acks = space.rtnl().batch(messages);
    for (int i = 0; i < acks.size(); i++) {
      var step = steps.get(i);
      if (acks.get(i).is(Errno.EEXIST)) {
        var route = (Route) step.object();
        if (isOurs(space, route)) {
          again.add(
              step,
              message(
                  space,
                  route,
                  indexes.getOrDefault(route.link(), Optional.empty()).orElseThrow(),
                  false));
        } else {
          outcomes.fail(step, "there is a route to it already, and it is not ours");
        }
      } else if (!acks.get(i).ok()) {
        outcomes.fail(step, acks.get(i).reason());
      }
    }
    again.send(space.rtnl(), outcomes);
  }

  private static boolean isOurs(Space space, Route route) {
    return space.rtnl().routes().stream()
        .anyMatch(
            r ->
                r.protocol() == PROTOCOL
                    && r.table() == route.table()
                    && r.length() == route.to().length()
                    && Addresses.ip(r.to()).equals(route.to().first()));
  }
}
