package vch.api.docker.container;

/// The mode of a file as Go's `io/fs.FileMode` has it, which is how the Docker API writes it: nine
/// bits of permissions, and the kind in bits of Go's own.
final class GoMode {
  private static final long DIRECTORY = 1L << 31;
  private static final long LINK = 1L << 27;
  private static final long DEVICE = 1L << 26;
  private static final long PIPE = 1L << 25;
  private static final long SOCKET = 1L << 24;
  private static final long SET_USER = 1L << 23;
  private static final long SET_GROUP = 1L << 22;
  private static final long CHARACTERS = 1L << 21;
  private static final long STICKY = 1L << 20;

  private GoMode() {}

  /// @param mode `st_mode` of stat(2)
  static long of(int mode) {
    long kind =
        switch (mode & 0170000) {
          case 0040000 -> DIRECTORY;
          case 0120000 -> LINK;
          case 0060000 -> DEVICE;
          case 0020000 -> DEVICE | CHARACTERS;
          case 0010000 -> PIPE;
          case 0140000 -> SOCKET;
          default -> 0;
        };
    return (mode & 0777)
        | kind
        | ((mode & 04000) != 0 ? SET_USER : 0)
        | ((mode & 02000) != 0 ? SET_GROUP : 0)
        | ((mode & 01000) != 0 ? STICKY : 0);
  }
}
