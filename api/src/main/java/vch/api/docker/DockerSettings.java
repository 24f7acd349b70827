package vch.api.docker;

import java.nio.file.Path;
import java.util.List;

/// What the Docker API tells about the daemon and the machine.
///
/// @param version of the product, `0.1.0`
/// @param buildTime RFC 3339, empty when unknown
/// @param operatingSystem `Debian GNU/Linux 12 (bookworm)`
/// @param architecture as `uname -m` says, `x86_64`
/// @param memoryNodes NUMA nodes
/// @param root where state is kept
/// @param runtime name of the OCI runtime in use
/// @param cgroupVersion `1` or `2`
public record DockerSettings(
    String version,
    String gitCommit,
    String buildTime,
    String kernelVersion,
    String operatingSystem,
    String osVersion,
    String architecture,
    int cpus,
    int memoryNodes,
    long memoryBytes,
    Path root,
    String runtime,
    List<String> runtimes,
    String cgroupDriver,
    String cgroupVersion) {
  public DockerSettings {
    runtimes = List.copyOf(runtimes);
  }

  /// The version on the scale of Docker's engine, as programs compare it (Testcontainers takes no
  /// server below 1.6.0); ours stands behind it.
  public String engineVersion() {
    return ApiVersion.ENGINE + "+portlayer." + version;
  }

  /// The architecture as Go and image indexes write it.
  public String goArchitecture() {
    return switch (architecture) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      case "i386", "i686" -> "386";
      case "armv7l", "armv6l" -> "arm";
      default -> architecture;
    };
  }
}
