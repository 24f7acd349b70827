package vch.app.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `vch completion`
@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh: source <(vch completion).")
final class Completion implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Override
  public Integer call() {
    System.out.print(AutoComplete.bash("vch", Vch.commandLine()));
    return 0;
  }
}
