package vch.compute.runtime;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where the control groups of the machine are mounted.
///
/// @param unified mount point of cgroup v2
/// @param controllers v1 hierarchies by controller: `memory` to its mount point
record CgroupMounts(Optional<Path> unified, Map<String, Path> controllers) {
  /// From /proc/self/mounts, proc(5).
  static CgroupMounts parse(String mounts) {
    Optional<Path> unified = Optional.empty();
    var controllers = new LinkedHashMap<String, Path>();
    for (var line : mounts.lines().toList()) {
      var fields = line.split(" ", -1);
      if (fields.length < 4) {
        continue;
      }
      if (fields[2].equals("cgroup2")) {
        unified = unified.or(() -> Optional.of(Path.of(fields[1])));
      } else if (fields[2].equals("cgroup")) {
        for (var option : fields[3].split(",", -1)) {
          controllers.putIfAbsent(option, Path.of(fields[1]));
        }
      }
    }
    // rw, relatime and the like are options, too, but no controllers; they lead to a mount point
    // all the same and are
    // never asked for.
    return new CgroupMounts(unified, Map.copyOf(controllers));
  }

  /// cgroup v2 alone. A hybrid (v1 hierarchies with a v2 mount beside) counts as v1.
  boolean onlyUnified() {
    return unified.isPresent() && !controllers.containsKey("memory");
  }

  /// The hierarchy that knows about `controller`; empty where the machine has none.
  Optional<Path> hierarchy(String controller) {
    return onlyUnified() ? unified : Optional.ofNullable(controllers.get(controller));
  }

  /// Every hierarchy in which a container may have a group.
  List<Path> all() {
    var all = new java.util.LinkedHashSet<Path>();
    controllers.values().forEach(all::add);
    unified.ifPresent(all::add);
    return List.copyOf(all);
  }
}
