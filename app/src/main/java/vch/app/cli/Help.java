package vch.app.cli;

import picocli.CommandLine.Option;

/// `--help` of every command.
final class Help {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean asked;

  boolean asked() {
    return asked;
  }
}
