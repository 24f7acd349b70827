package vch.app.daemon;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `vch daemon`: runs in the foreground until SIGTERM or SIGINT. Containers go on when it ends.
@Command(
        name = "vch daemon",
        description = "Run the daemon in the foreground. The network namespace it is started in is \"the machine\".")
public final class Main implements Callable<Integer> {
    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "${env:VCH_STATE_DIR:-/var/lib/portlayer}",
            description = "Durable state (default: $VCH_STATE_DIR, else /var/lib/portlayer).")
    private Path state = Path.of("/var/lib/portlayer");

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = "${env:VCH_RUN_DIR:-/run/portlayer}",
            description = "Sockets and pins (default: $VCH_RUN_DIR, else /run/portlayer).")
    private Path run = Path.of("/run/portlayer");

    @Option(names = "--runtime", paramLabel = "PROGRAM", description = "OCI runtime (default: crun where it runs, else runc).")
    private Optional<String> runtime = Optional.empty();

    @Option(names = "--debug", description = "Log how things are done.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private Main() {}

    /// Exit status 0: ended as asked; 1: could not start; 2: wrong command line.
    public static void main(String[] arguments) {
        var line = new CommandLine(new Main());
        line.setParameterExceptionHandler((e, _) -> {
            System.err.println("vch daemon: " + e.getMessage());
            System.err.println("See 'vch daemon --help'.");
            return 2;
        });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Logs.configure(debug);
        var settings = new Settings(state.toAbsolutePath().normalize(), run.toAbsolutePath().normalize(), runtime);
        var ended = new CountDownLatch(1);
        var stop = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            stop.countDown();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (var daemon = Daemon.start(settings, InstantSource.system())) {
            daemon.ready();
            stop.await();
        } catch (CannotStart e) {
            System.err.println("vch daemon: " + e.getMessage());
            ended.countDown();
            return 1;
        } finally {
            ended.countDown();
        }
        return 0;
    }
}
