package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// waitid(2) for one child. Others, such as those that the JDK started and waits for, are left
/// alone.
public final class Waitid {
  private static final int P_PID = 1;
  private static final int WEXITED = 4;
  private static final int CLD_EXITED = 1;
  private static final int SIGNALLED = 128; // as shells say it
  private static final long SIGINFO_BYTES = 128;
  private static final long SI_CODE = 8;
  private static final long SI_STATUS = 24;
  private static final MethodHandle WAITID =
      Native.function("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

  private Waitid() {}

  /// Waits for the end of a child and forgets it, so that its pid may be given to another process.
  ///
  /// @return its status, or 128 and the number of the signal that ended it
  /// @throws KernelException ECHILD: it is no child of ours, or was waited for already
  public static int await(long pid) {
    var status = new int[1];
    Native.call(
        "waitid",
        "pid " + pid,
        (arena, state) -> {
          var info = arena.allocate(SIGINFO_BYTES, 8);
          int result = (int) WAITID.invokeExact(state, P_PID, (int) pid, info, WEXITED);
          int value = info.get(JAVA_INT, SI_STATUS);
          status[0] = info.get(JAVA_INT, SI_CODE) == CLD_EXITED ? value : SIGNALLED + value;
          return result;
        });
    return status[0];
  }
}
