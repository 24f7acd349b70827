package vch.engine.compute;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import vch.portlayer.container.Container;

/// The files of containers, running or not, as their processes see them: with what is mounted, and
/// symbolic links and `..` never lead out of the root. Paths are absolute; a missing leading `/` is
/// added.
public interface ContainerFiles {
  /// What stands at a path. A symbolic link at its end is not followed, unless the path ends with
  /// `/` or `/.`.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound nothing does
  Stat stat(Container container, String path);

  /// Writes what stands at a path, a directory with all below it, as a tar archive whose names
  /// begin with the last name of the path.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound nothing does; then nothing was written
  void read(Container container, String path, OutputStream tar) throws IOException;

  /// Unpacks a plain tar archive into a directory.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound there is no such directory
  /// @throws vch.portlayer.refusal.Refusal.Invalid it is no directory, it is read-only, or the
  ///   archive is broken
  void write(Container container, String directory, InputStream tar, Unpacking how)
      throws IOException;

  /// Writes the root file system as a tar archive, without what is mounted into it.
  void export(Container container, OutputStream tar) throws IOException;

  /// Writes what the root file system changes of the image, as a layer of images has it: a tar
  /// archive with what is new, and marks for what is gone.
  ///
  /// @return the number of its entries
  default long layer(Container container, OutputStream tar) throws IOException {
    throw new vch.portlayer.refusal.Refusal.Unsupported("reading layers is not offered");
  }

  /// How the root file system differs from the image, by path.
  List<Difference> differences(Container container) throws IOException;

  /// @param keepKinds refuse to put a file in the place of a directory, or a directory in the place
  ///   of a file
  /// @param asUser what is unpacked belongs to the container's user, not to the numbers of the
  ///   archive
  record Unpacking(boolean keepKinds, boolean asUser) {}

  /// @param mode `st_mode` of stat(2): kind and permissions
  /// @param linkTarget of a symbolic link: where it leads to inside the container; else empty
  record Stat(String name, long sizeBytes, int mode, Instant modified, String linkTarget) {
    private static final int S_IFMT = 0xf000;
    private static final int S_IFDIR = 0x4000;

    public boolean isDirectory() {
      return (mode & S_IFMT) == S_IFDIR;
    }
  }

  record Difference(Kind kind, String path) {
    public enum Kind {
      CHANGED,
      ADDED,
      DELETED
    }
  }
}
