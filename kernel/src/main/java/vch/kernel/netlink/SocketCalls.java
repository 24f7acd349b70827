package vch.kernel.netlink;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Socket;

/// socket(2) and its kin for AF_NETLINK.
final class SocketCalls {
  static final int AF_NETLINK = 16;
  static final int SOL_NETLINK = 270;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;
  static final int NETLINK_ADD_MEMBERSHIP = 1;
  static final int NETLINK_LISTEN_ALL_NSID = 8;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;
  static final int NETLINK_GET_STRICT_CHK = 12;
  static final int MSG_PEEK = 2;
  static final int MSG_TRUNC = 0x20;

  private static final int SOCKADDR_BYTES =
      12; // struct sockaddr_nl: u16 family, u16 padding, u32 port, u32 groups
  private static final int PORT_AT = 4;

  private static final MethodHandle RECV =
      Native.function("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECVMSG =
      Native.function("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

  private SocketCalls() {}

  /// A bound socket; the kernel picks its port.
  static Fd open(int protocol) {
    var name = "AF_NETLINK " + protocol;
    var fd = Socket.open(AF_NETLINK, Socket.SOCK_RAW, protocol, name);
    try {
      Socket.bind(fd, name, SocketCalls::address);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
    return fd;
  }

  private static MemorySegment address(Arena arena) {
    var address = arena.allocate(SOCKADDR_BYTES, 4);
    address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
    return address;
  }

  /// The port that the kernel picked: what its replies and notifications carry.
  static int port(Fd fd) {
    return Socket.port(fd, fd.toString(), SOCKADDR_BYTES, a -> a.get(JAVA_INT, PORT_AT));
  }

  static void option(Fd fd, int level, int option, int value) {
    Socket.option(fd, fd + " option " + level + "." + option, level, option, value);
  }

  static void send(Fd fd, byte[] bytes, int length) {
    Socket.send(fd.number(), "netlink " + length + " bytes", bytes, 0, length, 0);
  }

  /// Receives one datagram.
  ///
  /// @param buffer memory of the socket's owner, so that the kernel's 32 KiB are not allocated for
  ///   every answer
  static int receive(Fd fd, MemorySegment buffer, int flags) {
    return (int)
        Native.call(
            "recv",
            "netlink",
            (_, state) ->
                (long) RECV.invokeExact(state, fd.number(), buffer, buffer.byteSize(), flags));
  }

  /// Receives one datagram together with the id of the namespace that it comes from.
  ///
  /// @param namespace receives the id, -1 when it is the socket's own namespace
  static int receiveFrom(Fd fd, MemorySegment buffer, int[] namespace) {
    return (int)
        Native.call(
            "recvmsg",
            "netlink",
            (arena, state) -> {
              // struct msghdr on 64 bits: name*, u32 namelen, pad, iov*, u64 iovlen, control*, u64
              // controllen, u32 flags
              var header = arena.allocate(56, 8);
              var iov = arena.allocate(16, 8);
              iov.set(ADDRESS, 0, buffer);
              iov.set(JAVA_LONG, 8, buffer.byteSize());
              var control = arena.allocate(64, 8);
              header.set(ADDRESS, 16, iov);
              header.set(JAVA_LONG, 24, 1);
              header.set(ADDRESS, 32, control);
              header.set(JAVA_LONG, 40, control.byteSize());
              long n = (long) RECVMSG.invokeExact(state, fd.number(), header, Socket.MSG_DONTWAIT);
              namespace[0] = -1;
              // struct cmsghdr: u64 length, s32 level, s32 type, then the value
              if (n >= 0
                  && header.get(JAVA_LONG, 40) >= 20
                  && control.get(JAVA_INT, 8) == SOL_NETLINK
                  && control.get(JAVA_INT, 12) == NETLINK_LISTEN_ALL_NSID) {
                namespace[0] = control.get(JAVA_INT, 16);
              }
              return n;
            });
  }
}
