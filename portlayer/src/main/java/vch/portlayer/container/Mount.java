package vch.portlayer.container;

import java.util.List;

/// Something mounted into a container.
///
/// @param target absolute path inside the container
/// @param options words for the runtime
/// @param part the part of a volume or an image that is mounted: a path without `..` that is there
///   when the container starts; empty: all of it
/// @param imageRef an image as the user named it; empty for other kinds
public record Mount(
    Kind kind,
    String source,
    String target,
    boolean readOnly,
    List<String> options,
    String part,
    String imageRef) {
  public Mount {
    options = List.copyOf(options);
  }

  /// Of any kind but [Kind#IMAGE].
  public Mount(
      Kind kind,
      String source,
      String target,
      boolean readOnly,
      List<String> options,
      String part) {
    this(kind, source, target, readOnly, options, part, "");
  }

  /// @param id of the image
  /// @param reference the image as the user named it
  /// @param part empty: all of it
  public static Mount ofImage(String id, String reference, String target, String part) {
    return new Mount(Kind.IMAGE, id, target, true, List.of(), part, reference);
  }

  public Mount withSource(String next) {
    return new Mount(kind, next, target, readOnly, options, part, imageRef);
  }

  public Mount withReadOnly(boolean next) {
    return new Mount(kind, source, target, next, options, part, imageRef);
  }

  /// @param path empty: all of it
  public Mount withPart(String path) {
    return new Mount(kind, source, target, readOnly, options, path, imageRef);
  }

  /// What `source` means.
  public enum Kind {
    /// `source` is a path of the machine.
    BIND,
    /// `source` is the name of a volume; an empty one is first filled from the image, unless option
    /// `nocopy` is given.
    VOLUME,
    /// `source` is empty; the options are those of tmpfs(5).
    TMPFS,
    /// `source` is the id of an image, whose files are seen and cannot be changed.
    IMAGE
  }
}
