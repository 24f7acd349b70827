package vch.kernel.nft;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongConsumer;
import vch.kernel.process.Program;

/// nft(8), run inside a namespace by nsenter(1): a process started from the gate's thread would be
/// born there, and nsenter costs no more than the way to the gate.
public final class NftCommand {
  /// A ruleset loads in 10 to 20 ms; with 60,000 elements in about a second.
  private static final Duration TIME_MAX = Duration.ofSeconds(60);

  /// It says three lines for each error.
  private static final int SAID_BYTES_MAX = 64 * 1024;

  /// What nsenter ends with when it finds no such program.
  private static final int MISSING = 127;

  private NftCommand() {}

  /// Loads the text as one transaction: all of it, or nothing.
  ///
  /// @param namespace path of the network namespace
  /// @param started is told the id of the process before it can have changed anything
  /// @throws Refused nft or the kernel did not take the text
  /// @throws vch.kernel.libc.KernelException nsenter, of util-linux, cannot be started
  public static void load(Path namespace, String text, LongConsumer started) {
    Program.Ran ran;
    try {
      ran =
          Program.of("nsenter", "--net=" + namespace, "nft", "-f", "-")
              .with("LC_ALL", "C")
              .run(text.getBytes(StandardCharsets.UTF_8), SAID_BYTES_MAX, TIME_MAX, started);
    } catch (Program.Late _) {
      throw new Refused("nft took more than " + TIME_MAX.toSeconds() + " s and was killed");
    }
    if (ran.status() == MISSING) {
      throw new IllegalStateException(
          "nft, of Debian's package nftables, is not installed: " + ran.said());
    }
    if (ran.status() != 0) {
      throw new Refused(
          ran.said().isEmpty() ? "nft ended with status " + ran.status() : firstError(ran.said()));
    }
  }

  /// nft prints each error on a line, then the line of the text, then a marker below it.
  private static String firstError(String said) {
    var lines = said.lines().limit(2).toList();
    return lines.size() < 2 ? said : lines.getFirst() + ": " + lines.get(1).strip();
  }

  /// nft or the kernel refused a text.
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }
}
