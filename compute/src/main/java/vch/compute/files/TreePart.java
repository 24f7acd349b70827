package vch.compute.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import vch.kernel.libc.Fd;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// Finds the part of a volume or an image that is mounted. Containers may exchange what is in a
/// volume at any time, so a path would be no answer: what was found is held by a descriptor.
public final class TreePart {
  private TreePart() {}

  /// The file or directory that is the part; links on the way lead nowhere else.
  ///
  /// @param tree all of the volume or image
  /// @throws Refusal.Invalid there is none
  public static Fd hold(Path tree, Mount mount) throws IOException {
    try (var all = new FileTree(tree, Map.of());
        var found = all.find(mount.part(), true).orElseThrow(() -> none(mount))) {
      return found.node().hold();
    }
  }

  private static Refusal.Invalid none(Mount mount) {
    boolean image = mount.kind() == Mount.Kind.IMAGE;
    return new Refusal.Invalid(
        "cannot access path "
            + mount.part()
            + " of "
            + (image ? "image " + mount.imageRef() : "volume " + mount.source())
            + ": no such file or directory"
            + (image ? "" : "; make it before the container starts"));
  }
}
