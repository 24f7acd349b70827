package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import vch.kernel.ffi.Native;

/// chown(2) and lchown(2), by number. -1 leaves a number as it is.
public final class Chown {
  private static final MethodHandle CHOWN =
      Native.function("chown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle LCHOWN =
      Native.function("lchown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  private Chown() {}

  /// Follows symbolic links.
  public static void chown(Path path, int uid, int gid) {
    Native.call(
        "chown",
        path,
        (arena, state) ->
            (int) CHOWN.invokeExact(state, arena.allocateFrom(path.toString()), uid, gid));
  }

  /// Of a symbolic link: of the link itself.
  public static void lchown(Path path, int uid, int gid) {
    Native.call(
        "lchown",
        path,
        (arena, state) ->
            (int) LCHOWN.invokeExact(state, arena.allocateFrom(path.toString()), uid, gid));
  }
}
