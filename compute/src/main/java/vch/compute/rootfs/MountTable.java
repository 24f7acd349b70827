package vch.compute.rootfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What is mounted in the daemon's mount namespace: /proc/self/mountinfo, proc(5).
public final class MountTable {
  private static final int MOUNT_POINT = 4;

  private MountTable() {}

  /// How mounts spread from or to the mount that a path is on, of mount_namespaces(7).
  ///
  /// @param point where it is mounted
  public record Propagation(Path point, boolean shared, boolean slave) {}

  /// @param path without symbolic links
  public static Propagation propagation(Path path) throws IOException {
    return propagation(Files.readString(Path.of("/proc/self/mountinfo")), path);
  }

  static Propagation propagation(String mountinfo, Path path) {
    var out = new Propagation(Path.of("/"), false, false);
    for (var line : mountinfo.lines().toList()) {
      var fields = line.split(" ", -1);
      if (fields.length <= MOUNT_POINT + 2) {
        continue;
      }
      var point = Path.of(unescape(fields[MOUNT_POINT]));
      // Of mounts on one point the last one is seen.
      if (path.startsWith(point) && point.getNameCount() >= out.point().getNameCount()) {
        boolean shared = false;
        boolean slave = false;
        for (int i = MOUNT_POINT + 2; i < fields.length && !fields[i].equals("-"); i++) {
          shared |= fields[i].startsWith("shared:");
          slave |= fields[i].startsWith("master:");
        }
        out = new Propagation(point, shared, slave);
      }
    }
    return out;
  }

  /// Mount points below `directory`, in the order of mounting.
  static List<Path> below(Path directory) throws IOException {
    return parse(Files.readString(Path.of("/proc/self/mountinfo"))).stream()
        .filter(p -> p.startsWith(directory) && !p.equals(directory))
        .toList();
  }

  static List<Path> parse(String mountinfo) {
    return mountinfo
        .lines()
        .map(l -> l.split(" ", MOUNT_POINT + 2))
        .filter(f -> f.length > MOUNT_POINT)
        .map(f -> Path.of(unescape(f[MOUNT_POINT])))
        .toList();
  }

  /// Space, tab, line feed and backslash are written as three octal digits.
  private static String unescape(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 3 < text.length()) {
        out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
