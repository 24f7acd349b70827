package vch.build.context;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;
import vch.portlayer.refusal.Refusal;

/// Takes the compression of an archive away, told by its first bytes.
final class Decompression {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MAGIC_BYTES = 6;

  /// A dictionary of xz larger than this is refused (`xz -9` uses 64 MiB).
  private static final int XZ_MEMORY_KIB_MAX = 100 * 1024;

  private Decompression() {}

  /// The stream without its compression; plain where it has none.
  static InputStream open(InputStream in) throws IOException {
    try {
      return opened(in);
    } catch (IOException e) {
      throw new Damageable.Damaged(e);
    }
  }

  private static InputStream opened(InputStream in) throws IOException {
    var buffered = new BufferedInputStream(in, BUFFER_BYTES);
    buffered.mark(MAGIC_BYTES);
    var head = buffered.readNBytes(MAGIC_BYTES);
    buffered.reset();
    if (starts(head, 0x1f, 0x8b)) {
      return new BufferedInputStream(new GZIPInputStream(buffered, BUFFER_BYTES), BUFFER_BYTES);
    }
    if (starts(head, 'B', 'Z', 'h')) {
      return new BufferedInputStream(new BZip2CompressorInputStream(buffered, true), BUFFER_BYTES);
    }
    if (starts(head, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return new BufferedInputStream(new XZInputStream(buffered, XZ_MEMORY_KIB_MAX), BUFFER_BYTES);
    }
    if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      throw new Refusal.Unsupported(
          "archives compressed by zstd are not offered in builds: use gzip, bzip2, xz or none");
    }
    return buffered;
  }

  private static boolean starts(byte[] head, int... magic) {
    if (head.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
