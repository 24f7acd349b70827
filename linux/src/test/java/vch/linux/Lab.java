package vch.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Mount;
import vch.kernel.netns.Gate;

/// A throw-away namespace in the place of the machine's, and a run directory. Nothing of the real
/// machine is touched.
final class Lab implements AutoCloseable {
  private final Gate gate = Gate.open();
  private final Fd home = gate.make(() -> {});
  private final Path run;

  Lab() throws IOException {
    run = Files.createTempDirectory("vch-lab");
  }

  LinuxMachine machine() {
    return LinuxMachine.openAt(run, "lab0", home);
  }

  /// Another daemon on the same machine, with a run directory of its own.
  LinuxMachine other(String daemon) {
    return LinuxMachine.openAt(run.resolve("other"), daemon, home);
  }

  Path run() {
    return run;
  }

  /// Runs a command inside a namespace, as another administrator would.
  static String command(Path namespace, String... words) throws Exception {
    var all = new java.util.ArrayList<>(java.util.List.of("nsenter", "--net=" + namespace));
    all.addAll(java.util.List.of(words));
    var process = new ProcessBuilder(all).redirectErrorStream(true).start();
    var out =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", words) + ": " + out);
    }
    return out;
  }

  @Override
  public void close() throws IOException {
    home.close();
    gate.close();
    var pins = run.resolve("netns");
    if (Files.isDirectory(pins)) {
      try (var left = Files.list(pins)) {
        var names = left.map(p -> p.getFileName().toString()).toList();
        if (!names.isEmpty()) {
          names.forEach(n -> Mount.unmount(pins.resolve(n), Mount.MNT_DETACH));
          Mount.unmount(pins, Mount.MNT_DETACH);
          throw new IllegalStateException("left over in " + pins + ": " + names);
        }
      }
      Files.delete(pins);
    }
    Files.deleteIfExists(run.resolve("other/netns"));
    Files.deleteIfExists(run.resolve("other"));
    Files.delete(run);
  }
}
