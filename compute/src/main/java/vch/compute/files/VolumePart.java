package vch.compute.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import vch.kernel.libc.Fd;
import vch.portlayer.refusal.Refusal;

/// Finds a part of a volume. Containers may exchange what is in a volume at any time, so a path
/// would be no answer: what was found is held by a descriptor.
public final class VolumePart {
  private VolumePart() {}

  /// The file or directory at a path of the volume; links in it lead nowhere else.
  ///
  /// @param volume directory of the machine
  /// @throws Refusal.Invalid there is none
  public static Fd hold(Path volume, String path, String name) throws IOException {
    try (var tree = new FileTree(volume, Map.of());
        var found =
            tree.find(path, true)
                .orElseThrow(
                    () ->
                        new Refusal.Invalid(
                            "cannot access path "
                                + path
                                + " of volume "
                                + name
                                + ": no such file or directory; make it before the container starts"))) {
      return found.node().hold();
    }
  }
}
