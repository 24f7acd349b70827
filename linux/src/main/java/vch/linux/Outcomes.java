package vch.linux;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Outcome;
import vch.engine.machine.Part;
import vch.engine.machine.Step;

/// What became of the steps of one stage. For one thread.
final class Outcomes {
  private final IdentityHashMap<Step, String> errors = new IdentityHashMap<>();

  /// The step failed; the first reason stands.
  void fail(Step step, String reason) {
    errors.putIfAbsent(step, sentence(step) + ": " + reason);
  }

  boolean failed(Step step) {
    return errors.containsKey(step);
  }

  /// Runs work on behalf of these steps; if it throws, all of them have failed.
  void attempt(List<? extends Step> steps, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      steps.forEach(s -> fail(s, reason(e)));
    }
  }

  /// Runs work once for each namespace that the steps are about, on behalf of those. A namespace
  /// that is gone has taken along what is to be removed.
  void eachNamespace(Spaces spaces, List<Step> steps, BiConsumer<Space, List<Step>> work) {
    Map<NamespaceName, List<Step>> byNamespace = new TreeMap<>();
    steps.forEach(
        s -> byNamespace.computeIfAbsent(s.object().namespace(), _ -> new ArrayList<>()).add(s));
    byNamespace.forEach(
        (namespace, list) ->
            attempt(
                list,
                () -> {
                  var space =
                      removes(list) ? spaces.find(namespace) : Optional.of(spaces.get(namespace));
                  space.ifPresent(s -> work.accept(s, list));
                }));
  }

  /// True when nothing is to be made or changed.
  static boolean removes(List<Step> steps) {
    return steps.stream().allMatch(Step.Remove.class::isInstance);
  }

  static String reason(RuntimeException e) {
    var message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  List<Outcome> of(List<Step> stage) {
    return stage.stream().map(s -> new Outcome(s, Optional.ofNullable(errors.get(s)))).toList();
  }

  private static String sentence(Step step) {
    var verb =
        switch (step) {
          case Step.Add _ -> "add ";
          case Step.Change _ -> "change ";
          case Step.Remove _ -> "remove ";
        };
    return verb + name(step.object());
  }

  private static String name(MachineObject object) {
    var where = object.namespace().equals(NamespaceName.MACHINE) ? "" : " in " + object.namespace();
    return switch (object) {
      case MachineObject.Namespace n -> "namespace " + n.namespace();
      case MachineObject.Sysctl s -> "setting " + s.path() + " = " + s.value() + where;
      case MachineObject.Ruleset r -> "table " + r.family() + " " + r.table() + where;
      case MachineObject.Link l -> "link " + l.name() + where;
      case MachineObject.Element e ->
          "element "
              + Part.text(e.parts())
              + " of "
              + e.family()
              + " "
              + e.table()
              + " "
              + e.set()
              + where;
      case MachineObject.Address a -> "address " + a.cidr() + " on " + a.link() + where;
      case MachineObject.Route r ->
          "route to "
              + r.to()
              + r.via().map(v -> " via " + v).orElse("")
              + " on "
              + r.link()
              + (r.table() == MachineObject.Route.MAIN ? "" : " in table " + r.table())
              + where;
      case MachineObject.Rule r -> "rule for " + r.from() + " (table " + r.table() + ")" + where;
    };
  }
}
