package vch.engine.plan;

import vch.engine.machine.ObjectText;
import vch.engine.machine.Step;

/// Prints a plan: a line a stage, below it a line a step, `+` add, `~` change, `-` remove.
public final class PlanText {
  private PlanText() {}

  /// Empty for an empty plan.
  public static String of(Plan plan) {
    var out = new StringBuilder();
    for (var stage : plan.stages()) {
      out.append(stage.order().words()).append('\n');
      for (var step : stage.steps()) {
        out.append("  ").append(of(step)).append('\n');
      }
    }
    return out.toString();
  }

  public static String of(Step step) {
    return switch (step) {
      case Step.Add(var object) -> "+ " + ObjectText.of(object);
      case Step.Change(var before, var object) ->
          "~ " + ObjectText.of(object) + "   (was " + ObjectText.settings(before) + ")";
      case Step.Remove(var object) -> "- " + ObjectText.of(object);
    };
  }
}
