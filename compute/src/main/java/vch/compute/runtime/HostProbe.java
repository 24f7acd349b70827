package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at the machine and at its device nodes.
final class HostProbe {
  private static final int MODE_BITS = 07777;
  private static final int TYPE_BITS = 0170000;
  private static final int BLOCK = 0060000;
  private static final int CHARACTER = 0020000;

  /// What of /dev a privileged container gets from its own mounts, or must not get at all.
  private static final List<String> NOT_COPIED =
      List.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev");

  private HostProbe() {}

  static CgroupMounts cgroups() throws IOException {
    return CgroupMounts.parse(Files.readString(Path.of("/proc/self/mounts")));
  }

  static Host look(CgroupMounts cgroups) throws IOException {
    boolean swap =
        cgroups.onlyUnified()
            || cgroups
                .hierarchy("memory")
                .map(m -> Files.exists(m.resolve("memory.memsw.limit_in_bytes")))
                .orElse(false);
    return new Host(
        cgroups.onlyUnified(),
        swap,
        Files.exists(Path.of("/proc/sys/kernel/seccomp/actions_avail")),
        atLeast(setting("/proc/sys/kernel/osrelease"), 5, 12),
        architecture(System.getProperty("os.arch", "")),
        capabilities(Files.readString(Path.of("/proc/self/status"))));
  }

  /// The daemon's bounding set.
  static long capabilities(String status) {
    return status
        .lines()
        .filter(l -> l.startsWith("CapBnd:"))
        .map(l -> Long.parseUnsignedLong(l.substring("CapBnd:".length()).strip(), 16))
        .findFirst()
        .orElse(0L);
  }

  static boolean atLeast(String release, int major, int minor) {
    var parts = release.split("[.-]", 3);
    int actual = Integer.parseInt(parts[0]);
    return actual > major || (actual == major && Integer.parseInt(parts[1]) >= minor);
  }

  private static String architecture(String javaName) {
    return javaName.equals("amd64") ? "x86_64" : javaName;
  }

  /// The device node at `path`, links followed; empty when there is something else, or nothing.
  static Optional<DeviceNode> node(Path path, String target) throws IOException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    int mode = (int) number(path, "mode");
    int type = mode & TYPE_BITS;
    if (type != BLOCK && type != CHARACTER) {
      return Optional.empty();
    }
    long device = number(path, "rdev");
    return Optional.of(
        new DeviceNode(
            target,
            type == BLOCK ? 'b' : 'c',
            major(device),
            minor(device),
            mode & MODE_BITS,
            number(path, "uid"),
            number(path, "gid")));
  }

  private static long number(Path path, String attribute) throws IOException {
    return Files.getAttribute(path, "unix:" + attribute) instanceof Number n ? n.longValue() : 0;
  }

  /// All device nodes below a directory of the machine, under `target` inside a container.
  static List<DeviceNode> below(Path directory, String target) throws IOException {
    var nodes = new ArrayList<DeviceNode>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (var entry : entries) {
        var name = entry.getFileName().toString();
        if (Files.isSymbolicLink(entry) || NOT_COPIED.contains(name) || name.equals("console")) {
          continue;
        }
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          nodes.addAll(below(entry, target + "/" + name));
        } else {
          node(entry, target + "/" + name).ifPresent(nodes::add);
        }
      }
    }
    nodes.sort(java.util.Comparator.comparing(DeviceNode::path));
    return nodes;
  }

  /// major(3) and minor(3).
  static long major(long device) {
    return (device >>> 8 & 0xfff) | (device >>> 32 & 0xffff_f000L);
  }

  static long minor(long device) {
    return (device & 0xff) | (device >>> 12 & 0xffff_ff00L);
  }

  /// Reads by large pieces: a kernel setting that is a number gives its first digits and then its
  /// end to who reads it byte by byte, as `Files.readString` does with a file of size 0.
  static String setting(String path) throws IOException {
    return Files.readAllLines(Path.of(path)).getFirst().strip();
  }
}
