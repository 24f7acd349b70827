package vch.compute.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Writes a tar archive whose bytes depend on its content only: owner root, one time for all. For
/// one thread.
public final class ArchiveWriter implements AutoCloseable {
  private final TarArchiveOutputStream out;
  private final Instant time;
  private final Set<String> written = new HashSet<>();

  /// Writes to a stream that stays open.
  ///
  /// @param time of every entry
  public ArchiveWriter(OutputStream out, Instant time) {
    this.out = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    this.out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    this.out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    this.time = time;
  }

  /// Whether the name is still to be written.
  public boolean first(String name) {
    return written.add(name);
  }

  public void directory(String name, int mode) throws IOException {
    put(new TarArchiveEntry(name + "/", TarConstants.LF_DIR), mode, 0);
    out.closeArchiveEntry();
  }

  public void file(String name, int mode, byte[] content) throws IOException {
    put(new TarArchiveEntry(name, TarConstants.LF_NORMAL), mode, content.length);
    out.write(content);
    out.closeArchiveEntry();
  }

  /// Adds a file from a stream.
  ///
  /// @param size what the stream holds, exactly
  public void file(String name, int mode, long size, InputStream content) throws IOException {
    put(new TarArchiveEntry(name, TarConstants.LF_NORMAL), mode, size);
    content.transferTo(out);
    out.closeArchiveEntry();
  }

  private void put(TarArchiveEntry entry, int mode, long size) throws IOException {
    entry.setMode(mode);
    entry.setSize(size);
    entry.setUserId(0);
    entry.setGroupId(0);
    entry.setUserName("");
    entry.setGroupName("");
    entry.setLastModifiedTime(FileTime.from(time));
    out.putArchiveEntry(entry);
  }

  /// Writes the end of the archive; the stream below stays open.
  @Override
  public void close() throws IOException {
    out.finish();
    out.flush();
  }
}
