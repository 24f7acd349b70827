package vch.compute.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import vch.archive.TarAttributes;
import vch.archive.TarReader;
import vch.engine.compute.ContainerFiles.Unpacking;
import vch.kernel.libc.Chmod;
import vch.kernel.libc.Chown;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mknod;
import vch.kernel.libc.Open;
import vch.kernel.libc.Utimensat;
import vch.portlayer.refusal.Refusal;

/// Unpacks a tar archive into a directory of a file tree. For one archive and one thread.
final class TreeReader {
  private static final int COPY_BYTES = 128 * 1024;

  /// Texts of strerror(3).
  private static final Set<String> ARCHIVE_FAULTS =
      Set.of(
          "No such file or directory",
          "Not a directory",
          "File exists",
          "File name too long",
          "Too many levels of symbolic links",
          "Operation not permitted",
          "Invalid cross-device link",
          "Too many links");

  private final FileTree tree;
  private final String base;
  private final Unpacking how;
  private final Optional<Owner> owner;
  private final byte[] buffer = new byte[COPY_BYTES];
  private Map<String, byte[]> attributes = Map.of(); // of the entry
  private final Map<String, FileTime> times =
      new LinkedHashMap<>(); // of directories; filling one changes its time

  record Owner(long uid, long gid) {}

  /// @param base an existing directory
  /// @param owner of all that is unpacked; empty: as the archive says
  TreeReader(FileTree tree, String base, Unpacking how, Optional<Owner> owner) {
    this.tree = tree;
    this.base = base;
    this.how = how;
    this.owner = owner;
  }

