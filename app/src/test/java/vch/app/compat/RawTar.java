package vch.app.compat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/// A tar archive of raw headers (POSIX ustar), so that it may claim anything.
final class RawTar {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  RawTar file(String name, String content) {
    return entry(name, '0', "", content.getBytes(StandardCharsets.UTF_8), -1);
  }

  RawTar directory(String name) {
    return entry(name, '5', "", new byte[0], -1);
  }

  RawTar symbolic(String name, String target) {
    return entry(name, '2', target, new byte[0], -1);
  }

  RawTar hard(String name, String target) {
    return entry(name, '1', target, new byte[0], -1);
  }

  RawTar device(String name, char kind) {
    return entry(name, kind, "", new byte[0], -1);
  }

  /// A PAX header for the next entry.
  RawTar pax(String text) {
    return entry("PaxHeaders/x", 'x', "", text.getBytes(StandardCharsets.UTF_8), -1);
  }

  /// @param claimed the size that the header tells; -1: the true one
  RawTar entry(String name, char kind, String target, byte[] content, long claimed) {
    var head = new byte[BLOCK];
    put(head, 0, 100, name);
    put(head, 100, 8, "0000755");
    put(head, 108, 8, "0000000");
    put(head, 116, 8, "0000000");
    put(head, 124, 12, String.format("%011o", claimed < 0 ? content.length : claimed));
    put(head, 136, 12, "07346545000");
    put(head, 148, 8, "        ");
    head[156] = (byte) kind;
    put(head, 157, 100, target);
    put(head, 257, 6, "ustar\0");
    put(head, 263, 2, "00");
    put(head, 329, 8, "0000001");
    put(head, 337, 8, "0000003");
    int sum = 0;
    for (var b : head) {
      sum += b & 0xff;
    }
    put(head, 148, 8, String.format("%06o\0 ", sum));
    out.writeBytes(head);
    out.writeBytes(content);
    out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    return this;
  }

  private static void put(byte[] head, int at, int length, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, head, at, Math.min(length, bytes.length));
  }

  byte[] bytes() {
    var whole = out.toByteArray();
    return Arrays.copyOf(whole, whole.length + 2 * BLOCK);
  }

  /// A gzip of one file of so many zero bytes: about a thousandth of that.
  static byte[] bomb(String name, long zeros) {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed, 1 << 16)) {
      gzip.write(new RawTar().entry(name, '0', "", new byte[0], zeros).out.toByteArray());
      var piece = new byte[1 << 20];
      for (long left = zeros; left > 0; left -= piece.length) {
        gzip.write(piece, 0, (int) Math.min(left, piece.length));
      }
      gzip.write(new byte[2 * BLOCK]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
