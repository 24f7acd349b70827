package vch.compute.runtime;

import java.util.Optional;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.refusal.Refusal;

/// Whose `ipc`, `pid`, `uts` or `cgroup` namespace a container has.
final class Modes {
  private static final String CONTAINER = "container:";

  private Modes() {}

  static boolean host(ContainerSpec spec, String kind) {
    return spec.namespaces().getOrDefault(kind, "").equals("host");
  }

  /// Neither the machine's nor another container's.
  static boolean own(ContainerSpec spec, String kind) {
    return !host(spec, kind) && container(spec, kind).isEmpty();
  }

  /// Id of the container whose namespace is joined.
  static Optional<String> container(ContainerSpec spec, String kind) {
    var mode = spec.namespaces().getOrDefault(kind, "");
    return mode.startsWith(CONTAINER)
        ? Optional.of(mode.substring(CONTAINER.length()))
        : Optional.empty();
  }

  /// The container lets others join its ipc namespace; so its /dev/shm must be one that can be
  /// shown to them.
  static boolean shareable(ContainerSpec spec) {
    return spec.namespaces().getOrDefault("ipc", "").equals("shareable");
  }

  static long pid(SpecInputs in, String kind, String other) {
    var pid = in.joined().getOrDefault(other, 0L);
    if (pid == 0) {
      throw new Refusal.Conflict(
          "cannot join the "
              + kind
              + " namespace of a non running container: container "
              + other
              + " is not running");
    }
    return pid;
  }
}
