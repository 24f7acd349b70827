package vch.kernel.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Socket;

/// A netlink socket for requests. It belongs to the network namespace of the thread that opens it,
/// for ever; after that any thread may use it. The kernel answers within send(2), so nothing here
/// waits.
///
/// One request, batch or dump at a time: the lock owns the socket. Buffers live for one operation:
/// there are as many sockets as namespaces.
public final class NetlinkSocket implements AutoCloseable {
  public static final int NETLINK_ROUTE = 0;
  public static final int NETLINK_NETFILTER = 12;

  /// The kernel never sends more in one datagram of a dump (NLMSG_GOODSIZE and netlink_dump's 32
  /// KiB).
  private static final int RECEIVE_BYTES = 64 * 1024;

  /// Acknowledgements that may wait in the socket: each takes below 1 KiB of the receive buffer.
  private static final int REQUESTS_PER_SEND_MAX = 256;

  private static final int SEND_BYTES_MAX = 64 * 1024;
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

  /// A dump that was interrupted by a change so often is given up.
  private static final int DUMPS_MAX = 20;

  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NLM_F_DUMP_INTR = 0x10;

  private final ReentrantLock lock = new ReentrantLock();
  private final Fd fd;
  private final int port;
  private int sequence;

  private NetlinkSocket(Fd fd) {
    this.fd = fd;
    this.port = SocketCalls.port(fd);
  }

