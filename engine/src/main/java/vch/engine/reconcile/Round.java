package vch.engine.reconcile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vch.engine.desired.Owner;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.engine.plan.Plan;
import vch.engine.plan.Stage;

/// One application of a plan. An owner with a failed step gets nothing more added in this round, so
/// no port opens without its guards; taking away goes on whatever fails.
final class Round {
  private final Machine machine;
  private final Map<MachineObject.Key, Owner> owners = new HashMap<>();
  private final Map<Owner, String> failures = new LinkedHashMap<>();
  private final List<String> orphanFailures = new ArrayList<>();
  private final Set<NamespaceName> changed = new HashSet<>();

  Round(Machine machine) {
    this.machine = machine;
  }

  /// Failures of steps for these objects are the owner's.
  void own(Owner owner, Collection<MachineObject> objects) {
    objects.forEach(o -> owners.putIfAbsent(o.key(), owner));
  }

  void apply(Plan plan) {
    for (var stage : plan.stages()) {
      var steps =
          stage.order().removes()
              ? stage.steps()
              : stage.steps().stream().filter(this::wanted).toList();
      if (steps.isEmpty()) {
        continue;
      }
      for (var step : steps) {
        changed.add(step.object().namespace());
        if (step.object() instanceof MachineObject.Link link
            && link.kind() instanceof MachineObject.LinkKind.Veth(var namespace, _, _, _)) {
          changed.add(namespace);
        }
      }
      if (stage.order() == Stage.Order.PUBLISH) {
        forget(steps);
      }
      for (var outcome : machine.apply(steps)) {
        outcome.error().ifPresent(error -> failed(outcome.step(), error));
      }
    }
    machine.finish();
  }

  private boolean wanted(Step step) {
    var owner = owners.get(step.object().key());
    return owner == null || !failures.containsKey(owner);
  }

  private void failed(Step step, String error) {
    var owner = owners.get(step.object().key());
    if (owner == null) {
      orphanFailures.add(error);
    } else {
      failures.putIfAbsent(owner, error);
    }
  }

  /// A connection keeps the translation that it was given first. One that was not closed in the way
  /// that connection tracking likes (RFC 9293 has more ways) outlives both its ends, and a client
  /// that takes the same port again would be led to where a container was. What was there before is
  /// unpublished by now, so nothing of that kind comes after; and a crash between this and
  /// publishing loses nothing.
  private void forget(List<Step> publish) {
    var published = new HashMap<NamespaceName, List<Element>>();
    for (var step : publish) {
      if (step.object() instanceof Element element) {
        published.computeIfAbsent(element.namespace(), _ -> new ArrayList<>()).add(element);
      }
    }
    published.forEach(machine::forgetConnections);
  }

  /// The first failure of each owner that had one.
  Map<Owner, String> failures() {
    return failures;
  }

  /// Failures of removing what belongs to no owner any more.
  List<String> orphanFailures() {
    return orphanFailures;
  }

  Set<NamespaceName> changed() {
    return changed;
  }
}