  void unpack(InputStream tar) throws IOException {
    var archive = new TarReader(tar);
    try {
      for (var entry = archive.next(); entry.isPresent(); entry = archive.next()) {
        attributes = new TreeMap<>(archive.attributes());
        attributes.keySet().removeIf(name -> !TarAttributes.travels(name));
        entry(entry.get(), archive);
      }
      tar.transferTo(
          java.io.OutputStream
              .nullOutputStream()); // what stands behind the end, so that the client is done
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
    for (var each : times.entrySet()) {
      directoryTime(each.getKey(), each.getValue());
    }
  }

  private void directoryTime(String inside, FileTime time) throws IOException {
    var found = tree.find(inside, false);
    if (found.isEmpty()) {
      return; // removed meanwhile
    }
    try (var it = found.get()) {
      if (it.node().directory()) {
        try (var held = it.node().holdDirectory()) {
          time(Path.of(held.path()).resolve("."), time);
        }
      }
    }
  }

  private static List<String> parts(String name) {
    var parts = new ArrayList<String>();
    for (var part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (parts.isEmpty()) {
          throw new Refusal.Invalid(
              "entry \"" + name + "\" of the archive leads out of its directory");
        }
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private void entry(TarArchiveEntry entry, TarReader in) throws IOException {
    var parts = parts(entry.getName());
    if (parts.isEmpty()) {
      return; // the directory itself stays as it is
    }
    var name = parts.removeLast();
    var parent = base + "/" + String.join("/", parts);
    try (var found = tree.directory(parent);
        var directory = found.node().holdDirectory()) {
      var before = tree.child(directory, found.node().inside(), name);
      if (before.isPresent() && !replaced(entry, before.get())) {
        directoryData(entry, before.get());
        return;
      }
      make(entry, in, Path.of(directory.path()).resolve(name), parent + "/" + name);
    } catch (FileSystemException e) {
      throw meaning(entry, e);
    } catch (InvalidPathException e) {
      throw new Refusal.Invalid(
          "the name of entry \"" + entry.getName() + "\" cannot be written on this machine");
    }
  }

  /// Names that cannot be are the archive's fault, a disk that cannot take more is not.
  private static Refusal meaning(TarArchiveEntry entry, FileSystemException e) throws IOException {
    var reason =
        switch (e) {
          case NoSuchFileException _ -> "No such file or directory";
          case NotDirectoryException _ -> "Not a directory";
          case FileAlreadyExistsException _ -> "File exists";
          default -> Optional.ofNullable(e.getReason()).orElse("");
        };
    if (!ARCHIVE_FAULTS.contains(reason)) {
      throw e;
    }
    return new Refusal.Invalid(
        "entry \"" + entry.getName() + "\" of the archive cannot be unpacked: " + reason);
  }

  /// Makes place for an entry; false where a directory meets a directory.
  private boolean replaced(TarArchiveEntry entry, Node before) throws IOException {
    if (before.directory() && entry.isDirectory()) {
      return false;
    }
    if (how.keepKinds() && before.directory()) {
      throw new Refusal.Invalid(
          "cannot overwrite directory \""
              + before.inside()
              + "\" with non-directory \""
              + base
              + "\"");
    }
    if (how.keepKinds() && entry.isDirectory()) {
      throw new Refusal.Invalid(
          "cannot overwrite non-directory \""
              + before.inside()
              + "\" with directory \""
              + base
              + "\"");
    }
    remove(before);
    return true;
  }

  private void remove(Node node) throws IOException {
    if (node.directory()) {
      try (var directory = node.holdDirectory()) {
        for (var name : FileTree.names(directory)) {
          var child = tree.child(directory, node.inside(), name);
          if (child.isPresent()) {
            remove(child.get());
          }
        }
      }
    }
    Files.delete(node.at());
  }

  private void make(TarArchiveEntry entry, TarReader in, Path at, String inside)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectory(at);
      directoryData(entry, Node.look(at, inside, false));
    } else if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(at, Path.of(entry.getLinkName()));
      Chown.lchown(at, uid(entry), gid(entry));
      time(at, entry.getLastModifiedTime());
    } else if (entry.isLink()) {
      link(entry, at);
    } else if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
      var kind =
          entry.isFIFO()
              ? Node.Kind.FIFO
              : entry.isBlockDevice() ? Node.Kind.BLOCKS : Node.Kind.CHARACTERS;
      special(entry, kind, at);
      try (var made = Node.look(at, inside, false).hold()) {
        data(entry, made);
      }
      time(at, entry.getLastModifiedTime());
    } else {
      try (var made =
          Open.open(at, Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW, 0600)) {
        content(in, made);
        data(entry, made);
      }
      time(at, entry.getLastModifiedTime());
    }
  }

  private static void special(TarArchiveEntry entry, Node.Kind kind, Path at) {
    try {
      Mknod.mknod(at, kind.bits | 0600, Mknod.makedev(entry.getDevMajor(), entry.getDevMinor()));
    } catch (KernelException e) {
      // Such as the character device 0,0, by which overlayfs marks what was removed.
      throw e.is(Errno.EPERM)
          ? new Refusal.Invalid(
              "entry \""
                  + entry.getName()
                  + "\" is a device that cannot be made there: "
                  + entry.getDevMajor()
                  + ","
                  + entry.getDevMinor())
          : e;
    }
  }

  private void link(TarArchiveEntry entry, Path at) throws IOException {
    var parts = parts(entry.getLinkName());
    if (parts.isEmpty()) {
      throw new Refusal.Invalid("entry \"" + entry.getName() + "\" is a hard link to a directory");
    }
    var name = parts.removeLast();
    try (var found = tree.directory(base + "/" + String.join("/", parts));
        var directory = found.node().holdDirectory()) {
      Files.createLink(at, Path.of(directory.path()).resolve(name));
    }
  }

  private void content(TarReader in, Fd made) throws IOException {
    try (var out = FileChannel.open(Path.of(made.path()), StandardOpenOption.WRITE)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        for (var part = ByteBuffer.wrap(buffer, 0, n); part.hasRemaining(); ) {
          out.write(part);
        }
      }
    }
  }

  private void directoryData(TarArchiveEntry entry, Node node) throws IOException {
    try (var directory = node.holdDirectory()) {
      data(entry, directory);
    }
    times.put(node.inside(), entry.getLastModifiedTime());
  }

  /// By descriptor: what stands under the name by now may be something else.
  private void data(TarArchiveEntry entry, Fd made) throws IOException {
    var at = Path.of(made.path());
    Chown.chown(at, uid(entry), gid(entry));
    Chmod.chmod(at, entry.getMode() & 07777);
    if (entry.isFile() || entry.isDirectory()) {
      ExtendedAttributes.set(
          made, attributes); // last: a change of the owner takes capabilities away
    }
  }

  private int uid(TarArchiveEntry entry) {
    return (int) owner.map(Owner::uid).orElse(entry.getLongUserId()).longValue();
  }

  private int gid(TarArchiveEntry entry) {
    return (int) owner.map(Owner::gid).orElse(entry.getLongGroupId()).longValue();
  }

  /// Of the file itself: a link that stands there by now leads nowhere.
  private static void time(Path at, FileTime time) {
    Utimensat.utimensat(at, time.toInstant(), time.toInstant());
  }
}
