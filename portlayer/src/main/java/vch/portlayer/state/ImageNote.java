package vch.portlayer.state;

import java.time.Instant;
import java.util.Optional;
import vch.portlayer.vch.VchId;

/// What a VCH knows of a container image besides its names. Goes with the image's last name.
///
/// @param image `sha256:` and 64 hex digits
/// @param made empty: it was pulled, loaded or imported
/// @param named when the VCH last gave it a name by itself; empty: it has those it came with
public record ImageNote(VchId vch, String image, Optional<Made> made, Optional<Instant> named) {
  /// What it was made of. Not in the configuration of the image: a stranger's image could claim to
  /// be the outcome of any step.
  ///
  /// @param parent an image's id; empty: nothing
  /// @param key what a later build finds it by
  public record Made(String parent, String key) {}

  /// Nothing is known.
  public static ImageNote none(VchId vch, String image) {
    return new ImageNote(vch, image, Optional.empty(), Optional.empty());
  }

  public ImageNote made(String parent, String key) {
    return new ImageNote(vch, image, Optional.of(new Made(parent, key)), named);
  }

  public ImageNote named(Instant at) {
    return new ImageNote(vch, image, made, Optional.of(at));
  }
}
