package vch.kernel.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Finds threads of this process that are in a foreign network namespace: they were started by something that ran on the
/// gate and should not have, and whatever they open is in the wrong place.
public final class Strangers {
  private static final Path TASKS = Path.of("/proc/self/task");

  private Strangers() {}

  /// Names of all threads that are not in the namespace of the process's first thread, the gate's excepted.
  public static List<String> find() {
    var strangers = new ArrayList<String>();
    try (var threads = Files.newDirectoryStream(TASKS)) {
      var home = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
      for (var thread : threads) {
        try {
          var name = Files.readString(thread.resolve("comm")).strip();
          if (!name.equals("netns-gate") && !Files.readSymbolicLink(thread.resolve("ns/net")).equals(home)) {
            strangers.add(name);
          }
        } catch (NoSuchFileException _) {
          continue; // it has ended
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("look at the threads of this process", e);
    }
    return strangers;
  }
}
