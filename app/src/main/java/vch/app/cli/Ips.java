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

/// `vch ip`
@Command(
    name = "ip",
    description = "Addresses of a virtual container host.",
    subcommands = Ips.List.class)
final class Ips implements Runnable {
  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }

  /// `vch ip ls`
  @Command(
      name = "ls",
      aliases = "list",
      description =
          "List the addresses in use: who has each, since when and why; then how many are free in each pool.")
  static final class List implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Mixin private Addressed vch = new Addressed();

    @Option(names = "--network", paramLabel = "NAME", description = "Of this network only.")
    private Optional<String> network = Optional.empty();

    @Option(names = "--pools", description = "List the pools only.")
    private boolean pools;

    @Option(
        names = "--format",
        paramLabel = "TEMPLATE",
        description = "Go template such as '{{.Address}} {{.Who}}', or json.")
    private Optional<String> format = Optional.empty();

    @Override
    public Integer call() {
      var parameters = new ArrayList<>(Ls.parameters(format));
      parameters.add(Map.entry("vch", vch.nameOrId()));
      network.ifPresent(n -> parameters.add(Map.entry("network", n)));
      if (pools) {
        parameters.add(Map.entry("pools", "true"));
      }
      Vch.daemon(spec).send("GET", "/v1/vch/addresses", parameters, System.out);
      return 0;
    }
  }
}
