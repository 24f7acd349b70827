package vch.portlayer.container;

import java.util.ArrayList;
import java.util.List;

/// Something mounted into a container.
///
/// @param target absolute path inside the container
/// @param options words for the runtime; `subpath=…` names a part of a volume
public record Mount(
    Kind kind, String source, String target, boolean readOnly, List<String> options) {
  private static final String VOLUME_PART = "subpath=";

  public Mount {
    options = List.copyOf(options);
  }

  /// The part of the volume that is mounted: a path without `..` that is there when the container
  /// starts; empty for the whole volume.
  public String volumePart() {
    return options.stream()
        .filter(o -> o.startsWith(VOLUME_PART))
        .map(o -> o.substring(VOLUME_PART.length()))
        .findFirst()
        .orElse("");
  }

  /// @param path empty: the whole
  public Mount withVolumePart(String path) {
    var next = new ArrayList<>(options);
    next.removeIf(o -> o.startsWith(VOLUME_PART));
    if (!path.isEmpty()) {
      next.add(VOLUME_PART + path);
    }
    return new Mount(kind, source, target, readOnly, next);
  }

  /// What `source` means.
  public enum Kind {
    /// `source` is a path of the machine.
    BIND,
    /// `source` is the name of a volume; an empty one is first filled from the image, unless option
    /// `nocopy` is given.
    VOLUME,
    /// `source` is empty; the options are those of tmpfs(5).
    TMPFS
  }
}
