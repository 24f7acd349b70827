package vch.compute.image.archive;

/// How much a layer may unpack to. An image is made by strangers: a few kilobytes can claim to be
/// terabytes.
///
/// @param layerBytes of the tar stream without compression, and of file contents written (sparse
///   files count in full)
/// @param layerEntries files, directories, links and nodes
/// @param freeBytes that stay free on the disk
public record Limits(long layerBytes, long layerEntries, long freeBytes) {
  public static final long LAYER_BYTES_MAX = 64L << 30;
  public static final long LAYER_ENTRIES_MAX = 2_000_000;
  public static final long DISK_FREE_BYTES_MIN = 256L << 20;

  public static final Limits DEFAULT =
      new Limits(LAYER_BYTES_MAX, LAYER_ENTRIES_MAX, DISK_FREE_BYTES_MIN);
}
