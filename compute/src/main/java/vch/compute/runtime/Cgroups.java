package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import vch.engine.compute.Processes.Usage;
import vch.engine.compute.UsageDetails;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Kill;
import vch.portlayer.container.ContainerId;

/// The control groups of a daemon's containers, each at `/portlayer-<8 hex>/<64 hex>` of its
/// hierarchies, or below the parent that the user named. The runtime makes and bounds them; here
/// they are read, emptied and removed. For any thread.
final class Cgroups {
  private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100 on all that we run on
  private static final long NANOS_PER_MICRO = 1_000;
  private static final int SIGKILL = 9;

  /// v1 says "no bound" with a number near 2^63.
  private static final long UNBOUNDED = 1L << 62;

  private final CgroupMounts mounts;
  private final String parent;
  private final Map<ContainerId, String> elsewhere = new ConcurrentHashMap<>();

  /// @param parent first component of the paths, without slash
  Cgroups(CgroupMounts mounts, String parent) {
    this.mounts = mounts;
    this.parent = parent;
  }

  boolean unified() {
    return mounts.onlyUnified();
  }

  /// For `linux.cgroupsPath`.
  ///
  /// @param named an absolute path, or empty for the daemon's own group
  String path(ContainerId id, String named) {
    return (named.isEmpty() ? "/" + parent : named) + "/" + id.value();
  }

  /// Notes where the group of a container is; with an empty parent in its usual place.
  void place(ContainerId id, String named) {
    if (named.isEmpty()) {
      elsewhere.remove(id);
    } else {
      elsewhere.put(id, named);
    }
  }

  private Path in(Path hierarchy, ContainerId id) {
    return hierarchy.resolve(path(id, elsewhere.getOrDefault(id, "")).substring(1));
  }

  private Optional<Path> group(String controller, ContainerId id) {
    return mounts.hierarchy(controller).map(h -> in(h, id)).filter(Files::isDirectory);
  }

  /// Every process of the container, also those in groups below its own.
  List<Long> pids(ContainerId id) {
    var pids = new ArrayList<Long>();
    group("pids", id).or(() -> group("memory", id)).ifPresent(g -> collect(g, pids));
    return pids;
  }

  private static void collect(Path group, List<Long> pids) {
    read(group.resolve("cgroup.procs"))
        .lines()
        .filter(l -> !l.isBlank())
        .forEach(l -> pids.add(Long.parseLong(l.strip())));
    for (var child : children(group)) {
      collect(child, pids);
    }
  }

  private static List<Path> children(Path group) {
    var children = new ArrayList<Path>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(group, e -> Files.isDirectory(e, LinkOption.NOFOLLOW_LINKS))) {
      entries.forEach(children::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException _) {
      return List.of(); // gone meanwhile
    }
    return children;
  }

  /// Kills whatever is left of a container: processes that shared the machine's pid namespace
  /// outlive their first one.
  void kill(ContainerId id) {
    for (long pid : pids(id)) {
      try {
        Kill.kill(pid, SIGKILL);
      } catch (KernelException e) {
        if (!e.is(Errno.ESRCH)) {
          throw e;
        }
      }
    }
  }

  /// Removes the container's groups from every hierarchy; those that still hold a process stay.
  ///
  /// @return true when none is left
  boolean remove(ContainerId id) {
    boolean all = true;
    for (var hierarchy : mounts.all()) {
      var group = in(hierarchy, id);
      removeTree(group);
      all &= !Files.isDirectory(group);
    }
    return all;
  }

  /// Containers that have a group.
  List<ContainerId> found() {
    return mounts.hierarchy("pids").map(h -> children(h.resolve(parent))).orElse(List.of()).stream()
        .map(g -> new ContainerId(g.getFileName().toString()))
        .toList();
  }

  /// Removes the daemon's own group, where no container is left in it.
  void removeParent() {
    for (var hierarchy : mounts.all()) {
      rmdir(hierarchy.resolve(parent));
    }
  }

  private static void removeTree(Path group) {
    if (Files.isDirectory(group)) {
      children(group).forEach(Cgroups::removeTree);
      rmdir(group);
    }
  }

