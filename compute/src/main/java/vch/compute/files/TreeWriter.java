package vch.compute.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import vch.archive.TarAttributes;
import vch.kernel.libc.Fd;

/// Writes parts of a file tree as a tar archive: owners, modes, times, links, devices and extended
/// attributes; sockets are left out. A file that grows or shrinks meanwhile is cut, or filled with
/// zeros. For one thread.
final class TreeWriter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TreeWriter.class.getName());
  private static final int COPY_BYTES = 128 * 1024;

  private final FileTree tree;
  private final TarArchiveOutputStream out;
  private final Map<String, String> written =
      new HashMap<>(); // name in the archive of each file with several names
  private final byte[] buffer = new byte[COPY_BYTES];

  /// @param out stays open
  TreeWriter(FileTree tree, OutputStream out) {
    this.tree = tree;
    this.out = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    this.out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    this.out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    this.out.setAddPaxHeadersForNonAsciiNames(true);
  }

  /// Writes a node with all below it.
  ///
  /// @param name of its entry; empty: only what is below it
  void put(Node node, String name) throws IOException {
    switch (node.kind()) {
      case DIRECTORY -> directory(node, name);
      case FILE -> file(node, name);
      case LINK -> {
        var entry = entry(name, TarConstants.LF_SYMLINK, node);
        entry.setLinkName(Files.readSymbolicLink(node.at()).toString());
        end(entry);
      }
      case FIFO -> end(entry(name, TarConstants.LF_FIFO, node));
      case CHARACTERS -> end(device(entry(name, TarConstants.LF_CHR, node), node));
      case BLOCKS -> end(device(entry(name, TarConstants.LF_BLK, node), node));
      case SOCKET -> {} // means nothing without its process
    }
  }

  /// Writes a node with its extended attributes and without what is below it.
  void putOne(Node node, String name) throws IOException {
    if (node.kind() == Node.Kind.DIRECTORY) {
      directoryEntry(node, name + "/");
    } else {
      put(node, name);
    }
  }

  /// Writes an empty file that belongs to root, as layers use them for marks.
  void mark(String name) throws IOException {
    var entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
    entry.setMode(0600);
    entry.setUserName("");
    entry.setGroupName("");
    entry.setLastModifiedTime(FileTime.from(java.time.Instant.EPOCH));
    end(entry);
  }

  private static TarArchiveEntry device(TarArchiveEntry entry, Node node) {
    entry.setDevMajor(node.attributes().major());
    entry.setDevMinor(node.attributes().minor());
    return entry;
  }

  private void directory(Node node, String name) throws IOException {
    if (!name.isEmpty()) {
      directoryEntry(node, name.endsWith("/") ? name : name + "/");
    }
    var prefix = name.isEmpty() || name.endsWith("/") ? name : name + "/";
    try (var directory = node.holdDirectory()) {
      for (var child : FileTree.names(directory)) {
        child(directory, node, prefix, child);
      }
    }
  }

  private void directoryEntry(Node node, String name) throws IOException {
    var entry = entry(name, TarConstants.LF_DIR, node);
    TarAttributes.put(out, entry, ExtendedAttributes.of(node));
    out.closeArchiveEntry();
  }

  private void child(Fd directory, Node parent, String prefix, String child) throws IOException {
    try {
      var found = tree.child(directory, parent.inside(), child);
      if (found.isPresent()) {
        put(found.get(), prefix + child);
      }
    } catch (NoSuchFileException e) {
      LOG.log(System.Logger.Level.DEBUG, "removed while it was read: {0}", e.getMessage());
    }
  }

  private void file(Node node, String name) throws IOException {
    if (node.attributes().names() > 1) {
      var before = written.putIfAbsent(node.attributes().file(), name);
      if (before != null) {
        var entry = entry(name, TarConstants.LF_LINK, node);
        entry.setLinkName(before);
        end(entry);
        return;
      }
    }
    try (var held = node.hold()) {
      var at = Path.of(held.path());
      var now = Node.look(at, node.inside(), true);
      if (now.kind() != Node.Kind.FILE) {
        return; // exchanged meanwhile
      }
      try (var in = FileChannel.open(at, StandardOpenOption.READ)) {
        var entry = entry(name, TarConstants.LF_NORMAL, now);
        long left = now.attributes().size();
        entry.setSize(left);
        TarAttributes.put(out, entry, ExtendedAttributes.of(now));
        while (left > 0) {
          int n = in.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(left, buffer.length)));
          if (n < 0) {
            n = (int) Math.min(left, buffer.length);
            java.util.Arrays.fill(buffer, 0, n, (byte) 0);
          }
          out.write(buffer, 0, n);
          left -= n;
        }
        out.closeArchiveEntry();
      }
    }
  }

  private static TarArchiveEntry entry(String name, byte kind, Node node) {
    var a = node.attributes();
    var entry = new TarArchiveEntry(name, kind, true); // a leading slash is kept
    entry.setMode(a.permissions());
    entry.setUserId(Integer.toUnsignedLong(a.uid()));
    entry.setGroupId(Integer.toUnsignedLong(a.gid()));
    entry.setUserName("");
    entry.setGroupName("");
    entry.setSize(0);
    entry.setLastModifiedTime(FileTime.from(a.modified()));
    return entry;
  }

  private void end(TarArchiveEntry entry) throws IOException {
    out.putArchiveEntry(entry);
    out.closeArchiveEntry();
  }

  /// Writes the end of the archive; the stream below stays open.
  @Override
  public void close() throws IOException {
    out.finish();
    out.flush();
  }
}
