package vch.kernel.udp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.SharedSocket;
import vch.kernel.libc.Socket;

/// A UDP socket on the wildcard address of both families, udp(7) and ipv6(7); of IPv4 alone where
/// the kernel has no IPv6. It belongs to the network namespace of the thread that opens it. One
/// thread may use an [UdpBatch] of it while others send and one closes; who waits for datagrams is
/// a platform thread.
public final class UdpSocket implements AutoCloseable {
  private static final int SO_RCVBUF = 8;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;

  private static final MethodHandle SENDTO =
      Native.function(
          "sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

  private final SharedSocket socket;
  private final String name;
  private final int family;
  private final int port;
  private volatile boolean closing;

  private UdpSocket(Fd fd, String name, int family, int port) {
    this.socket = new SharedSocket(fd, name);
    this.name = name;
    this.family = family;
    this.port = port;
  }

  /// Opens a socket in the namespace of the calling thread.
  ///
  /// @param port 0: the kernel chooses
  /// @param receiveBytes SO_RCVBUF; the kernel gives what net.core.rmem_max allows
  /// @throws KernelException EADDRINUSE: somebody has the port
  public static UdpSocket bind(int port, int receiveBytes) {
    var name = "UDP port " + port;
    int family = UdpPeer.AF_INET6;
    Fd fd;
    try {
      fd = Socket.open(family, Socket.SOCK_DGRAM, 0, name);
    } catch (KernelException e) {
      if (!e.is(Errno.EAFNOSUPPORT)) {
        throw e;
      }
      family = UdpPeer.AF_INET;
      fd = Socket.open(family, Socket.SOCK_DGRAM, 0, name);
    }
    try {
      if (family == UdpPeer.AF_INET6) {
        Socket.option(fd, name, IPPROTO_IPV6, IPV6_V6ONLY, 0);
      }
      Socket.option(fd, name, Socket.SOL_SOCKET, SO_RCVBUF, receiveBytes);
      var any = new UdpPeer(0, family == UdpPeer.AF_INET6 ? 0 : UdpPeer.MAPPED, port, 0);
      int bound = family;
      Socket.bind(fd, name, arena -> address(arena, any, bound));
      return new UdpSocket(
          fd, name, family, Socket.port(fd, name, UdpPeer.BYTES6, UdpSocket::port));
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static int port(MemorySegment address) {
    return UdpPeer.read(address.asByteBuffer().order(ByteOrder.nativeOrder()), 0).port();
  }

  private static MemorySegment address(Arena arena, UdpPeer peer, int family) {
    int length = family == UdpPeer.AF_INET6 ? UdpPeer.BYTES6 : UdpPeer.BYTES4;
    var address = arena.allocate(length, 8);
    peer.write(address.asByteBuffer().order(ByteOrder.nativeOrder()), family);
    return address;
  }

  /// The port that it is, or was, bound to.
  public int port() {
    return port;
  }

  /// Sends one datagram; may wait for room in the socket's queue.
  ///
  /// @throws KernelException it could not be sent; EBADF: the socket is closed
  public void send(UdpPeer to, byte[] datagram) {
    use(
        "sendto",
        (arena, state) -> {
          var bytes = arena.allocate(Math.max(1, datagram.length));
          MemorySegment.copy(datagram, 0, bytes, JAVA_BYTE, 0, datagram.length);
          var address = address(arena, to, family);
          return (long)
              SENDTO.invokeExact(
                  state,
                  socket.number(),
                  bytes,
                  (long) datagram.length,
                  0,
                  address,
                  (int) address.byteSize());
        });
  }

  private void use(String call, Native.Call function) {
    socket.using().lock();
    try {
      if (!socket.isOpen()) {
        throw new KernelException(call, Errno.EBADF, name);
      }
      Native.call(call, name, function);
    } finally {
      socket.using().unlock();
    }
  }

  boolean closing() {
    return closing;
  }

  SharedSocket shared() {
    return socket;
  }

  /// Wakes whoever waits for datagrams. The port is free when this returns.
  @Override
  public void close() {
    closing = true;
    socket.close();
  }
}
