package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a daemon that was killed may have left: processes and mounts below its directories.
public final class Leftovers {
  private Leftovers() {}

  /// Ends the processes whose command line names the directory, and what they started, and undoes
  /// the mounts below it.
  public static void remove(Path directory) {
    for (var process : processes(directory)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    TestMachine.until(
        "processes below " + directory + " have ended", () -> processes(directory).isEmpty());
    for (var mount : mounts(directory).reversed()) {
      Command.run("umount", "-l", mount);
    }
  }

  static List<ProcessHandle> processes(Path directory) {
    var found = new ArrayList<ProcessHandle>();
    for (var process : ProcessHandle.allProcesses().toList()) {
      try {
        var line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        if (line.contains(directory.toString()) && process.pid() != ProcessHandle.current().pid()) {
          found.add(process);
        }
      } catch (IOException | UncheckedIOException _) { // it ended meanwhile
        continue;
      }
    }
    return found;
  }

  static List<String> mounts(Path directory) {
    try {
      return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
          .map(l -> l.split(" ")[1])
          .filter(m -> m.startsWith(directory.toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
