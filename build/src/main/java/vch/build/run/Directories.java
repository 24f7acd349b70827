package vch.build.run;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import vch.build.Site;
import vch.build.context.Entry;
import vch.build.context.TarPieces;
import vch.build.context.TarPieces.Owner;
import vch.build.context.TarPieces.Piece;
import vch.engine.compute.ContainerFiles.Unpacking;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// Makes directories in containers.
final class Directories {
  private Directories() {}

  /// Makes a directory and those above it; one that is there stays as it is.
  ///
  /// @param path absolute and clean
  static void make(Site site, Container container, String path) throws IOException {
    if (path.equals("/")) {
      return;
    }
    var files = site.processes().files();
    try {
      var found = files.stat(container, path);
      if (!found.linkTarget().isEmpty()) {
        found = files.stat(container, found.linkTarget());
      }
      if (!found.isDirectory()) {
        throw new Refusal.Invalid("Cannot mkdir: " + path + " is not a directory");
      }
    } catch (Refusal.NotFound _) {
      var piece =
          new Piece(
              path.substring(1),
              Entry.made(path.substring(1), site.clock().instant()),
              Optional.empty(),
              Optional.of(new Owner(0, 0)));
      files.write(
          container, "/", new TarPieces(List.of(piece).iterator()), new Unpacking(false, false));
    }
  }
}
