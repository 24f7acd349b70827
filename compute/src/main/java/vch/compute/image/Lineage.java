package vch.compute.image;

import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageNote;
import vch.portlayer.vch.VchId;

/// Which image a VCH made of which. Pure.
final class Lineage {
  private Lineage() {}

  /// The parent of an image; empty where none is known, or it was made of nothing.
  static Optional<String> parent(Image image, VchId vch, String child) {
    return image
        .imageNote(vch, child)
        .flatMap(ImageNote::made)
        .map(ImageNote.Made::parent)
        .filter(p -> !p.isEmpty());
  }

  static boolean hasChildren(Image image, VchId vch, String parent) {
    return children(image, vch, parent).findAny().isPresent();
  }

  /// Ids of the images made of the parent under the key.
  static Stream<String> made(Image image, VchId vch, String parent, String key) {
    return children(image, vch, parent)
        .filter(n -> n.made().filter(m -> m.key().equals(key)).isPresent())
        .map(ImageNote::image);
  }

  private static Stream<ImageNote> children(Image image, VchId vch, String parent) {
    return image
        .imageNotes(vch)
        .filter(n -> n.made().filter(m -> m.parent().equals(parent)).isPresent());
  }
}
