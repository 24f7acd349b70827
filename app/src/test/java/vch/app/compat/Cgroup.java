package vch.app.compat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Looks into the control groups of the machine.
final class Cgroup {
  private Cgroup() {}

  /// The machine has the unified hierarchy alone.
  static boolean unified() {
    return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
  }

  /// A file of the cgroup that a process is in: of version 1, else of version 2.
  static String file(String pid, String controller, String one, String two) throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
      var parts = line.split(":", 3);
      if (List.of(parts[1].split(",")).contains(controller)) {
        for (var mount : Files.readAllLines(Path.of("/proc/self/mounts"))) {
          var fields = mount.split(" ");
          if (fields[2].equals("cgroup") && List.of(fields[3].split(",")).contains(controller)) {
            return Files.readString(Path.of(fields[1] + parts[2]).resolve(one)).strip();
          }
        }
      }
    }
    var path = Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).getFirst().split(":", 3)[2];
    return Files.readString(Path.of("/sys/fs/cgroup" + path).resolve(two)).strip();
  }
}
