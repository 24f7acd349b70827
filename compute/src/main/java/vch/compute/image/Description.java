package vch.compute.image;

import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageNote;
import vch.portlayer.vch.VchId;

/// What a VCH is told of an image: what the image says of itself, and what the VCH calls it.
final class Description {
  private Description() {}

  /// @param image the record
  static ImageInfo of(ImageStore store, Image image, VchId vch, StoredImage stored) {
    var id = stored.id().toString();
    var rows = TagRules.rows(image, vch, id);
    var tags =
        rows.stream()
            .filter(TagRules::tagged)
            .map(r -> Reference.parse(r.reference()).familiar())
            .sorted()
            .toList();
    var digests =
        rows.stream().map(TagRules::digest).filter(d -> !d.isEmpty()).distinct().sorted().toList();
    var c = stored.config();
    return new ImageInfo(
        id,
        tags,
        digests,
        c.created(),
        store.bytes(stored),
        c.architecture(),
        c.variant(),
        c.os(),
        c.author(),
        c.config(),
        c.diffIds().stream().map(Digest::toString).toList(),
        c.history(),
        Lineage.parent(image, vch, id).orElse(""),
        image.imageNote(vch, id).flatMap(ImageNote::named));
  }
}
