package vch.app.cli;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `vch lease`
@Command(
    name = "lease",
    description = "Leases (DHCP) of the containers of a virtual container host.",
    subcommands = Leases.List.class)
final class Leases implements Runnable {
  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }

  /// `vch lease ls`
  @Command(name = "ls", aliases = "list", description = "List the leases.")
  static final class List implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Mixin private Addressed vch = new Addressed();

    @Option(
        names = "--format",
        paramLabel = "TEMPLATE",
        description = "Go template such as '{{.Address}} {{.Container}}', or json.")
    private Optional<String> format = Optional.empty();

    @Override
    public Integer call() {
      var parameters = new ArrayList<>(Ls.parameters(format));
      parameters.add(Map.entry("vch", vch.nameOrId()));
      Vch.daemon(spec).send("GET", "/v1/vch/leases", parameters, System.out);
      return 0;
    }
  }
}
