package vch.app.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `vch delete`
@Command(
    name = "delete",
    aliases = {"rm"},
    description = "Delete a virtual container host with its networks, images and volumes.")
final class Delete implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Mixin private Addressed vch = new Addressed();

  @Option(
      names = {"--force", "-f"},
      description = "Also when containers run; they are killed.")
  private boolean force;

  @Override
  public Integer call() {
    var parameters =
        List.of(Map.entry("vch", vch.nameOrId()), Map.entry("force", Boolean.toString(force)));
    Vch.daemon(spec).send("DELETE", "/v1/vch", parameters, System.out);
    return 0;
  }
}
