package vch.api.docker.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import vch.api.docker.DockerSettings;

/// What create has to know of the machine, so that it can refuse at once what could not be carried
/// out.
///
/// @param cpus processors that containers may use
/// @param cgroup2 the machine has the unified cgroup hierarchy: containers get a cgroup namespace
///   of their own
/// @param runtime name of the OCI runtime that runs containers
/// @param pathExists whether a path of the machine exists, for mounts that must not make it
record Surroundings(int cpus, boolean cgroup2, String runtime, Predicate<Path> pathExists) {
  static Surroundings of(DockerSettings settings) {
    return new Surroundings(
        settings.cpus(), settings.cgroupVersion().equals("2"), settings.runtime(), Files::exists);
  }
}
