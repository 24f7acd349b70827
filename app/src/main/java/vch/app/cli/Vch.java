package vch.app.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `vch`: the root of the command line.
@Command(
    name = "vch",
    description =
        "Virtual container hosts: many Docker endpoints with networks of their own on one machine.",
    mixinStandardHelpOptions = false,
    subcommands = {
      Create.class,
      Ls.class,
      Inspect.class,
      Configure.class,
      Delete.class,
      PortGroups.class,
      Ips.class,
      Leases.class,
      Explain.class,
      PlanCommand.class,
      Version.class,
      Launched.Up.class,
      Launched.Down.class,
      Launched.Daemon.class,
      Launched.Demo.class,
      Completion.class,
      HelpCommand.class
    })
public final class Vch implements Runnable {
  @CommandLine.Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @CommandLine.Mixin private RunDirectory run = new RunDirectory();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private Vch() {}

  /// Exit status 0: done; 1: refused or failed; 2: the command line is wrong.
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    var line = new CommandLine(new Vch());
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    line.setUsageHelpAutoWidth(false).setUsageHelpWidth(110);
    line.setParameterExceptionHandler(
        (e, _) -> {
          var command = e.getCommandLine();
          command.getErr().println("vch: " + sentence(e));
          CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
          command
              .getErr()
              .println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
          return 2;
        });
    line.setExecutionExceptionHandler(
        (e, command, _) -> {
          if (!(e instanceof CommandFailed)) {
            throw e;
          }
          var message = String.valueOf(e.getMessage());
          command.getErr().println(message.startsWith("vch: ") ? message : "vch: " + message);
          return 1;
        });
    return line;
  }

  /// The daemon that the command line speaks of.
  static AdminClient daemon(CommandLine.Model.CommandSpec command) {
    return ((Vch) command.root().userObject()).run.client();
  }

  private static String sentence(CommandLine.ParameterException e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()) {
      var word = unmatched.getUnmatched().getFirst();
      boolean command = !e.getCommandLine().getSubcommands().isEmpty();
      return (command ? "unknown command: " : "unknown argument: ") + word;
    }
    return lowerFirst(String.valueOf(e.getMessage()));
  }

  private static String lowerFirst(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
