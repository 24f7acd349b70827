package vch.engine.plan;

import java.util.List;
import java.util.stream.Stream;
import vch.engine.machine.Step;

/// What is to be done on the machine, stage after stage. Stages without steps are left out.
public record Plan(List<Stage> stages) {
  public Plan {
    stages = List.copyOf(stages);
  }

  public boolean isEmpty() {
    return stages.isEmpty();
  }

  public Stream<Step> steps() {
    return stages.stream().flatMap(s -> s.steps().stream());
  }
}
