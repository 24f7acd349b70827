package vch.compute.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A process, known by its pid and the time it started at, so that another one with the same pid is
/// not taken for it.
///
/// @param startTicks clock ticks since boot, proc(5)
record ProcessKey(long pid, long startTicks) {
  /// Fields of /proc/PID/stat, counted after the closing bracket of the name: state is 0, starttime
  /// 19.
  private static final int STATE = 0;

  private static final int START_TIME = 19;

  /// The process with this pid; empty when there is none, or a zombie.
  static Optional<ProcessKey> of(long pid) {
    String stat;
    try {
      stat =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(pid), "stat")),
              StandardCharsets.UTF_8);
    } catch (IOException _) {
      return Optional.empty(); // it is gone: ENOENT, or ESRCH in the middle of reading
    }
    return parse(pid, stat);
  }

  static Optional<ProcessKey> parse(long pid, String stat) {
    var fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length <= START_TIME || "ZX".contains(fields[STATE])) {
      return Optional.empty();
    }
    return Optional.of(new ProcessKey(pid, Long.parseLong(fields[START_TIME])));
  }

  boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }

  /// `PID TICKS`.
  String text() {
    return pid + " " + startTicks;
  }

  static Optional<ProcessKey> fromText(String text) {
    var parts = text.split(" ", -1);
    if (parts.length != 2) {
      return Optional.empty();
    }
    return Optional.of(new ProcessKey(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
  }
}
