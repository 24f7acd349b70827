package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import vch.kernel.ffi.Native;

/// chmod(2), with the set-user-id, set-group-id and sticky bits that NIO does not know. Follows
/// symbolic links.
public final class Chmod {
  private static final MethodHandle CHMOD = Native.function("chmod", JAVA_INT, ADDRESS, JAVA_INT);

  private Chmod() {}

  public static void chmod(Path path, int mode) {
    Native.call(
        "chmod",
        path,
        (arena, state) ->
            (int) CHMOD.invokeExact(state, arena.allocateFrom(path.toString()), mode));
  }
}
