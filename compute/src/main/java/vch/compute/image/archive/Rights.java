package vch.compute.image.archive;

import java.io.IOException;
import java.nio.file.Path;

/// What only root may do to a file while a layer is unpacked. Nothing here follows a symbolic link
/// in the last component.
public interface Rights {
  /// Gives the file to a user and a group.
  ///
  /// @param uid unsigned 32 bits
  /// @param gid unsigned 32 bits
  void owner(Path path, int uid, int gid) throws IOException;

  /// All twelve bits; never asked of a symbolic link.
  void mode(Path path, int mode) throws IOException;

  /// Sets an extended attribute; where the file system knows no such attributes, nothing happens.
  void attribute(Path path, String name, byte[] value) throws IOException;

  /// Makes a device node or FIFO.
  ///
  /// @param kind `S_IFCHR`, `S_IFBLK` or `S_IFIFO` of `linux/stat.h`
  void node(Path path, int kind, int major, int minor) throws IOException;

  /// Writes the whole file system of a directory to its disk; comes back when that is done.
  void settle(Path directory) throws IOException;
}
