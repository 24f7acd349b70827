package vch.app.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What must be there before a daemon can start: rights, programs, directories of a bearable
/// length.
final class Requirements {
  /// Programs that the daemon runs, to the Debian package that has each. The OCI runtime is looked
  /// for later.
  private static final Map<String, String> PROGRAMS = Map.of("nft", "nftables", "conmon", "conmon");

  private Requirements() {}

  /// @throws CannotStart naming everything that is missing
  static void check(Settings settings) {
    if (!isRoot()) {
      throw new CannotStart(
          "the daemon needs root: it makes network namespaces, mounts and nftables rules; try sudo");
    }
    var path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin";
    var missing = new TreeMap<String, String>();
    PROGRAMS.forEach(
        (program, debian) -> {
          if (List.of(path.split(":")).stream()
              .noneMatch(d -> Files.isExecutable(Path.of(d, program)))) {
            missing.put(program, debian);
          }
        });
    if (!missing.isEmpty()) {
      throw new CannotStart(
          "missing programs: "
              + String.join(", ", missing.keySet())
              + "; on Debian: apt-get install "
              + missing.values().stream().distinct().collect(Collectors.joining(" ")));
    }
    int length = settings.runDirectory().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > Settings.RUN_DIRECTORY_BYTES_MAX) {
      throw new CannotStart(
          "the path of --run-dir has "
              + length
              + " bytes; Unix sockets below it allow at most "
              + Settings.RUN_DIRECTORY_BYTES_MAX
              + ". Choose a shorter one.");
    }
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new CannotStart("/proc is not there: " + e.getMessage());
    }
  }
}
