package vch.compute.files;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vch.archive.TarAttributes;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Xattr;

/// The extended attributes of files that go along with them.
final class ExtendedAttributes {
  private ExtendedAttributes() {}

  /// Where the file system knows no such attributes, nothing happens.
  static void set(Fd file, Map<String, byte[]> attributes) throws IOException {
    for (var each : attributes.entrySet()) {
      try {
        Xattr.set(file, each.getKey(), each.getValue());
      } catch (KernelException e) {
        if (!e.is(Errno.EOPNOTSUPP)) {
          throw new IOException(e.getMessage(), e);
        }
      }
    }
  }

  /// Those that travel, by name.
  static Map<String, byte[]> of(Node node) throws IOException {
    var found = new LinkedHashMap<String, byte[]>();
    var kind = node.kind();
    if (kind != Node.Kind.FILE && kind != Node.Kind.DIRECTORY) {
      return found;
    }
    try (var held = node.hold()) {
      for (var name : names(held)) {
        Xattr.get(held, name).ifPresent(value -> found.put(name, value));
      }
    } catch (KernelException e) {
      throw new IOException(node.inside() + ": " + e.getMessage(), e);
    }
    return found;
  }

  private static List<String> names(Fd file) {
    try {
      return Xattr.list(file).stream().filter(TarAttributes::travels).sorted().toList();
    } catch (KernelException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        return List.of();
      }
      throw e;
    }
  }
}
