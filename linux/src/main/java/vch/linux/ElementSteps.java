package vch.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Ack;
import vch.kernel.nft.Nft;
import vch.kernel.nft.SetElement;
import vch.kernel.nft.SetInfo;
import vch.kernel.nft.TableName;

/// Steps for elements of sets and maps. All of one namespace and stage go in one transaction. When
/// the kernel refuses it, they are compared with what is there, and what is left to do is done in
/// halves until the culprits are alone. Holds no state.
final class ElementSteps {
  private final Spaces spaces;

  ElementSteps(Spaces spaces) {
    this.spaces = spaces;
  }

  void apply(List<Step> steps, Outcomes outcomes) {
    outcomes.eachNamespace(spaces, steps, (space, list) -> applyWithin(space, list, outcomes));
  }

  /// A step on its set: what to take out, then what to put in.
  private record Task(Step step, SetInfo set, Optional<Element> out, Optional<Element> in) {}

  private static void applyWithin(Space space, List<Step> steps, Outcomes outcomes) {
    if (transact(space, tasks(space, steps, outcomes)).ok()) {
      return;
    }
    space.forgetSets(); // somebody may have replaced the table under us
    var again = tasks(space, steps.stream().filter(s -> !outcomes.failed(s)).toList(), outcomes);
    halves(space, compare(space, again), outcomes);
  }

  private static List<Task> tasks(Space space, List<Step> steps, Outcomes outcomes) {
    var tasks = new ArrayList<Task>(steps.size());
    for (var step : steps) {
      var element = (Element) step.object();
      var set = space.set(new TableName(element.family(), element.table()), element.set());
      if (set.isEmpty()) {
        if (!(step instanceof Step.Remove)) {
          outcomes.fail(step, "there is no such set");
        }
        continue;
      }
      var misfit = ElementParts.misfit(set.get(), element.parts(), element.data());
      if (misfit.isPresent()) {
        outcomes.fail(step, misfit.get());
        continue;
      }
      tasks.add(
          switch (step) {
            case Step.Add _ -> new Task(step, set.get(), Optional.empty(), Optional.of(element));
            case Step.Change(var before, _) ->
                new Task(step, set.get(), Optional.of((Element) before), Optional.of(element));
            case Step.Remove _ -> new Task(step, set.get(), Optional.of(element), Optional.empty());
          });
    }
    return tasks;
  }

  private static Ack transact(Space space, List<Task> tasks) {
    Map<SetInfo, List<Task>> bySet = new LinkedHashMap<>();
    tasks.forEach(t -> bySet.computeIfAbsent(t.set, _ -> new ArrayList<>()).add(t));
    var changes = new ArrayList<Nft.ElementChange>();
    bySet.forEach(
        (set, list) ->
            changes.add(
                new Nft.ElementChange(
                    set,
                    list.stream().flatMap(t -> t.out.stream()).map(ElementSteps::encode).toList(),
                    list.stream().flatMap(t -> t.in.stream()).map(ElementSteps::encode).toList())));
    return space.nft().change(changes);
  }

  private static SetElement encode(Element element) {
    return ElementParts.element(element.parts(), element.data());
  }

  /// What is still to do, by what is there: an element that is as wanted is no task, one with other
  /// data is replaced, one to remove that is not there is done.
  private static List<Task> compare(Space space, List<Task> tasks) {
    Map<SetInfo, Map<List<Part>, Element>> present = new HashMap<>();
    var left = new ArrayList<Task>();
    for (var task : tasks) {
      var now = present.computeIfAbsent(task.set, set -> byKey(observe(space, set)));
      var wanted = (Element) task.step.object();
      var there = Optional.ofNullable(now.get(wanted.parts()));
      if (task.in.isEmpty() ? there.isPresent() : !there.equals(task.in)) {
        left.add(new Task(task.step, task.set, there, task.in));
      }
    }
    return left;
  }

  private static Map<List<Part>, Element> byKey(List<Element> elements) {
    Map<List<Part>, Element> out = new HashMap<>();
    elements.forEach(e -> out.put(e.parts(), e));
    return out;
  }

  private static void halves(Space space, List<Task> tasks, Outcomes outcomes) {
    if (tasks.isEmpty()) {
      return;
    }
    var ack = transact(space, tasks);
    if (ack.ok()) {
      return;
    }
    if (tasks.size() > 1) {
      halves(space, tasks.subList(0, tasks.size() / 2), outcomes);
      halves(space, tasks.subList(tasks.size() / 2, tasks.size()), outcomes);
      return;
    }
    outcomes.fail(tasks.getFirst().step, reason(ack));
  }

  private static String reason(Ack ack) {
    return ack.is(Errno.EEXIST) ? "it overlaps another element" : ack.reason();
  }

  /// All elements of a set that parts can say.
  static List<Element> observe(Space space, SetInfo set) {
    var keyTypes = set.keyTypes();
    var dataTypes = set.dataTypes();
    var out = new ArrayList<Element>();
    for (var element : space.nft().elements(set)) {
      var parts = ElementParts.parts(keyTypes, element.key());
      var data = ElementParts.parts(dataTypes, element.data());
      if (parts.isPresent() && data.isPresent()) {
        out.add(
            new Element(
                space.name(),
                set.table().family(),
                set.table().name(),
                set.name(),
                parts.get(),
                data.get()));
      }
    }
    return out;
  }
}
