package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// prctl(2).
public final class Prctl {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final MethodHandle PRCTL =
      Native.variadic("prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Prctl() {}

  /// Whether orphaned descendants become children of this process instead of init's.
  public static void childSubreaper(boolean on) {
    Native.call(
        "prctl",
        "PR_SET_CHILD_SUBREAPER",
        (_, state) ->
            (int) PRCTL.invokeExact(state, PR_SET_CHILD_SUBREAPER, on ? 1L : 0L, 0L, 0L, 0L));
  }
}
