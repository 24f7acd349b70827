package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.time.Instant;
import vch.kernel.ffi.Native;

/// utimensat(2) on the file itself, also when it is a symbolic link.
public final class Utimensat {
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final MethodHandle UTIMENSAT =
      Native.function("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);

  private Utimensat() {}

  /// Sets time of last access and of last modification.
  public static void utimensat(Path path, Instant accessed, Instant modified) {
    Native.call(
        "utimensat",
        path,
        (arena, state) -> {
          var times = arena.allocate(JAVA_LONG, 4); // struct timespec[2]: seconds, nanoseconds
          times.setAtIndex(JAVA_LONG, 0, accessed.getEpochSecond());
          times.setAtIndex(JAVA_LONG, 1, accessed.getNano());
          times.setAtIndex(JAVA_LONG, 2, modified.getEpochSecond());
          times.setAtIndex(JAVA_LONG, 3, modified.getNano());
          return (int)
              UTIMENSAT.invokeExact(
                  state, AT_FDCWD, arena.allocateFrom(path.toString()), times, AT_SYMLINK_NOFOLLOW);
        });
  }
}
