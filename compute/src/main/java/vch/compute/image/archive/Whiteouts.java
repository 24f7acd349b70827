package vch.compute.image.archive;

/// How a layer says that something of the layers below is gone. In archives: OCI image
/// specification, "Layer Filesystem Changeset". On disk: `Documentation/filesystems/overlayfs.rst`.
final class Whiteouts {
  /// In front of the name of what is gone.
  static final String PREFIX = ".wh.";

  /// Names that aufs kept for itself.
  static final String META_PREFIX = ".wh..wh.";

  /// In a directory that hides all that lies below it.
  static final String OPAQUE = ".wh..wh..opq";

  static final String OPAQUE_ATTRIBUTE = "trusted.overlay.opaque";

  private Whiteouts() {}

  static byte[] opaque() {
    return new byte[] {'y'};
  }
}
