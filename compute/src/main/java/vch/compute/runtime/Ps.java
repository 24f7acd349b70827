package vch.compute.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.process.Program;
import vch.portlayer.refusal.Refusal;

/// ps(1) of the machine.
final class Ps {
  private static final Duration TIME_MAX = Duration.ofSeconds(10);
  private static final int SAID_BYTES_MAX = 64 << 20;

  private Ps() {}

  /// What it prints, of all processes. Blocks its thread.
  ///
  /// @throws Refusal.Invalid it does not know the options
  /// @throws Refusal.Unsupported it is not there
  static String run(String options) {
    var words = new ArrayList<>(List.of("ps"));
    words.addAll(List.of(options.strip().split("\\s+", -1)));
    Program.Ran ran;
    try {
      ran = Program.of(words).run(SAID_BYTES_MAX, TIME_MAX);
    } catch (Program.Late e) {
      throw new Refusal.Failed(StartErrors.said(e));
    } catch (IllegalArgumentException e) {
      throw new Refusal.Invalid("ps: " + e.getMessage());
    } catch (KernelException e) {
      if (!e.is(Errno.ENOENT)) {
        throw new Refusal.Failed(StartErrors.said(e));
      }
      throw new Refusal.Unsupported(
          "ps options \""
              + options
              + "\" need the program ps on the machine, which is not there: use -ef, aux, or -o with names of"
              + " columns such as pid,user,args");
    }
    if (ran.status() != 0) {
      throw new Refusal.Invalid("ps: " + ran.said().lines().findFirst().orElse("failed"));
    }
    return ran.said();
  }
}
