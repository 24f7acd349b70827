package vch.compute.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Xattr;

/// The extended attributes of files that go into layers: capabilities and those of users. As
/// records of a pax header (pax(1), "pax Header Block"), whose values may be any bytes.
final class LayerAttributes {
  private static final String PREFIX = "SCHILY.xattr.";

  private LayerAttributes() {}

  /// Records of a header; empty where the file has no such attributes.
  static byte[] pax(Node node) throws IOException {
    if (node.kind() != Node.Kind.FILE && node.kind() != Node.Kind.DIRECTORY) {
      return new byte[0];
    }
    var records = new ByteArrayOutputStream();
    try (var held = node.hold()) {
      var path = Path.of(held.path());
      var at = node.kind() == Node.Kind.DIRECTORY ? path.resolve(".") : path;
      for (var name : names(at)) {
        var value = Xattr.get(at, name);
        if (value.isPresent()) {
          record(records, PREFIX + name, value.get());
        }
      }
    } catch (KernelException e) {
      throw new IOException(node.inside() + ": " + e.getMessage(), e);
    }
    return records.toByteArray();
  }

  private static List<String> names(Path at) {
    try {
      return Xattr.list(at).stream()
          .filter(n -> n.equals("security.capability") || n.startsWith("user."))
          .sorted()
          .toList();
    } catch (KernelException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        return List.of();
      }
      throw e;
    }
  }

  /// `length name=value\n`; the length counts its own digits.
  private static void record(ByteArrayOutputStream out, String name, byte[] value) {
    var head = (" " + name + "=").getBytes(StandardCharsets.UTF_8);
    int rest = head.length + value.length + 1;
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length++;
    }
    out.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(head);
    out.writeBytes(value);
    out.write('\n');
  }
}
