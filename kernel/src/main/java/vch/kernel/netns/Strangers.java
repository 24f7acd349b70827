package vch.kernel.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds threads of this process that are in a foreign network namespace: they were started by
/// something that ran on the gate and should not have, and whatever they open is in the wrong
/// place.
public final class Strangers {
  private static final Path TASKS = Path.of("/proc/self/task");

  private Strangers() {}

  /// Names of all threads that are not in the namespace of the process's first thread, the gate's
  /// excepted.
  public static List<String> find() {
    var strangers = new ArrayList<String>();
    try (var threads = Files.newDirectoryStream(TASKS)) {
      var home = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
      for (var thread : threads) {
        stranger(thread, home).ifPresent(strangers::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("look at the threads of this process", e);
    }
    return strangers;
  }

  private static Optional<String> stranger(Path thread, Path home) throws IOException {
    try {
      var name = Files.readString(thread.resolve("comm")).strip();
      boolean away = !Files.readSymbolicLink(thread.resolve("ns/net")).equals(home);
      return away && !name.equals("netns-gate") ? Optional.of(name) : Optional.empty();
    } catch (NoSuchFileException _) { // it has ended
      return Optional.empty();
    }
  }
}
