package vch.compute.image;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Makes tar archives, good and bad ones.
public final class Tars {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

  public Tars() {
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    out.setAddPaxHeadersForNonAsciiNames(true);
  }

  public Tars file(String name, String content) {
    return file(name, content, _ -> {});
  }

  public Tars file(String name, String content, java.util.function.Consumer<TarArchiveEntry> more) {
    var entry = new TarArchiveEntry(name, TarArchiveEntry.LF_NORMAL, true);
    return put(entry, content.getBytes(StandardCharsets.UTF_8), 0644, more);
  }

  public Tars directory(String name) {
    return directory(name, 0755);
  }

  public Tars directory(String name, int mode) {
    return put(
        new TarArchiveEntry(name + "/", TarArchiveEntry.LF_DIR, true), new byte[0], mode, _ -> {});
  }

  public Tars link(String name, String target) {
    return kind(name, TarArchiveEntry.LF_SYMLINK, e -> e.setLinkName(target));
  }

  public Tars hardLink(String name, String target) {
    return kind(name, TarArchiveEntry.LF_LINK, e -> e.setLinkName(target));
  }

  public Tars device(String name, byte kind, int major, int minor) {
    return kind(
        name,
        kind,
        e -> {
          e.setDevMajor(major);
          e.setDevMinor(minor);
        });
  }

  public Tars kind(String name, byte kind, java.util.function.Consumer<TarArchiveEntry> more) {
    return put(new TarArchiveEntry(name, kind, true), new byte[0], 0644, more);
  }

  public Tars put(
      TarArchiveEntry entry,
      byte[] content,
      int mode,
      java.util.function.Consumer<TarArchiveEntry> more) {
    try {
      entry.setMode(mode);
      entry.setSize(content.length);
      entry.setUserId(0);
      entry.setGroupId(0);
      entry.setLastModifiedTime(FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
      more.accept(entry);
      out.putArchiveEntry(entry);
      out.write(content);
      out.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public byte[] bytes() {
    try {
      out.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] gzip(byte[] content) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static byte[] zstd(byte[] content) {
    return Zstd.compress(content);
  }

  /// The tar of a small root file system.
  public static byte[] root(String motd) {
    return new Tars().directory("etc").file("etc/motd", motd).link("etc/issue", "motd").bytes();
  }
}
