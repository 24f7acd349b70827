package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// kill(2).
public final class Kill {
  private static final MethodHandle KILL = Native.function("kill", JAVA_INT, JAVA_INT, JAVA_INT);

  private Kill() {}

  /// Sends a signal to one process.
  ///
  /// @throws KernelException ESRCH: there is none
  public static void kill(long pid, int signal) {
    if (pid < 1 || pid > Integer.MAX_VALUE) { // 0 and below mean groups, or everybody
      throw new IllegalArgumentException(pid + " is not the pid of one process");
    }
    Native.call(
        "kill",
        "pid " + pid + " signal " + signal,
        (_, state) -> (int) KILL.invokeExact(state, (int) pid, signal));
  }

  /// True while a process has this pid, also as a zombie.
  public static boolean exists(long pid) {
    try {
      kill(pid, 0);
      return true;
    } catch (KernelException e) {
      if (e.is(Errno.ESRCH)) {
        return false;
      }
      if (e.is(Errno.EPERM)) {
        return true;
      }
      throw e;
    }
  }
}
