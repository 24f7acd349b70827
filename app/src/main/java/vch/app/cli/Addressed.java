package vch.app.cli;

import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which VCH a command means: `--name`, `--id` or the bare name; by default
/// `virtual-container-host`.
final class Addressed {
  static final String DEFAULT_NAME = "virtual-container-host";

  @Option(
      names = {"--name", "-n"},
      paramLabel = "NAME",
      description = "Name of the VCH (default: " + DEFAULT_NAME + ").")
  private Optional<String> name = Optional.empty();

  @Option(names = "--id", paramLabel = "ID", description = "Id of the VCH.")
  private Optional<String> id = Optional.empty();

  @Parameters(arity = "0..1", paramLabel = "VCH", description = "Name or id of the VCH.")
  private Optional<String> bare = Optional.empty();

  String nameOrId() {
    long given = java.util.stream.Stream.of(name, id, bare).filter(Optional::isPresent).count();
    if (given > 1) {
      throw new CommandFailed("name the VCH once: by --name, by --id, or as an argument");
    }
    return name.or(() -> id).or(() -> bare).orElse(DEFAULT_NAME);
  }
}
