package vch.compute.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.engine.compute.ContainerFiles.Difference;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Xattr;

/// What the upper layer of an overlay changes, read as overlayfs reads it
/// (`Documentation/filesystems/overlayfs.rst`): a character device 0:0 hides what is below, and so
/// does a directory with `trusted.overlay.opaque`. For one thread.
final class LayerDifference {
  private static final String OPAQUE = "trusted.overlay.opaque";

  private final FileTree upper;
  private final List<Difference> found = new ArrayList<>();

  private LayerDifference(FileTree upper) {
    this.upper = upper;
  }

  /// @param lower highest first; nobody changes them
  static List<Difference> of(Path upper, List<Path> lower) throws IOException {
    try (var tree = new FileTree(upper, Map.of())) {
      var difference = new LayerDifference(tree);
      difference.children(tree.root(), lower);
      difference.found.sort(java.util.Comparator.comparing(Difference::path));
      return List.copyOf(difference.found);
    }
  }

  /// True when something below changed.
  private boolean children(Node node, List<Path> lower) throws IOException {
    boolean any = false;
    try (var directory = node.holdDirectory()) {
      var below = opaque(Path.of(directory.path())) ? List.<Path>of() : lower;
      for (var name : FileTree.names(directory)) {
        var child = upper.child(directory, node.inside(), name);
        if (child.isPresent()) {
          any |= changed(child.get(), name, below);
        }
      }
    }
    return any;
  }

  private boolean changed(Node node, String name, List<Path> lower) throws IOException {
    var before = before(name, lower);
    if (hides(node.attributes())) {
      before.ifPresent(_ -> add(Difference.Kind.DELETED, node));
      return before.isPresent();
    }
    if (!node.directory()) {
      add(before.isPresent() ? Difference.Kind.CHANGED : Difference.Kind.ADDED, node);
      return true;
    }
    boolean any = children(node, directories(name, lower));
    if (before.isEmpty()) {
      add(Difference.Kind.ADDED, node);
      return true;
    }
    if (any || !same(before.get(), node.attributes())) {
      add(Difference.Kind.CHANGED, node);
      return true;
    }
    return false;
  }

  private void add(Difference.Kind kind, Node node) {
    found.add(new Difference(kind, node.inside()));
  }

  private static boolean same(Node.Attributes a, Node.Attributes b) {
    return a.mode() == b.mode()
        && a.uid() == b.uid()
        && a.gid() == b.gid()
        && a.modified().equals(b.modified());
  }

  static boolean hides(Node.Attributes attributes) throws IOException {
    return attributes.kind() == Node.Kind.CHARACTERS && attributes.device() == 0;
  }

  private static Optional<Node.Attributes> look(Path path) throws IOException {
    try {
      return Optional.of(Node.attributes(path, false));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  static Optional<Node.Attributes> before(String name, List<Path> lower) throws IOException {
    for (var layer : lower) {
      var there = look(layer.resolve(name));
      if (there.isPresent()) {
        return hides(there.get()) ? Optional.empty() : there;
      }
    }
    return Optional.empty();
  }

  /// The directories that overlayfs would join under the name.
  static List<Path> directories(String name, List<Path> lower) throws IOException {
    var joined = new ArrayList<Path>();
    for (var layer : lower) {
      var path = layer.resolve(name);
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        break;
      }
      joined.add(path);
      if (opaque(path)) {
        break;
      }
    }
    return joined;
  }

  static boolean opaque(Path directory) throws IOException {
    try {
      // Behind /proc/self/fd the link is to be followed, which lgetxattr(2) does for all but the
      // last name.
      return Xattr.get(directory.resolve("."), OPAQUE)
          .filter(v -> v.length == 1 && v[0] == 'y')
          .isPresent();
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
