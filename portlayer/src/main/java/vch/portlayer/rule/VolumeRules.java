package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.container.Volume;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Rules of named volumes.
public final class VolumeRules {
  private VolumeRules() {}

  /// An existing volume of that name is the reply, unchanged.
  public static Decision<Volume> create(
      Image image,
      VchId vch,
      String name,
      Map<String, String> labels,
      Map<String, String> options,
      boolean anonymous,
      Instant at) {
    if (image.vch(vch).isEmpty()) {
      throw VchRules.noSuch(image, vch.value());
    }
    checkName(name);
    var there = image.volume(vch, name);
    if (there.isPresent()) {
      return Decision.of(there.get());
    }
    LocalDriverRules.check(name, options);
    var volume = new Volume(vch, name, at, labels, options, anonymous);
    return Decision.of(volume, new Change.VolumePut(volume));
  }

  static void checkName(String name) {
    if (name.length() == 1) {
      throw new Refusal.Invalid(
          "create "
              + name
              + ": volume name is too short, names should be at least two alphanumeric characters");
    }
    if (!Texts.restricted(name) || name.length() > 255) {
      throw new Refusal.Invalid(
          "create "
              + name
              + ": \""
              + name
              + "\" includes invalid characters for a local volume name, only"
              + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
    }
  }

  /// Refused while a container, live or not, mounts it.
  public static Decision<Volume> remove(Image image, VchId vch, String name) {
    var volume =
        image
            .volume(vch, name)
            .orElseThrow(() -> new Refusal.NotFound("get " + name + ": no such volume"));
    var users = users(image, vch, name);
    if (!users.isEmpty()) {
      throw new Refusal.Conflict(
          "remove "
              + name
              + ": volume is in use - ["
              + users.stream().map(c -> c.id().value()).collect(Collectors.joining(", "))
              + "]");
    }
    return Decision.of(volume, new Change.VolumeRemoved(vch, name));
  }

  public static List<Container> users(Image image, VchId vch, String name) {
    return image.containers(vch).filter(c -> mounts(c, name)).toList();
  }

  static boolean mounts(Container container, String volume) {
    return container.spec().mounts().stream()
        .anyMatch(m -> m.kind() == Mount.Kind.VOLUME && m.source().equals(volume));
  }
}
