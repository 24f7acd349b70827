package vch.build.context;

/// How much a set of files may be. Strangers make contexts: a few kilobytes can claim to be
/// terabytes.
///
/// @param bytes of the archive without compression
/// @param entries files, directories, links and nodes; each takes about 250 bytes of memory
/// @param freeBytes that stay free on the disk
public record Bounds(long bytes, int entries, long freeBytes) {
  public static final Bounds DEFAULT = new Bounds(64L << 30, 200_000, 256L << 20);
}
