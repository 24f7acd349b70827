package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import vch.portlayer.container.Container;
import vch.portlayer.container.Volume;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Rules of named volumes.
public final class VolumeRules {
  private VolumeRules() {}

  /// An existing volume of that name is the reply, unchanged.
  public static Decision<Volume> create(
      Image image, VchId vch, String name, Map<String, String> labels, Map<String, String> options, boolean anonymous,
      Instant at) {
    throw new AssertionError("being written");
  }

  /// Refused while a container, live or not, mounts it.
  public static Decision<Volume> remove(Image image, VchId vch, String name) {
    throw new AssertionError("being written");
  }

  public static List<Container> users(Image image, VchId vch, String name) {
    throw new AssertionError("being written");
  }
}
