package vch.app.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// Which daemon a command speaks to: an option of the root that every command takes too, before or
/// after its word.
final class RunDirectory {
  @Option(
      names = "--run-dir",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      defaultValue = "${env:VCH_RUN_DIR:-/run/portlayer}",
      description = "Run directory of the daemon (default: $VCH_RUN_DIR, else /run/portlayer).")
  private Path directory = Path.of("/run/portlayer");

  AdminClient client() {
    return new AdminClient(directory.toAbsolutePath());
  }
}
