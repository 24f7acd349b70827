package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import vch.kernel.ffi.Native;

/// socket(2), bind(2), getsockname(2), setsockopt(2), send(2) and shutdown(2): what sockets of all
/// families do alike. How an address or a value looks is said by who knows the family.
public final class Socket {
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOL_SOCKET = 1;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int SHUT_WR = 1;
  public static final int SHUT_RDWR = 2;

  private static final int SOCK_CLOEXEC = 0x80000;
  private static final MethodHandle SOCKET =
      Native.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND =
      Native.function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKNAME =
      Native.function("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETSOCKOPT =
      Native.function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SEND =
      Native.function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
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

  /// The port that the socket is bound to, which the kernel may have chosen.
  ///
  /// @param bytes of a struct sockaddr of the socket's family
  /// @param read finds the port in it
  public static int port(Fd fd, String name, int bytes, ToIntFunction<MemorySegment> read) {
    var port = new int[1];
    Native.call(
        "getsockname",
        name,
        (arena, state) -> {
          var address = arena.allocate(bytes, 8);
          var length = arena.allocateFrom(JAVA_INT, bytes);
          int result = (int) GETSOCKNAME.invokeExact(state, fd.number(), address, length);
          port[0] = read.applyAsInt(address);
          return result;
        });
    return port[0];
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

  /// Sends bytes as one packet or datagram. Holds its thread while it waits for room.
  ///
  /// @param number of a socket that stays open meanwhile
  /// @param flags [#MSG_DONTWAIT], [#MSG_NOSIGNAL] or 0
  public static void send(int number, String name, byte[] from, int offset, int length, int flags) {
    Native.call(
        "send",
        name,
        (arena, state) -> {
          var buffer = arena.allocate(Math.max(1, length));
          MemorySegment.copy(from, offset, buffer, JAVA_BYTE, 0, length);
          return (long) SEND.invokeExact(state, number, buffer, (long) length, flags);
        });
  }

  /// @param how [#SHUT_WR] or [#SHUT_RDWR]
  static void shutdown(Fd fd, String name, int how) {
    Native.call(
        "shutdown", name, (_, state) -> (int) SHUTDOWN.invokeExact(state, fd.number(), how));
  }
}
