package vch.linux;

import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Message;
import vch.kernel.rtnl.RuleInfo;
import vch.kernel.rtnl.RuleMessages;

/// Steps for rules of routing. Holds no state of its own.
final class RuleSteps {
  /// Of all our rules: no two concern the same packets. After the kernel's own addresses (0),
  /// before the main table (32766).
  private static final int PRIORITY = 1000;

  private final Spaces spaces;

  RuleSteps(Spaces spaces) {
    this.spaces = spaces;
  }

  /// What the kernel shows, if it can be one of ours.
  static Optional<Rule> rule(NamespaceName namespace, RuleInfo info) {
    return info.from()
        .filter(
            from ->
                info.protocol() == AddressSteps.PROTOCOL
                    && info.length() == from.getAddress().length * 8)
        .map(from -> new Rule(namespace, Addresses.ip(from), info.table()));
  }

  void apply(List<Step> steps, Outcomes outcomes) {
    outcomes.eachNamespace(spaces, steps, (space, list) -> applyWithin(space, list, outcomes));
  }

  private static void applyWithin(Space space, List<Step> steps, Outcomes outcomes) {
    var removals = new Requests();
    var additions = new Requests();
    for (var step : steps) {
      switch (step) {
        case Step.Add(var object) -> add(space, additions, step, (Rule) object);
        case Step.Change(var before, var object) -> {
          remove(space, removals, step, (Rule) before);
          add(space, additions, step, (Rule) object);
        }
        case Step.Remove(var object) -> remove(space, removals, step, (Rule) object);
      }
    }
    removals.send(space.rtnl(), outcomes);
    additions.send(space.rtnl(), outcomes);
  }

  private static void add(Space space, Requests requests, Step step, Rule rule) {
    space.known().rules().add(rule);
    requests.add(step, added(rule), Errno.EEXIST);
  }

  private static void remove(Space space, Requests requests, Step step, Rule rule) {
    space.known().rules().remove(rule);
    requests.add(
        step,
        RuleMessages.remove(
            Addresses.inet(rule.from()), rule.table(), PRIORITY, AddressSteps.PROTOCOL),
        Errno.ENOENT);
  }

  private static Message added(Rule rule) {
    return RuleMessages.add(
        Addresses.inet(rule.from()), rule.table(), PRIORITY, AddressSteps.PROTOCOL);
  }
}
