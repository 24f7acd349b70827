package vch.compute.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Writes the upper layer of an overlay as a layer of images: OCI image specification, "Layer
/// Filesystem Changeset". For one layer and one thread.
final class LayerWriter {
  private static final String GONE = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  private final FileTree tree;
  private final TreeWriter writer;
  private long entries;

  private LayerWriter(FileTree tree, TreeWriter writer) {
    this.tree = tree;
    this.writer = writer;
  }

  /// Writes the layer.
  ///
  /// @param lower what lies below, highest first; nobody changes it
  /// @return the number of entries
  static long write(Path upper, List<Path> lower, OutputStream tar) throws IOException {
    try (var tree = new FileTree(upper, Map.of());
        var writer = new TreeWriter(tree, tar)) {
      var layer = new LayerWriter(tree, writer);
      layer.children(tree.root(), "", lower);
      return layer.entries;
    }
  }

  private void children(Node node, String prefix, List<Path> lower) throws IOException {
    try (var directory = node.holdDirectory()) {
      var below = lower;
      if (LayerDifference.opaque(Path.of(directory.path()))) {
        if (!prefix.isEmpty() && !lower.isEmpty()) {
          writer.mark(prefix + OPAQUE);
          entries++;
        }
        below = List.of();
      }
      for (var name : FileTree.names(directory)) {
        var child = tree.child(directory, node.inside(), name);
        if (child.isPresent()) {
          child(child.get(), prefix, name, below);
        }
      }
    }
  }

  private void child(Node node, String prefix, String name, List<Path> lower) throws IOException {
    if (LayerDifference.hides(node.attributes())) {
      if (LayerDifference.before(name, lower).isPresent()) {
        writer.mark(prefix + GONE + name);
        entries++;
      }
      return;
    }
    if (node.kind() == Node.Kind.SOCKET) {
      return;
    }
    writer.putOne(node, prefix + name);
    entries++;
    if (node.directory()) {
      children(node, prefix + name + "/", LayerDifference.directories(name, lower));
    }
  }
}
