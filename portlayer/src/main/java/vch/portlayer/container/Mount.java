package vch.portlayer.container;

import java.util.List;

/// Something mounted into a container.
///
/// @param target absolute path inside the container
public record Mount(
    Kind kind, String source, String target, boolean readOnly, List<String> options) {
  public Mount {
    options = List.copyOf(options);
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
