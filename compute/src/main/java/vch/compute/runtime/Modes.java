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

  /// Name or id of the container whose namespace is joined.
  static Optional<String> container(ContainerSpec spec, String kind) {
    var mode = spec.namespaces().getOrDefault(kind, "");
    return mode.startsWith(CONTAINER) ? Optional.of(mode.substring(CONTAINER.length())) : Optional.empty();
  }

  static long pid(SpecInputs in, String kind, String other) {
    var pid = in.joined().getOrDefault(other, 0L);
    if (pid == 0) {
      throw new Refusal.Conflict("cannot join the " + kind + " namespace of a non running container: " + other);
    }
    return pid;
  }
}
