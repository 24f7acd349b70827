package vch.app.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `vch version`
@Command(name = "version", description = "Show the versions of the command and of the daemon.")
final class Version implements Callable<Integer> {
    /// Of this build.
    static final String VERSION = "0.1.0";

    @Mixin
    private RunDirectory run = new RunDirectory();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Option(names = "--format", paramLabel = "TEMPLATE", description = "Go template such as '{{.Daemon.Version}}', or json.")
    private Optional<String> format = Optional.empty();

    @Override
    public Integer call() {
        if (format.isEmpty()) {
            System.out.println("vch " + VERSION);
        }
        run.client().send("GET", "/v1/version", Ls.parameters(format), System.out);
        return 0;
    }
}
