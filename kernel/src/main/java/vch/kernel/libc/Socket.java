package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Function;
import vch.kernel.ffi.Native;

/// socket(2), bind(2), setsockopt(2) and shutdown(2): what sockets of all families begin and end
/// with. How an address or a value looks is said by who knows the family.
public final class Socket {
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOL_SOCKET = 1;
  public static final int SHUT_WR = 1;
  public static final int SHUT_RDWR = 2;

  private static final int SOCK_CLOEXEC = 0x80000;
  private static final MethodHandle SOCKET =
      Native.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND =
      Native.function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      Native.function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SHUTDOWN =
      Native.function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);

  private Socket() {}

  /// Opens a socket in the network namespace of the calling thread.
  ///
  /// @param name for messages
  public static Fd open(int family, int type, int protocol, String name) {
    return new Fd(
        (int)
            Native.call(
                "socket",
                name,
                (_, state) ->
                    (int) SOCKET.invokeExact(state, family, type | SOCK_CLOEXEC, protocol)));
  }

  /// @param address a struct sockaddr of the socket's family, all of it
  public static void bind(Fd fd, String name, Function<Arena, MemorySegment> address) {
    Native.call(
        "bind",
        name,
        (arena, state) -> {
          var to = address.apply(arena);
          return (int) BIND.invokeExact(state, fd.number(), to, (int) to.byteSize());
        });
  }

  /// @param value all of what the option takes
  public static void option(
      Fd fd, String name, int level, int option, Function<Arena, MemorySegment> value) {
    Native.call(
        "setsockopt",
        name,
        (arena, state) -> {
          var to = value.apply(arena);
          return (int)
              SETSOCKOPT.invokeExact(state, fd.number(), level, option, to, (int) to.byteSize());
        });
  }

  public static void option(Fd fd, String name, int level, int option, int value) {
    option(fd, name, level, option, arena -> arena.allocateFrom(JAVA_INT, value));
  }

  /// @param how [#SHUT_WR] or [#SHUT_RDWR]
  static void shutdown(Fd fd, String name, int how) {
    Native.call(
        "shutdown", name, (_, state) -> (int) SHUTDOWN.invokeExact(state, fd.number(), how));
  }
}