  private static void rmdir(Path group) {
    try {
      Files.deleteIfExists(group);
    } catch (IOException _) {
      return; // EBUSY: somebody is in it. It is tried again with the next release
    }
  }

  /// True when the kernel killed a process of the container for want of memory.
  boolean oomKilled(ContainerId id) {
    return group("memory", id)
        .map(
            g ->
                value(
                        CgroupTexts.named(
                            read(g.resolve(unified() ? "memory.events" : "memory.oom_control"))),
                        "oom_kill")
                    > 0)
        .orElse(false);
  }

  boolean frozen(ContainerId id) {
    return group("freezer", id)
        .map(
            g ->
                unified()
                    ? read(g.resolve("cgroup.freeze")).strip().equals("1")
                    : !read(g.resolve("freezer.state")).strip().equals("THAWED"))
        .orElse(false);
  }

  /// Zeros for a container that does not run.
  Usage usage(ContainerId id) {
    return unified()
        ? group("memory", id).map(Cgroups::unifiedUsage).orElse(NOTHING)
        : splitUsage(id);
  }

  private static final Usage NOTHING = new Usage(0, 0, 0, 0, 0, 0, UsageDetails.NONE);

  private static Usage unifiedUsage(Path g) {
    var cpu = CgroupTexts.named(read(g.resolve("cpu.stat")));
    var io = read(g.resolve("io.stat"));
    return new Usage(
        value(cpu, "usage_usec") * NANOS_PER_MICRO,
        value(cpu, "system_usec") * NANOS_PER_MICRO,
        value(cpu, "user_usec") * NANOS_PER_MICRO,
        number(read(g.resolve("memory.current"))),
        number(read(g.resolve("memory.max"))),
        number(read(g.resolve("pids.current"))),
        new UsageDetails(
            List.of(),
            value(cpu, "nr_periods"),
            value(cpu, "nr_throttled"),
            value(cpu, "throttled_usec") * NANOS_PER_MICRO,
            0, // the peak is not what Docker shows of v2
            value(CgroupTexts.named(read(g.resolve("memory.events"))), "oom"),
            CgroupTexts.named(read(g.resolve("memory.stat"))),
            number(read(g.resolve("pids.max"))),
            CgroupTexts.pairs(io, "rbytes", "wbytes"),
            List.of()));
  }

  private Usage splitUsage(ContainerId id) {
    var ticks = CgroupTexts.named(read(id, "cpuacct", "cpuacct.stat"));
    var throttling = CgroupTexts.named(read(id, "cpu", "cpu.stat"));
    long limit = number(read(id, "memory", "memory.limit_in_bytes"));
    return new Usage(
        number(read(id, "cpuacct", "cpuacct.usage")),
        value(ticks, "system") * NANOS_PER_TICK,
        value(ticks, "user") * NANOS_PER_TICK,
        number(read(id, "memory", "memory.usage_in_bytes")),
        limit >= UNBOUNDED ? 0 : limit,
        number(read(id, "pids", "pids.current")),
        new UsageDetails(
            CgroupTexts.numbers(read(id, "cpuacct", "cpuacct.usage_percpu")),
            value(throttling, "nr_periods"),
            value(throttling, "nr_throttled"),
            value(throttling, "throttled_time"),
            number(read(id, "memory", "memory.max_usage_in_bytes")),
            number(read(id, "memory", "memory.failcnt")),
            CgroupTexts.named(read(id, "memory", "memory.stat")),
            number(read(id, "pids", "pids.max")),
            CgroupTexts.devices(read(id, "blkio", "blkio.throttle.io_service_bytes_recursive")),
            CgroupTexts.devices(read(id, "blkio", "blkio.throttle.io_serviced_recursive"))));
  }

  private String read(ContainerId id, String controller, String file) {
    return group(controller, id).map(g -> read(g.resolve(file))).orElse("");
  }

  /// Empty when it cannot be read: a file of another kernel version, or a group that has just gone.
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException _) {
      return "";
    }
  }

  /// `max` and the empty text count as 0.
  private static long number(String text) {
    return CgroupTexts.number(text.strip()).orElse(0L);
  }

  private static long value(Map<String, Long> numbers, String key) {
    return numbers.getOrDefault(key, 0L);
  }
}
