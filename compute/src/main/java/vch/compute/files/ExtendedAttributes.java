package vch.compute.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Xattr;

/// The extended attributes that go along with files: capabilities and those of users. In archives
/// they are records of a pax header (pax(1), "pax Header Block"), whose values may be any bytes.
final class ExtendedAttributes {
  private static final String PREFIX = "SCHILY.xattr.";
  private static final String CAPABILITY = "security.capability";

  private ExtendedAttributes() {}

  static boolean travels(String name) {
    return name.equals(CAPABILITY) || name.startsWith("user.");
  }

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

  /// Records of a header by their keywords; empty where the file has no attributes that travel.
  static Map<String, byte[]> records(Node node) throws IOException {
    var records = new LinkedHashMap<String, byte[]>();
    var kind = node.kind();
    if (kind != Node.Kind.FILE && kind != Node.Kind.DIRECTORY) {
      return records;
    }
    try (var held = node.hold()) {
      for (var name : names(held)) {
        Xattr.get(held, name).ifPresent(value -> records.put(PREFIX + name, value));
      }
    } catch (KernelException e) {
      throw new IOException(node.inside() + ": " + e.getMessage(), e);
    }
    return records;
  }

  /// The body of a header.
  static byte[] pax(Map<String, byte[]> records) {
    var out = new ByteArrayOutputStream();
    records.forEach((keyword, value) -> record(out, keyword, value));
    return out.toByteArray();
  }

  private static List<String> names(Fd file) {
    try {
      return Xattr.list(file).stream().filter(ExtendedAttributes::travels).sorted().toList();
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
    length = rest + Integer.toString(length).length();
    out.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(head);
    out.writeBytes(value);
    out.write('\n');
  }
}
