package vch.compute.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import vch.portlayer.refusal.Refusal;

/// ps(1) of the machine.
final class Ps {
  private static final int SECONDS_MAX = 10;

  private Ps() {}

  /// What it prints, of all processes.
  ///
  /// @throws Refusal.Invalid it does not know the options
  /// @throws Refusal.Unsupported it is not there
  static String run(String options) throws IOException {
    var words = new ArrayList<>(List.of("ps"));
    words.addAll(List.of(options.strip().split("\\s+", -1)));
    Process ps;
    try {
      ps = new ProcessBuilder(words).redirectErrorStream(true).start();
    } catch (IOException _) {
      throw new Refusal.Unsupported(
          "ps options \""
              + options
              + "\" need the program ps on the machine, which is not there: use -ef, aux, or -o with names of"
              + " columns such as pid,user,args");
    }
    try {
      ps.getOutputStream().close();
      Thread.ofVirtual()
          .name("ps-bound")
          .start(
              () -> {
                if (!ended(ps)) {
                  ps.destroyForcibly();
                }
              });
      var said = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!ended(ps) || ps.exitValue() != 0) {
        throw new Refusal.Invalid("ps: " + said.strip().lines().findFirst().orElse("failed"));
      }
      return said;
    } finally {
      ps.destroyForcibly();
    }
  }

  private static boolean ended(Process ps) {
    try {
      return ps.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
