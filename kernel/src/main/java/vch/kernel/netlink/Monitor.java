package vch.kernel.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Socket;

/// A netlink socket that hears of changes, made by whomever, in the namespace it was opened in and,
/// if asked to, in all that have an id there. For one thread.
public final class Monitor implements AutoCloseable {
  /// Notifications that the kernel keeps for us; when more come, it drops them and says so.
  private static final int RECEIVE_BUFFER_BYTES = 8 << 20;

  private static final int RECEIVE_BYTES = 64 * 1024;

  /// The namespace that the monitor was opened in.
  public static final int OWN_NAMESPACE = -1;

  private final Fd fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(RECEIVE_BYTES, 8);

  private Monitor(Fd fd) {
    this.fd = fd;
  }

  /// Opens a monitor in the namespace of the calling thread.
  public static Monitor open(int protocol, List<Integer> groups) {
    return open(protocol, groups, true);
  }

  /// As [#open], deaf for other namespaces.
  public static Monitor openHere(int protocol, List<Integer> groups) {
    return open(protocol, groups, false);
  }

  private static Monitor open(int protocol, List<Integer> groups, boolean everywhere) {
    var fd = SocketCalls.open(protocol);
    try {
      SocketCalls.option(fd, Socket.SOL_SOCKET, SocketCalls.SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
      if (everywhere) {
        SocketCalls.option(fd, SocketCalls.SOL_NETLINK, SocketCalls.NETLINK_LISTEN_ALL_NSID, 1);
      }
      for (int group : groups) {
        SocketCalls.option(fd, SocketCalls.SOL_NETLINK, SocketCalls.NETLINK_ADD_MEMBERSHIP, group);
      }
      return new Monitor(fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// For poll(2).
  public int number() {
    return fd.number();
  }

  /// Takes everything that has come, without waiting.
  ///
  /// @return false when notifications were lost
  public boolean drain(Consumer<Notification> to) {
    boolean complete = true;
    var namespace = new int[1];
    while (true) {
      try {
        int length = SocketCalls.receiveFrom(fd, buffer, namespace);
        var bytes = new byte[length];
        MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, length);
        Reply.each(bytes, length, reply -> to.accept(new Notification(namespace[0], reply)));
      } catch (KernelException e) {
        if (e.is(Errno.EAGAIN)) {
          return complete;
        }
        if (!e.is(Errno.ENOBUFS)) {
          throw e;
        }
        complete = false;
      }
    }
  }

  /// A message that tells of a change, and where it happened.
  ///
  /// @param namespace id in the monitor's namespace, or [#OWN_NAMESPACE]
  public record Notification(int namespace, Reply message) {}

  @Override
  public void close() {
    fd.close();
    arena.close();
  }
}
