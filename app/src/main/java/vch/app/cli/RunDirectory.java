package vch.app.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Which daemon a command speaks to.
final class RunDirectory {
    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = "${env:VCH_RUN_DIR:-/run/portlayer}",
            description = "Run directory of the daemon (default: $VCH_RUN_DIR, else /run/portlayer).")
    Path directory = Path.of("/run/portlayer");

    AdminClient client() {
        return new AdminClient(directory.toAbsolutePath());
    }
}
