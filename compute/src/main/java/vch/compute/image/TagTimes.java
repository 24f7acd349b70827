package vch.compute.image;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.VchId;

/// When a VCH last gave an image a name by itself, rather than pulled or loaded it with one. Pure.
/// A row of the record is `<tagged>@<image id>`, without an image; its digest is the time.
final class TagTimes {
  private static final String PREFIX = "<tagged>@";

  private TagTimes() {}

  static boolean row(ImageTag tag) {
    return tag.reference().startsWith(PREFIX);
  }

  static Optional<Instant> of(Image image, VchId vch, String id) {
    return image.tag(vch, PREFIX + id).map(row -> Instant.parse(row.repoDigest()));
  }

  static Change put(VchId vch, String id, Instant at) {
    return new Change.TagPut(new ImageTag(vch, PREFIX + id, "", at.toString()));
  }

  /// What is to be forgotten with an image.
  static List<Change> removed(Image image, VchId vch, String id) {
    return of(image, vch, id).isPresent()
        ? List.of(new Change.TagRemoved(vch, PREFIX + id))
        : List.of();
  }
}
