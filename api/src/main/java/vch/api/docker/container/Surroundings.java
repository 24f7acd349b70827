package vch.api.docker.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import vch.api.docker.DockerHost;

/// What create has to know of the machine, so that it can refuse at once what could not be carried
/// out.
///
/// @param cpus processors that containers may use
/// @param cgroup2 the machine has the unified cgroup hierarchy: containers get a cgroup namespace
///   of their own
/// @param runtime name of the OCI runtime that runs containers
/// @param socket the local socket of the VCH's Docker API
/// @param pathExists whether a path of the machine exists, for mounts that must not make it
/// @param imageId the id of the image that a reference means to the VCH; refuses as not found where
///   there is none
/// @param memoryNodes NUMA nodes
/// @param blockWeights shares of block devices can be given (the BFQ scheduler, or CFQ of old)
record Surroundings(
    int cpus,
    int memoryNodes,
    boolean cgroup2,
    boolean blockWeights,
    String runtime,
    Predicate<Path> pathExists,
    Path socket,
    UnaryOperator<String> imageId) {
  /// Where containers are told to look for Docker.
  private static final Set<String> USUAL_SOCKETS =
      Set.of("/var/run/docker.sock", "/run/docker.sock");

  private static final Path BLKIO = Path.of("/sys/fs/cgroup/blkio");

  /// The path of the machine that a bind mount means: whoever mounts the usual socket of Docker
  /// means the Docker that was asked, which is this VCH (docs/decisions/0013).
  String source(String path) {
    return USUAL_SOCKETS.contains(path) ? socket.toString() : path;
  }

  static Surroundings of(DockerHost host) {
    var settings = host.settings();
    boolean cgroup2 = settings.cgroupVersion().equals("2");
    return new Surroundings(
        settings.cpus(),
        settings.memoryNodes(),
        cgroup2,
        cgroup2
            || Files.exists(BLKIO.resolve("blkio.weight"))
            || Files.exists(BLKIO.resolve("blkio.bfq.io_service_bytes")),
        settings.runtime(),
        Files::exists,
        host.socket(),
        reference -> host.images().find(host.vch(), reference).id());
  }
}
