package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import vch.kernel.ffi.Native;

/// open(2). O_CLOEXEC is always added.
public final class Open {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_NOCTTY = 0x100;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DIRECTORY = 0x10000;
  public static final int O_NOFOLLOW = 0x20000;
  public static final int O_PATH = 0x200000;
  static final int O_CLOEXEC = 0x80000;

  private static final MethodHandle OPEN =
      Native.variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  private Open() {}

  /// Opens a file.
  ///
  /// @param mode permissions of a file that O_CREAT makes, less the umask
  public static Fd open(Path path, int flags, int mode) {
    return open(path.toString(), flags, mode);
  }

  public static Fd open(Path path, int flags) {
    return open(path, flags, 0);
  }

  public static Fd open(String path, int flags, int mode) {
    return new Fd(
        (int)
            Native.call(
                "open",
                path,
                (arena, state) ->
                    (int)
                        OPEN.invokeExact(
                            state, arena.allocateFrom(path), flags | O_CLOEXEC, mode)));
  }
}
