package vch.build.run;

import java.util.Optional;
import vch.engine.compute.Images.ImageInfo;

/// Comparing how images were made.
final class Histories {
  private Histories() {}

  /// Whether an image was made of the parent (empty: nothing) or of one that was made alike.
  static boolean beginsWith(ImageInfo image, Optional<ImageInfo> parent) {
    if (parent.isEmpty()) {
      return !image.history().isEmpty();
    }
    var steps = parent.get().history();
    var layers = parent.get().layers();
    return image.history().size() >= steps.size()
        && image.layers().size() >= layers.size()
        && steps.equals(image.history().subList(0, steps.size()))
        && layers.equals(image.layers().subList(0, layers.size()));
  }
}
