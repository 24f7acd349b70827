package vch.portlayer.container;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What runs in a container and within which bounds: image defaults and the user's wishes, already
/// merged.
///
/// @param image id of the image, `sha256:` and 64 hex digits
/// @param imageRef the image as the user named it
/// @param arguments program and its arguments; never empty
/// @param environment `NAME=value`
/// @param user `name|uid[:group|gid]`; empty: root
/// @param stdinOpen keep standard input open
/// @param stdinOnce close standard input when the first attached client leaves
/// @param stopSignal name or number; empty: TERM
/// @param stopTimeoutSeconds empty: 10
/// @param shmBytes size of /dev/shm
/// @param annotations told to the OCI runtime
/// @param capAdd capabilities without `CAP_`, `ALL` allowed
/// @param seccomp empty: Docker's default profile; `unconfined`; or the profile as JSON text
/// @param maskedPaths empty: Docker's defaults
/// @param namespaces `ipc`, `pid`, `uts`, `cgroup` to the mode asked for, as in `--pid=host`
/// @param autoRemove removed when it ends
/// @param initProcess an init reaps and forwards signals
/// @param logOptions of the json-file driver (`max-size`, `max-file`); driver `none` under the key
///   `driver`
/// @param health how to find out whether it is well; empty: nobody asks
public record ContainerSpec(
    String image,
    String imageRef,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    String user,
    List<String> groupAdd,
    boolean tty,
    boolean stdinOpen,
    boolean stdinOnce,
    String stopSignal,
    Optional<Integer> stopTimeoutSeconds,
    List<Mount> mounts,
    Limits limits,
    List<Ulimit> ulimits,
    List<Device> devices,
    Map<String, String> sysctls,
    Map<String, String> annotations,
    List<String> capAdd,
    List<String> capDrop,
    boolean privileged,
    boolean readOnlyRoot,
    boolean noNewPrivileges,
    Optional<String> seccomp,
    Optional<List<String>> maskedPaths,
    Optional<List<String>> readOnlyPaths,
    long shmBytes,
    Map<String, String> namespaces,
    RestartPolicy restart,
    boolean autoRemove,
    boolean initProcess,
    Map<String, String> logOptions,
    Optional<HealthCheck> health) {
  public ContainerSpec {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
    groupAdd = List.copyOf(groupAdd);
    mounts = List.copyOf(mounts);
    ulimits = List.copyOf(ulimits);
    devices = List.copyOf(devices);
    sysctls = Map.copyOf(sysctls);
    annotations = Map.copyOf(annotations);
    capAdd = List.copyOf(capAdd);
    capDrop = List.copyOf(capDrop);
    namespaces = Map.copyOf(namespaces);
    logOptions = Map.copyOf(logOptions);
  }

  /// The files of an image and nothing else: no bounds, no mounts, no program that could run.
  public static ContainerSpec filesOf(String image) {
    return new ContainerSpec(
        image,
        image,
        List.of("none"),
        List.of(),
        "",
        "",
        List.of(),
        false,
        false,
        false,
        "",
        Optional.empty(),
        List.of(),
        Limits.NONE,
        List.of(),
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        false,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        Map.of(),
        RestartPolicy.NEVER,
        true,
        false,
        Map.of(),
        Optional.empty());
  }

  /// False where the user has switched IPv6 off in the container (`--sysctl`).
  public boolean ipv6() {
    return !"1".equals(sysctls.get("net.ipv6.conf.all.disable_ipv6"));
  }

  /// True where processes that are not privileged have the capability, as Docker grants it. What is
  /// added by name is there even where it is dropped, too, but not beside `ALL`.
  ///
  /// @param byDefault it is one that Docker gives unasked
  public boolean isGranted(String capability, boolean byDefault) {
    boolean dropped = capDrop.contains(capability);
    return capAdd.contains("ALL")
        ? !dropped
        : capAdd.contains(capability) || (byDefault && !dropped && !capDrop.contains("ALL"));
  }

  /// Ids of the images whose files the container needs: its own, and those that it mounts.
  public Stream<String> images() {
    return Stream.concat(
            Stream.of(image),
            mounts.stream().filter(m -> m.kind() == Mount.Kind.IMAGE).map(Mount::source))
        .distinct();
  }

  /// True where it needs the files of this image.
  public boolean uses(String imageId) {
    return images().anyMatch(imageId::equals);
  }

  public ContainerSpec withMounts(List<Mount> next) {
    return copy(environment, next, limits, restart, autoRemove);
  }

  public ContainerSpec withEnvironment(List<String> next) {
    return copy(next, mounts, limits, restart, autoRemove);
  }

  /// As one that goes by itself, with its anonymous volumes.
  public ContainerSpec withAutoRemove() {
    return copy(environment, mounts, limits, restart, true);
  }

  /// What `docker update` changes.
  public ContainerSpec withBounds(Limits nextLimits, RestartPolicy nextRestart) {
    return copy(environment, mounts, nextLimits, nextRestart, autoRemove);
  }

  /// Everything that is ever changed later; the rest stays.
  private ContainerSpec copy(
      List<String> environment,
      List<Mount> mounts,
      Limits limits,
      RestartPolicy restart,
      boolean autoRemove) {
    return new ContainerSpec(
        image,
        imageRef,
        arguments,
        environment,
        workingDirectory,
        user,
        groupAdd,
        tty,
        stdinOpen,
        stdinOnce,
        stopSignal,
        stopTimeoutSeconds,
        mounts,
        limits,
        ulimits,
        devices,
        sysctls,
        annotations,
        capAdd,
        capDrop,
        privileged,
        readOnlyRoot,
        noNewPrivileges,
        seccomp,
        maskedPaths,
        readOnlyPaths,
        shmBytes,
        namespaces,
        restart,
        autoRemove,
        initProcess,
        logOptions,
        health);
  }
}
