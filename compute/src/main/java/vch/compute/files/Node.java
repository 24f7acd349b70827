package vch.compute.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;

/// Something in a file tree, as it was when it was looked at.
///
/// @param at path by the descriptor of its directory; or, for the root and what is mounted, a path
///   that is to be followed
/// @param inside path within the container, `/` for its root
/// @param follow whether `at` is to be followed
record Node(Path at, String inside, boolean follow, Attributes attributes) {
  private static final int S_IFMT = 0xf000;
  private static final String WANTED = "unix:mode,uid,gid,size,lastModifiedTime,rdev,ino,dev,nlink";

  /// Kinds of files, `S_IF…` of linux/stat.h.
  enum Kind {
    FIFO(0x1000),
    CHARACTERS(0x2000),
    DIRECTORY(0x4000),
    BLOCKS(0x6000),
    FILE(0x8000),
    LINK(0xa000),
    SOCKET(0xc000);

    final int bits;

    Kind(int bits) {
      this.bits = bits;
    }
  }

  /// @param mode with the bits of the kind
  /// @param device number that a device node stands for
  /// @param file device and inode, what tells hard links
  record Attributes(
      int mode,
      int uid,
      int gid,
      long size,
      Instant modified,
      long device,
      String file,
      int names) {
    Kind kind() throws IOException {
      for (var kind : Kind.values()) {
        if ((mode & S_IFMT) == kind.bits) {
          return kind;
        }
      }
      throw new IOException("a file is of an unknown kind, mode 0" + Integer.toOctalString(mode));
    }

    int permissions() {
      return mode & 07777;
    }

    int major() {
      return (int) (((device >> 8) & 0xfff) | ((device >> 32) & ~0xfffL));
    }

    int minor() {
      return (int) ((device & 0xff) | ((device >> 12) & ~0xffL));
    }
  }

  static Attributes attributes(Path at, boolean follow) throws IOException {
    Map<String, Object> all =
        follow
            ? Files.readAttributes(at, WANTED)
            : Files.readAttributes(at, WANTED, LinkOption.NOFOLLOW_LINKS);
    return new Attributes(
        number(all, "mode").intValue(),
        number(all, "uid").intValue(),
        number(all, "gid").intValue(),
        number(all, "size").longValue(),
        time(all),
        number(all, "rdev").longValue(),
        all.get("dev") + ":" + all.get("ino"),
        number(all, "nlink").intValue());
  }

  private static Number number(Map<String, Object> all, String name) throws IOException {
    if (all.get(name) instanceof Number number) {
      return number;
    }
    throw new IOException("the file system tells no " + name);
  }

  private static Instant time(Map<String, Object> all) throws IOException {
    if (all.get("lastModifiedTime") instanceof FileTime time) {
      return time.toInstant();
    }
    throw new IOException("the file system tells no time");
  }

  static Node look(Path at, String inside, boolean follow) throws IOException {
    return new Node(at, inside, follow, attributes(at, follow));
  }

  Kind kind() throws IOException {
    return attributes.kind();
  }

  boolean directory() throws IOException {
    return kind() == Kind.DIRECTORY;
  }

  String name() {
    return inside.substring(inside.lastIndexOf('/') + 1);
  }

  /// A descriptor of the very thing that stands here now, whatever it is.
  Fd hold() throws IOException {
    return open(Open.O_PATH);
  }

  /// A descriptor of the directory.
  ///
  /// @throws IOException it is none any more
  Fd holdDirectory() throws IOException {
    return open(Open.O_PATH | Open.O_DIRECTORY);
  }

  private Fd open(int flags) throws IOException {
    try {
      return Open.open(at, flags | (follow ? 0 : Open.O_NOFOLLOW));
    } catch (KernelException e) {
      throw new IOException(inside + ": " + e.getMessage(), e);
    }
  }
}
