package vch.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `vch plan`
@Command(
    name = "plan",
    description =
        "Print what would have to be done to bring the machine to what is wanted; nothing when all is well.")
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Override
  public Integer call() {
    Vch.daemon(spec).send("GET", "/v1/plan", List.of(), System.out);
    return 0;
  }
}
