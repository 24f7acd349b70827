package vch.app.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import vch.api.docker.DockerSettings;

/// Reads what the Docker API tells about the machine.
final class MachineFacts {
  private MachineFacts() {}

  /// @param runtime name of the OCI runtime in use
  static DockerSettings read(Settings settings, String runtime) {
    var release = lines(Path.of("/etc/os-release"));
    return new DockerSettings(
        Settings.VERSION,
        "",
        "",
        first("/proc/sys/kernel/osrelease"),
        value(release, "PRETTY_NAME").orElse("Linux"),
        value(release, "VERSION_ID").orElse(""),
        architecture(),
        Runtime.getRuntime().availableProcessors(),
        memoryNodes(),
        memoryBytes(),
        settings.stateDirectory(),
        runtime,
        List.of(runtime),
        "cgroupfs",
        Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")) ? "2" : "1");
  }

  /// `0` or `0-3`.
  private static int memoryNodes() {
    var online = first("/sys/devices/system/node/online");
    var last = online.substring(online.lastIndexOf('-') + 1);
    return last.matches("[0-9]{1,4}") ? Integer.parseInt(last) + 1 : 1;
  }

  private static String architecture() {
    var name = System.getProperty("os.arch", "");
    return name.equals("amd64") ? "x86_64" : name;
  }

  private static long memoryBytes() {
    return lines(Path.of("/proc/meminfo")).stream()
        .filter(l -> l.startsWith("MemTotal:"))
        .map(l -> l.replaceAll("[^0-9]", ""))
        .mapToLong(n -> Long.parseLong(n) * 1024)
        .findFirst()
        .orElse(0);
  }

  private static Optional<String> value(List<String> lines, String key) {
    return lines.stream()
        .filter(l -> l.startsWith(key + "="))
        .map(l -> l.substring(key.length() + 1).replace("\"", ""))
        .findFirst();
  }

  private static String first(String file) {
    return lines(Path.of(file)).stream().findFirst().orElse("");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      System.getLogger("vch.app")
          .log(System.Logger.Level.WARNING, "cannot read {0}: {1}", file, e.getMessage());
      return List.of();
    }
  }
}
