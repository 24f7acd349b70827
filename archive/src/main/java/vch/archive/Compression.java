package vch.archive;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.util.Native;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// How a stream is compressed, told by its first bytes; what a manifest claims is not believed.
public enum Compression {
  NONE("none"),
  GZIP("gzip"),
  ZSTD("zstd"),
  BZIP2("bzip2"),
  XZ("xz");

  private static final int BUFFER_BYTES = 64 * 1024;

  /// A dictionary of xz larger than this is refused (`xz -9` uses 64 MiB).
  private static final int XZ_MEMORY_KIB_MAX = 100 * 1024;

  private static final int MAGIC_BYTES = 6;

  private final String word;

  Compression(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /// The stream without its compression.
  ///
  /// @param libraries where the native zstd library is unpacked at its first use
  /// @throws BadArchiveException here or while reading: the compression is damaged
  public static InputStream open(InputStream in, Path libraries) throws IOException {
    var buffered = new BufferedInputStream(in, BUFFER_BYTES);
    return switch (of(buffered)) {
      case NONE -> buffered;
      case GZIP -> decompressed(buffered, i -> new GZIPInputStream(i, BUFFER_BYTES));
      case ZSTD -> zstd(buffered, libraries);
      case BZIP2 -> decompressed(buffered, i -> new BZip2CompressorInputStream(i, true));
      case XZ -> decompressed(buffered, i -> new XZInputStream(i, XZ_MEMORY_KIB_MAX));
    };
  }

  private static InputStream decompressed(InputStream in, Decompressed.Decompressor by)
      throws IOException {
    return new BufferedInputStream(Decompressed.open(in, by), BUFFER_BYTES);
  }

  private static InputStream zstd(InputStream in, Path libraries) throws IOException {
    try {
      Native.load(libraries.toFile());
    } catch (UnsatisfiedLinkError | IllegalCallerException e) {
      throw new IOException("zstd cannot be read by this daemon: " + e.getMessage(), e);
    }
    return decompressed(in, ZstdInputStream::new);
  }

  /// Looks at the first bytes and leaves the stream where it was.
  private static Compression of(BufferedInputStream in) throws IOException {
    in.mark(MAGIC_BYTES);
    var head = in.readNBytes(MAGIC_BYTES);
    in.reset();
    return of(head);
  }

  /// Looks at the first bytes of a file.
  public static Compression of(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return of(in.readNBytes(MAGIC_BYTES));
    }
  }

  /// Looks at the first bytes of something.
  public static Compression of(byte[] head) {
    if (starts(head, 0x1f, 0x8b)) {
      return GZIP;
    }
    if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      return ZSTD;
    }
    if (starts(head, 'B', 'Z', 'h')) {
      return BZIP2;
    }
    return starts(head, 0xfd, '7', 'z', 'X', 'Z', 0) ? XZ : NONE;
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
