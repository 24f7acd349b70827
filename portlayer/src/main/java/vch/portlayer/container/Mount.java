package vch.portlayer.container;

import java.util.List;

/// Something mounted into a container.
///
/// @param target absolute path inside the container
/// @param options words for the runtime
/// @param volumePart the part of a volume that is mounted: a path without `..` that is there when
///   the container starts; empty: all of it
public record Mount(
    Kind kind,
    String source,
    String target,
    boolean readOnly,
    List<String> options,
    String volumePart) {
  public Mount {
    options = List.copyOf(options);
  }

  /// @param path empty: all of it
  public Mount withVolumePart(String path) {
    return new Mount(kind, source, target, readOnly, options, path);
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
