package vch.compute.image;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.VchId;

/// Which image a VCH made of which. Pure. A row of the record is `<parent>@<image id>`; its image
/// is the parent (empty: made of nothing), its digest the key that a later build finds it by. Not
/// in the configuration of images: a stranger's image could claim to be the outcome of any step.
final class Lineage {
  private static final String PREFIX = "<parent>@";

  private Lineage() {}

  static boolean row(ImageTag tag) {
    return tag.reference().startsWith(PREFIX);
  }

  /// The parent of an image; empty where none is known, or it was made of nothing.
  static Optional<String> parent(Image image, VchId vch, String child) {
    return image.tag(vch, PREFIX + child).map(ImageTag::image).filter(p -> !p.isEmpty());
  }

  static Change put(VchId vch, String child, String parent, String key) {
    return new Change.TagPut(new ImageTag(vch, PREFIX + child, parent, key));
  }

  /// What is to be forgotten with an image.
  static List<Change> removed(Image image, VchId vch, String child) {
    return image
        .tag(vch, PREFIX + child)
        .map(row -> List.<Change>of(new Change.TagRemoved(vch, row.reference())))
        .orElse(List.of());
  }

  static boolean hasChildren(Image image, VchId vch, String parent) {
    return rows(image, vch, parent).findAny().isPresent();
  }

  /// Ids of the images made of the parent under the key.
  static Stream<String> made(Image image, VchId vch, String parent, String key) {
    return rows(image, vch, parent)
        .filter(r -> r.repoDigest().equals(key))
        .map(r -> r.reference().substring(PREFIX.length()));
  }

  private static Stream<ImageTag> rows(Image image, VchId vch, String parent) {
    return image.tags(vch).filter(r -> row(r) && r.image().equals(parent));
  }
}
