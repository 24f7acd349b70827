package vch.compute.image.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.archive.BadArchiveException;

/// Names within a layer, resolved as if its directory were the root of the file system: neither
/// `..` nor a symbolic link leads out. Sound only while nobody else writes below the directory,
/// which holds: it is new and unpacked by one thread.
final class LayerRoot {
  /// As MAXSYMLINKS of the kernel.
  private static final int LINKS_MAX = 40;

  /// As PATH_MAX of linux/limits.h.
  private static final int NAME_CHARS_MAX = 4096;

  private final Path root;
  private final Rights rights;
  private String lastParent = "\0";
  private Path lastPath;

  LayerRoot(Path root, Rights rights) {
    this.root = root;
    this.rights = rights;
    this.lastPath = root;
  }

  Path path() {
    return root;
  }

  /// Where an entry lies.
  ///
  /// @param directory exists, is within the root, and is no symbolic link
  /// @param name last component; empty: the root itself
  record Place(Path directory, String name) {
    Path path() {
      return name.isEmpty() ? directory : directory.resolve(name);
    }
  }

  /// Components of an entry's name without `.` and `..`.
  ///
  /// @throws BadArchiveException when it leads above the root
  static List<String> components(String name) throws BadArchiveException {
    if (name.length() > NAME_CHARS_MAX) {
      throw new BadArchiveException(
          "an entry's name is longer than " + NAME_CHARS_MAX + " characters");
    }
    var out = new ArrayList<String>();
    for (var part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (out.isEmpty()) {
          throw new BadArchiveException("entry \"" + name + "\" leads out of the layer");
        }
        out.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        out.add(part);
      }
    }
    return out;
  }

  /// The place of a name; missing directories on the way are made, owned by root.
  Place place(String name) throws IOException {
    var parts = components(name);
    if (parts.isEmpty()) {
      return new Place(root, "");
    }
    var parent = String.join("/", parts.subList(0, parts.size() - 1));
    if (!parent.equals(lastParent)) {
      lastPath = walk(parts.subList(0, parts.size() - 1), name);
      lastParent = parent;
    }
    return new Place(check(lastPath, parts.getLast(), name), parts.getLast());
  }

  /// To be called whenever something that stood in the tree was taken away or replaced.
  void forget() {
    lastParent = "\0";
  }

  /// Whether the path still is a directory within the root that no link leads to.
  boolean holds(Path directory) throws IOException {
    var at = root;
    for (var part : root.relativize(directory)) {
      at = at.resolve(part);
      if (!attributes(at).map(BasicFileAttributes::isDirectory).orElse(false)) {
        return part.toString().isEmpty();
      }
    }
    return true;
  }

  private static Path check(Path directory, String last, String name) throws BadArchiveException {
    try {
      var _ = directory.resolve(last);
      return directory;
    } catch (InvalidPathException e) {
      throw new BadArchiveException(
          "the name of entry \""
              + name
              + "\" cannot be written on this machine ("
              + e.getReason()
              + "); names beyond ASCII need the daemon to run in a UTF-8 locale");
    }
  }

  private Path walk(List<String> parts, String name) throws IOException {
    var todo = new ArrayDeque<>(parts);
    var at = new ArrayDeque<Path>(); // the directories from the root to where we are, root excluded
    int links = 0;
    while (!todo.isEmpty()) {
      var part = todo.removeFirst();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        at.pollLast();
        continue;
      }
      var next = check(at.isEmpty() ? root : at.getLast(), part, name).resolve(part);
      var found = attributes(next);
      if (found.isPresent() && found.get().isSymbolicLink()) {
        if (++links > LINKS_MAX) {
          throw new BadArchiveException(
              "entry \"" + name + "\" leads through too many symbolic links");
        }
        var target = Files.readSymbolicLink(next).toString();
        if (target.startsWith("/")) {
          at.clear();
        }
        var segments = List.of(target.split("/", -1));
        for (int i = segments.size() - 1; i >= 0; i--) {
          todo.addFirst(segments.get(i));
        }
        continue;
      }
      if (found.isPresent() && !found.get().isDirectory()) {
        if (!found.get().isOther()) {
          throw new BadArchiveException(
              "entry \""
                  + name
                  + "\" lies below \""
                  + root.relativize(next)
                  + "\", which is a file");
        }
        Files.delete(next); // a whiteout: the directory is new in this layer
        directory(next);
        rights.attribute(next, Whiteouts.OPAQUE_ATTRIBUTE, Whiteouts.opaque());
      } else if (found.isEmpty()) {
        directory(next);
      }
      at.addLast(next);
    }
    return at.isEmpty() ? root : at.getLast();
  }

  private void directory(Path path) throws IOException {
    Files.createDirectory(path);
    rights.mode(path, 0755);
  }

  /// Of the file itself; empty when there is none.
  static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }
}
