package vch.app.compat.differential;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.node.ObjectNode;

/// Bodies that are not JSON, as texts that can be compared.
final class Bodies {
  private static final int BLOCK = 512;

  private Bodies() {}

  /// A header; the one that is JSON in Base64 is shown as JSON, its time as `…`.
  static String header(String name, String value) {
    if (name.equals("x-docker-container-path-stat") && !value.startsWith("(")) {
      return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)
          .replaceAll("\"mtime\":\"[^\"]+\"", "\"mtime\":\"…\"");
    }
    return value;
  }

  /// A stream of frames as `stream: text` each; other bytes as they are. Neighbours of one stream
  /// are put together, since where they are cut is chance.
  static String frames(byte[] bytes) {
    var out = new StringBuilder();
    int last = -1;
    int at = 0;
    while (at + 8 <= bytes.length && bytes[at] >= 0 && bytes[at] <= 3 && bytes[at + 1] == 0) {
      int size =
          (bytes[at + 4] & 255) << 24
              | (bytes[at + 5] & 255) << 16
              | (bytes[at + 6] & 255) << 8
              | bytes[at + 7] & 255;
      if (size < 0 || at + 8 + size > bytes.length) {
        break;
      }
      if (bytes[at] != last) {
        last = bytes[at];
        out.append(last).append(": ");
      }
      out.append(new String(bytes, at + 8, size, StandardCharsets.UTF_8));
      at += 8 + size;
    }
    return out.append(new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8)).toString();
  }

  /// The members of a tar archive by name: kind, mode, owner, size, target.
  static ObjectNode tar(byte[] bytes) {
    var out = Engine.MAPPER.createObjectNode();
    for (int at = 0; at + BLOCK <= bytes.length && bytes[at] != 0; ) {
      long size = octal(bytes, at + 124, 12);
      char kind = (char) bytes[at + 156];
      if (kind != 'x' && kind != 'g') {
        out.put(
            text(bytes, at, 100),
            kind
                + " mode="
                + Long.toOctalString(octal(bytes, at + 100, 8) & 07777)
                + " owner="
                + octal(bytes, at + 108, 8)
                + ":"
                + octal(bytes, at + 116, 8)
                + " size="
                + size
                + " to="
                + text(bytes, at + 157, 100));
      }
      at += (int) (BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK);
    }
    return out;
  }

  private static long octal(byte[] bytes, int at, int length) {
    var text = text(bytes, at, length).strip();
    return text.isEmpty() ? 0 : Long.parseLong(text, 8);
  }

  private static String text(byte[] bytes, int at, int max) {
    int end = at;
    while (end < at + max && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, at, end - at, StandardCharsets.UTF_8);
  }

  /// One tar archive with a file and a folder.
  static byte[] archive(String name, String text) {
    var data = text.getBytes(StandardCharsets.UTF_8);
    var out = new byte[BLOCK + (data.length + BLOCK - 1) / BLOCK * BLOCK + 2 * BLOCK];
    put(out, 0, name);
    put(out, 100, "0000640\0");
    put(out, 108, "0000007\0");
    put(out, 116, "0000011\0");
    put(out, 124, "%011o\0".formatted(data.length));
    put(out, 136, "14000000000\0");
    put(out, 148, "        ");
    put(out, 156, "0");
    put(out, 257, "ustar\00000");
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += out[i] & 255;
    }
    put(out, 148, "%06o\0 ".formatted(sum));
    System.arraycopy(data, 0, out, BLOCK, data.length);
    return out;
  }

  private static void put(byte[] out, int at, String text) {
    var bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, out, at, bytes.length);
  }
}