  /// Opens a socket in the namespace of the calling thread.
  ///
  /// @param protocol [#NETLINK_ROUTE] or [#NETLINK_NETFILTER]
  public static NetlinkSocket open(int protocol) {
    var fd = SocketCalls.open(protocol);
    try {
      SocketCalls.option(fd, SocketCalls.SOL_NETLINK, SocketCalls.NETLINK_EXT_ACK, 1);
      SocketCalls.option(fd, SocketCalls.SOL_NETLINK, SocketCalls.NETLINK_CAP_ACK, 1);
      SocketCalls.option(fd, SocketCalls.SOL_NETLINK, SocketCalls.NETLINK_GET_STRICT_CHK, 1);
      SocketCalls.option(fd, Socket.SOL_SOCKET, SocketCalls.SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
      return new NetlinkSocket(fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// The number by which notifications name this socket as the one that asked for the change.
  public int port() {
    return port;
  }

  /// Sends requests in few calls. Each is done on its own, in order, whatever became of the one
  /// before.
  ///
  /// @return one answer for each, in order
  public List<Ack> batch(List<Message> requests) {
    var answers = new ArrayList<Ack>(requests.size());
    lock.lock();
    try {
      for (int from = 0; from < requests.size(); ) {
        var out = new ByteArrayOutputStream(4096);
        int first = sequence + 1;
        int to = from;
        while (to < requests.size()
            && to - from < REQUESTS_PER_SEND_MAX
            && (to == from || out.size() + requests.get(to).length() < SEND_BYTES_MAX)) {
          var bytes = requests.get(to).encode(++sequence);
          bytes[6] |= Message.NLM_F_ACK; // the low byte of the flags on a little-endian machine
          out.write(bytes, 0, bytes.length);
          to++;
        }
        SocketCalls.send(fd, out.toByteArray(), out.size());
        answers.addAll(acks(first, to - from));
        from = to;
      }
    } finally {
      lock.unlock();
    }
    return answers;
  }

  /// As [#batch(List)] for one request.
  public Ack request(Message request) {
    return batch(List.of(request)).getFirst();
  }

  /// Sends messages as one datagram, of which those in `acknowledged` are answered: how nfnetlink
  /// takes a transaction.
  ///
  /// @return an answer for each message that has NLM_F_ACK or that failed, done where the kernel
  ///   said nothing
  public List<Ack> transaction(List<Message> messages) {
    lock.lock();
    try {
      int first = sequence + 1;
      var out = new ByteArrayOutputStream(4096);
      int wanted = 0;
      for (var message : messages) {
        var bytes = message.encode(++sequence);
        out.write(bytes, 0, bytes.length);
        wanted += (message.flags() & Message.NLM_F_ACK) != 0 ? 1 : 0;
      }
      if (out.size() > SEND_BYTES_MAX) { // netlink refuses what is larger than the send buffer
        SocketCalls.option(
            fd, Socket.SOL_SOCKET, SocketCalls.SO_SNDBUFFORCE, out.size() + SEND_BYTES_MAX);
      }
      SocketCalls.send(fd, out.toByteArray(), out.size());
      return transactionAcks(first, messages.size(), wanted);
    } finally {
      lock.unlock();
    }
  }

  private List<Ack> acks(int first, int count) {
    var answers = new Ack[count];
    var missing = new int[] {count};
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(RECEIVE_BYTES, 8);
      while (missing[0] > 0) {
        receive(
            buffer,
            0,
            reply -> {
              int index = reply.sequence() - first;
              if (reply.type() == NLMSG_ERROR
                  && index >= 0
                  && index < count
                  && answers[index] == null) {
                answers[index] = Ack.of(reply);
                missing[0]--;
              }
            });
      }
    }
    return List.of(answers);
  }

  /// A transaction that is refused as a whole may answer fewer messages than were to be
  /// acknowledged, or more than once (nfnetlink replays it after loading a module), so what the
  /// kernel has queued counts: it does so within send.
  private List<Ack> transactionAcks(int first, int count, int wanted) {
    var answers = new Ack[count];
    Arrays.fill(answers, Ack.DONE);
    var seen = new int[1];
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(RECEIVE_BYTES, 8);
      while (true) {
        receive(
            buffer,
            Socket.MSG_DONTWAIT,
            reply -> {
              int index = reply.sequence() - first;
              if (reply.type() == NLMSG_ERROR && index >= 0 && index < count) {
                seen[0]++;
                answers[index] = answers[index].ok() ? Ack.of(reply) : answers[index];
              }
            });
      }
    } catch (KernelException e) {
      if (!e.is(Errno.EAGAIN)) { // EAGAIN: that was all
        throw e;
      }
    }
    if (seen[0] == 0 && wanted > 0) {
      throw new KernelException("recv", Errno.EAGAIN, "netlink: no answer to a transaction");
    }
    return List.of(answers);
  }

  /// Asks for everything of a kind. Asks again when things changed meanwhile, so that what comes
  /// out is of one moment.
  public List<Reply> dump(Message request) {
    for (int i = 0; i < DUMPS_MAX; i++) {
      var replies = new ArrayList<Reply>();
      if (dumpOnce(request, replies)) {
        return replies;
      }
    }
    throw new KernelException(
        "netlink", Errno.EAGAIN, "dump, interrupted by changes " + DUMPS_MAX + " times");
  }

  /// Asks for one thing.
  ///
  /// @return what the kernel sent before it acknowledged
  /// @throws KernelException it refused
  public List<Reply> get(Message request, String what) {
    var replies = new ArrayList<Reply>();
    var ack = new Ack[1];
    lock.lock();
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(RECEIVE_BYTES, 8);
      var bytes = request.encode(++sequence);
      bytes[6] |= Message.NLM_F_ACK;
      SocketCalls.send(fd, bytes, bytes.length);
      while (ack[0] == null) {
        receive(
            buffer,
            0,
            reply -> {
              if (reply.sequence() != sequence) {
                return;
              }
              if (reply.type() == NLMSG_ERROR) {
                ack[0] = Ack.of(reply);
              } else {
                replies.add(reply);
              }
            });
      }
    } finally {
      lock.unlock();
    }
    ack[0].check("get", what);
    return replies;
  }

  private boolean dumpOnce(Message request, List<Reply> into) {
    lock.lock();
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(RECEIVE_BYTES, 8);
      var bytes = request.encode(++sequence);
      bytes[7] |= Message.NLM_F_DUMP >> 8;
      SocketCalls.send(fd, bytes, bytes.length);
      var state = new DumpState();
      while (!state.done) {
        receive(
            buffer,
            0,
            reply -> {
              if (reply.sequence() != sequence) {
                return;
              }
              state.interrupted |= (reply.flags() & NLM_F_DUMP_INTR) != 0;
              switch (reply.type()) {
                case NLMSG_DONE -> {
                  state.done = true;
                  state.errno = reply.body().limit() >= 4 ? -reply.body().getInt(0) : 0;
                }
                case NLMSG_ERROR -> {
                  state.done = true;
                  state.errno = -reply.body().getInt(0);
                }
                default -> into.add(reply);
              }
            });
      }
      if (state.errno != 0 && state.errno != Errno.EINTR.number()) {
        throw new KernelException("netlink", Errno.of(state.errno), "dump");
      }
      return !state.interrupted && state.errno == 0;
    } finally {
      lock.unlock();
    }
  }

  private static final class DumpState {
    private boolean done;
    private boolean interrupted;
    private int errno;
  }

  private void receive(MemorySegment buffer, int flags, Consumer<Reply> to) {
    int length = SocketCalls.receive(fd, buffer, flags);
    var bytes = new byte[length];
    MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, length);
    Reply.each(bytes, length, to);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      fd.close();
    } finally {
      lock.unlock();
    }
  }
}
