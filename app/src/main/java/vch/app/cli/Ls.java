package vch.app.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `vch ls`
@Command(name = "ls", aliases = "list", description = "List the virtual container hosts.")
final class Ls implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Option(
      names = "--format",
      paramLabel = "TEMPLATE",
      description = "Go template such as '{{.Name}}', 'table {{.ID}}\\t{{.Name}}', or json.")
  private Optional<String> format = Optional.empty();

  @Override
  public Integer call() {
    Vch.daemon(spec).send("GET", "/v1/vchs", parameters(format), System.out);
    return 0;
  }

  static List<Map.Entry<String, String>> parameters(Optional<String> format) {
    return format.map(f -> List.of(Map.entry("format", f))).orElse(List.of());
  }
}
