package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// pidfd_open(2) and pidfd_send_signal(2), of Linux 5.3. By syscall(2), as glibc knows them only
/// from 2.36 on.
public final class Pidfd {
  // The same on every architecture.
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final int NO_FLAGS = 0;
  private static final MethodHandle SYSCALL =
      Native.variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

  private Pidfd() {}

  /// A descriptor of a process; it is ready for reading (see [Poll]) when the process has ended.
  /// Closed on exec.
  public static Fd open(long pid) {
    return new Fd(
        (int)
            Native.call(
                "pidfd_open",
                "pid " + pid,
                (_, state) ->
                    (long)
                        SYSCALL.invokeExact(
                            state, SYS_PIDFD_OPEN, (int) pid, NO_FLAGS, MemorySegment.NULL, 0)));
  }

  /// Sends a signal to that very process.
  ///
  /// @throws KernelException ESRCH: it has ended and was waited for
  public static void signal(Fd process, int signal) {
    Native.call(
        "pidfd_send_signal",
        process + " signal " + signal,
        (_, state) ->
            (long)
                SYSCALL.invokeExact(
                    state,
                    SYS_PIDFD_SEND_SIGNAL,
                    process.number(),
                    signal,
                    MemorySegment.NULL,
                    NO_FLAGS));
  }
}
