package vch.services.dhcp;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The programs that a client and its script need. Looked for when a network first needs DHCP: a
/// machine without such networks does without them.
///
/// @param missing what is not installed, to the Debian package that has it
record Programs(Map<String, Path> found, Map<String, String> missing) {
  private static final List<String> PLACES =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /// `PATH` of clients: those of the machine's own programs.
  static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private static final Map<String, String> NEEDED =
      Map.of(
          "busybox", "busybox-static",
          "ip", "iproute2",
          "nsenter", "util-linux",
          "setsid", "util-linux");

  Programs {
    found = Map.copyOf(found);
    missing = Map.copyOf(missing);
  }

  static Programs find() {
    return find(PLACES);
  }

  static Programs find(List<String> places) {
    var found = new LinkedHashMap<String, Path>();
    var missing = new LinkedHashMap<String, String>();
    NEEDED.forEach(
        (name, debian) ->
            places.stream()
                .map(p -> Path.of(p, name))
                .filter(Files::isExecutable)
                .findFirst()
                .ifPresentOrElse(p -> found.put(name, p), () -> missing.put(name, debian)));
    return new Programs(found, missing);
  }

  String path(String name) {
    return String.valueOf(found.get(name));
  }

  /// What to do before a network can have DHCP; empty: nothing.
  Optional<String> complaint(String network) {
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "network "
                + network
                + " has no gateway, so it needs a DHCP client, and these programs for it are not"
                + " installed: "
                + missing.keySet().stream().sorted().collect(Collectors.joining(", "))
                + "; on Debian: apt-get install "
                + missing.values().stream().distinct().sorted().collect(Collectors.joining(" ")));
  }
}
