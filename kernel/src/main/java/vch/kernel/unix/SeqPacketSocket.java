package vch.kernel.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.libc.SharedSocket;
import vch.kernel.libc.Socket;

/// A connected AF_UNIX SOCK_SEQPACKET socket, unix(7): packets, in order, with an end. One thread
/// may read while another writes and a third closes. Reading and writing hold their thread while
/// they wait: platform threads only.
public final class SeqPacketSocket implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SUN_PATH_BYTES = 108; // with the closing zero

  private static final MethodHandle CONNECT =
      Native.function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECV =
      Native.function("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private final SharedSocket socket;
  private final String name;

  private SeqPacketSocket(Fd fd, String name) {
    this.socket = new SharedSocket(fd, name);
    this.name = name;
  }

  /// Connects to the socket at `path`, which may be longer than the 107 bytes that an address
  /// holds.
  public static SeqPacketSocket connect(Path path) {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length < SUN_PATH_BYTES) {
      return connect(path.toString(), path);
    }
    var parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " names no socket");
    }
    try (var directory = Open.open(parent, Open.O_PATH | Open.O_DIRECTORY)) {
      return connect(directory.path() + "/" + path.getFileName(), path);
    }
  }

  private static SeqPacketSocket connect(String address, Path path) {
    var bytes = address.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= SUN_PATH_BYTES) {
      throw new KernelException("connect", Errno.ENAMETOOLONG, path.toString());
    }
    var fd = Socket.open(AF_UNIX, Socket.SOCK_SEQPACKET, 0, "AF_UNIX SOCK_SEQPACKET");
    try {
      Native.call(
          "connect",
          path,
          (arena, state) -> {
            var sockaddr =
                arena.allocate(
                    2 + SUN_PATH_BYTES, 2); // struct sockaddr_un: u16 family, char path[108]
            sockaddr.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(bytes, 0, sockaddr, JAVA_BYTE, 2, bytes.length);
            return (int) CONNECT.invokeExact(state, fd.number(), sockaddr, 2 + SUN_PATH_BYTES);
          });
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
    return new SeqPacketSocket(fd, path.toString());
  }

  /// Waits for the next packet. What does not fit into `into` is lost.
  ///
  /// @return its length; 0 when the other side has ended or this socket is closed
  public int read(byte[] into) {
    socket.using().lock();
    try {
      if (!socket.isOpen()) {
        return 0;
      }
      return (int)
          Native.call(
              "recv",
              name,
              (arena, state) -> {
                var buffer = arena.allocate(into.length);
                long n =
                    (long) RECV.invokeExact(state, socket.number(), buffer, (long) into.length, 0);
                if (n > 0) {
                  MemorySegment.copy(buffer, JAVA_BYTE, 0, into, 0, (int) n);
                }
                return n;
              });
    } catch (KernelException e) {
      if (e.is(Errno.ECONNRESET)) { // the other side ended with packets of ours unread
        return 0;
      }
      throw e;
    } finally {
      socket.using().unlock();
    }
  }

  /// Sends one packet; waits while the other side's queue is full.
  ///
  /// @throws KernelException EPIPE: the other side, or this one, has ended
  public void write(byte[] from, int offset, int length) {
    socket.using().lock();
    try {
      if (!socket.isOpen()) {
        throw new KernelException("send", Errno.EPIPE, name);
      }
      Socket.send(socket.number(), name, from, offset, length, Socket.MSG_NOSIGNAL);
    } finally {
      socket.using().unlock();
    }
  }

  public void write(byte[] packet) {
    write(packet, 0, packet.length);
  }

  /// Says that nothing more will be written; reading goes on.
  public void shutdownWrite() {
    socket.shutdown(Socket.SHUT_WR);
  }

  /// Wakes whoever waits in [#read] or [#write], and ends the connection.
  @Override
  public void close() {
    socket.close();
  }
}
