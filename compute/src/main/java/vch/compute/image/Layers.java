package vch.compute.image;

import java.nio.file.Path;
import java.util.List;

/// The unpacked layers of the images of this machine.
public interface Layers {
  /// The layers of an image, lowest first: each a directory that can be a lower directory of
  /// overlayfs (a removed file is a character device 0:0, an opaque directory carries the extended
  /// attribute `trusted.overlay.opaque` of `y`).
  ///
  /// @param imageId `sha256:` and 64 hex digits
  /// @throws vch.portlayer.refusal.Refusal.NotFound `No such image: <id>`
  List<Path> directories(String imageId);
}
