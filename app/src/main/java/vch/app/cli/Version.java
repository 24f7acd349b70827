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

/// `vch version`
@Command(name = "version", description = "Show the versions of the command and of the daemon.")
final class Version implements Callable<Integer> {
  /// Of this build.
  static final String VERSION = "0.1.0";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Option(
      names = "--format",
      paramLabel = "TEMPLATE",
      description = "Go template such as '{{.Daemon.Version}}', or json.")
  private Optional<String> format = Optional.empty();

  @Override
  public Integer call() {
    if (format.isEmpty()) {
      System.out.println("vch " + VERSION);
    }
    var parameters = new ArrayList<>(Ls.parameters(format));
    parameters.add(Map.entry("client", VERSION));
    Vch.daemon(spec).send("GET", "/v1/version", parameters, System.out);
    return 0;
  }
}
