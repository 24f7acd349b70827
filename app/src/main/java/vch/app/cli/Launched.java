package vch.app.cli;

import picocli.CommandLine.Command;

/// Commands that the launcher script carries out itself; they stand here for help and completion.
final class Launched {
  private Launched() {}

  private static Integer onlyByLauncher() {
    throw new CommandFailed(
        "this command is carried out by the vch script of the project's folder; run that");
  }

  @Command(
      name = "daemon",
      description = "Run the daemon in the foreground: --state-dir DIR --run-dir DIR.")
  static final class Daemon implements java.util.concurrent.Callable<Integer> {
    @Override
    public Integer call() {
      return onlyByLauncher();
    }
  }

  @Command(
      name = "up",
      description =
          "Start the daemon in the background, if none runs: --state-dir DIR --run-dir DIR.")
  static final class Up implements java.util.concurrent.Callable<Integer> {
    @Override
    public Integer call() {
      return onlyByLauncher();
    }
  }

  @Command(name = "down", description = "Stop the daemon that 'vch up' started; containers go on.")
  static final class Down implements java.util.concurrent.Callable<Integer> {
    @Override
    public Integer call() {
      return onlyByLauncher();
    }
  }

  @Command(name = "demo", description = "Set everything up and play the use cases live.")
  static final class Demo implements java.util.concurrent.Callable<Integer> {
    @Override
    public Integer call() {
      return onlyByLauncher();
    }
  }
}
