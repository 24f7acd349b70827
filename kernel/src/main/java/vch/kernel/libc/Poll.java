package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// poll(2). Holds its thread while it waits.
public final class Poll {
  public static final short POLLIN = 1;
  public static final short POLLPRI = 2;
  public static final short POLLOUT = 4;
  public static final short POLLERR = 8;
  public static final short POLLHUP = 16;
  public static final short POLLNVAL = 32;

  /// Waits for ever.
  public static final int NO_TIMEOUT = -1;

  private static final int POLLFD_BYTES = 8; // struct pollfd: int fd; short events; short revents
  private static final MethodHandle POLL =
      Native.function("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private Poll() {}

  /// Waits until one of the descriptors is ready.
  ///
  /// @param fds negative ones are passed over
  /// @param events what to wait for, per descriptor
  /// @param timeoutMs milliseconds, or [#NO_TIMEOUT]
  /// @return what is ready, per descriptor; all 0 when the time is over
  public static short[] poll(int timeoutMs, int[] fds, short[] events) {
    var ready = new short[fds.length];
    Native.call(
        "poll",
        "",
        (arena, state) -> {
          var set = arena.allocate((long) POLLFD_BYTES * Math.max(1, fds.length), 4);
          for (int i = 0; i < fds.length; i++) {
            set.set(JAVA_INT, (long) i * POLLFD_BYTES, fds[i]);
            set.set(JAVA_SHORT, (long) i * POLLFD_BYTES + 4, events[i]);
          }
          int result = (int) POLL.invokeExact(state, set, (long) fds.length, timeoutMs);
          for (int i = 0; i < fds.length; i++) {
            ready[i] = set.get(JAVA_SHORT, (long) i * POLLFD_BYTES + 6);
          }
          return result;
        });
    return ready;
  }
}
