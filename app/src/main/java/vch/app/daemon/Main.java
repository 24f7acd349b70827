package vch.app.daemon;

import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/// `vch daemon`: runs in the foreground until SIGTERM or SIGINT. Containers go on when it ends.
public final class Main {
  private static final int OK = 0;
  private static final int CANNOT_START = 1;
  private static final int WRONG_COMMAND_LINE = 2;

  private Main() {}

  /// Exit status 0: ended as asked; 1: could not start; 2: wrong command line.
  public static void main(String[] arguments) throws Exception {
    System.exit(
        switch (CommandLine.parse(arguments, System.getenv())) {
          case CommandLine.Run(var settings, var debug) -> run(settings, debug);
          case CommandLine.Help _ -> {
            System.out.print(CommandLine.USAGE);
            yield OK;
          }
          case CommandLine.Wrong(var why) -> {
            System.err.println("vch daemon: " + why);
            System.err.println("See 'vch daemon --help'.");
            yield WRONG_COMMAND_LINE;
          }
        });
  }

  private static int run(Settings settings, boolean debug)
      throws IOException, InterruptedException {
    Logs.configure(debug);
    var ended = new CountDownLatch(1);
    var stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
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
      return OK;
    } catch (CannotStart e) {
      System.err.println("vch daemon: " + e.getMessage());
      return CANNOT_START;
    } finally {
      ended.countDown();
    }
  }
}
