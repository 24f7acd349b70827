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
    if (image.history().size() < steps.size() || image.layers().size() < layers.size()) {
      return false;
    }
    for (int i = 0; i < steps.size(); i++) {
      if (!steps.get(i).equals(image.history().get(i))) {
        return false;
      }
    }
    return layers.equals(image.layers().subList(0, layers.size()));
  }
}
