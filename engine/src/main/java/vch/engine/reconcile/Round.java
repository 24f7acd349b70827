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
import vch.engine.desired.Publications;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.engine.plan.Plan;
import vch.portlayer.port.Protocol;

/// One application of a plan. An owner with a failed step gets nothing more added in this round, so
/// no port opens without its guards; taking away goes on whatever fails.
final class Round {
  private final Machine machine;
  private final Map<MachineObject.Key, Owner> owners = new HashMap<>();
  private final Map<Owner, String> failures = new LinkedHashMap<>();
  private final List<String> orphanFailures = new ArrayList<>();
  private final Set<NamespaceName> changed = new HashSet<>();
  private final Map<NamespaceName, List<Element>> moved = new HashMap<>();

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
            && link.kind() instanceof MachineObject.LinkKind.Veth(var namespace, _, _)) {
          changed.add(namespace);
        }
      }
      for (var outcome : machine.apply(steps)) {
        if (outcome.error().isPresent()) {
          failed(outcome.step(), outcome.error().get());
        } else {
          done(outcome.step());
        }
      }
    }
    machine.finish();
    moved.forEach(machine::forgetConnections);
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

  /// A datagram flow keeps the translation it was given first, so it must be forgotten where
  /// another holds from now on.
  private void done(Step step) {
    if (!(step instanceof Step.Remove)
        && step.object() instanceof Element element
        && Publications.is(element)
        && element.parts().contains(new Part.Proto(Protocol.UDP))) {
      moved.computeIfAbsent(element.namespace(), _ -> new ArrayList<>()).add(element);
    }
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
