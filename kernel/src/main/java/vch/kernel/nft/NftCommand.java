package vch.kernel.nft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/// nft(8), run inside a namespace by nsenter(1): a process started from the gate's thread would
/// take the JVM's own process threads into that namespace.
public final class NftCommand {
  /// A ruleset loads in 10 to 20 ms; with 60,000 elements in about a second.
  private static final Duration TIME_MAX = Duration.ofSeconds(60);

  private NftCommand() {}

  /// Loads the text as one transaction: all of it, or nothing.
  ///
  /// @param namespace path of the network namespace
  /// @param started is told the id of the process before it can have changed anything
  /// @throws Refused nft or the kernel did not take the text
  public static void load(Path namespace, String text, LongConsumer started) {
    var builder =
        new ProcessBuilder("nsenter", "--net=" + namespace, "nft", "-f", "-")
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    try {
      var process = builder.start();
      started.accept(process.pid());
      var _ =
          process
              .onExit()
              .orTimeout(TIME_MAX.toSeconds(), TimeUnit.SECONDS)
              .whenComplete(
                  (_, late) -> {
                    if (late != null) {
                      process.destroyForcibly();
                    }
                  });
      try (var in = process.getOutputStream()) {
        in.write(text.getBytes(StandardCharsets.UTF_8));
      } catch (IOException _) {
        // It ended before it had read everything; what it said and its exit status tell why.
        process.destroy();
      }
      var said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      if (status != 0) {
        throw new Refused(said.isEmpty() ? "nft ended with status " + status : firstError(said));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "run nft, of Debian's package nftables, by nsenter, of util-linux", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Refused("interrupted while nft was running");
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
