package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// fcntl(2), of which we need descriptor and status flags.
public final class Fcntl {
  public static final int FD_CLOEXEC = 1;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final MethodHandle FCNTL =
      Native.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

  private Fcntl() {}

  /// Whether children that the process starts keep the descriptor.
  public static void inherit(Fd fd, boolean inherited) {
    fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
  }

  public static void nonBlocking(Fd fd, boolean on) {
    int flags = fcntl(fd, F_GETFL, 0);
    fcntl(fd, F_SETFL, on ? flags | Open.O_NONBLOCK : flags & ~Open.O_NONBLOCK);
  }

  /// A second descriptor of the same open file.
  public static Fd duplicate(Fd fd) {
    return duplicate(fd, 0);
  }

  /// The same with the lowest free number that is not below `least`.
  public static Fd duplicate(Fd fd, int least) {
    return new Fd(fcntl(fd, F_DUPFD_CLOEXEC, least));
  }

  private static int fcntl(Fd fd, int command, int argument) {
    return (int)
        Native.call(
            "fcntl",
            fd,
            (_, state) -> (int) FCNTL.invokeExact(state, fd.number(), command, argument));
  }
}
