package vch.app.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Settings of the daemon, from its command line.
///
/// @param stateDirectory durable: the record, images, volumes, logs, certificates
/// @param runDirectory gone after a reboot: sockets, pins of namespaces, bundles
/// @param runtime OCI runtime by name or path; empty: crun where it runs, else runc
public record Settings(Path stateDirectory, Path runDirectory, Optional<String> runtime) {
  /// Of this build.
  public static final String VERSION = "0.1.0";

  /// Longest path of the run directory, bytes: Unix sockets below it must fit into `sun_path` of
  /// unix(7), 108 bytes, and the name of a VCH has up to 31.
  static final int RUN_DIRECTORY_BYTES_MAX = 60;

  /// What the daemon and its parts keep in the run directory beside the directories of VCHs.
  private static final Set<String> OWN =
      Set.of("admin.sock", "daemon.pid", "lock", "netns", "c", "m", "exits", "dhcp", "trial");

  private static final List<String> OWN_PREFIXES = List.of("rt-", "trial-");

  /// True for names in the run directory that are not a VCH's to take.
  boolean ownName(String name) {
    return OWN.contains(name) || OWN_PREFIXES.stream().anyMatch(name::startsWith);
  }

  Path adminSocket() {
    return runDirectory.resolve("admin.sock");
  }

  Path pidFile() {
    return runDirectory.resolve("daemon.pid");
  }
}
