package vch.kernel.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.SharedSocket;

/// recvmmsg(2) and sendmmsg(2): takes the datagrams that have come to a socket, and answers them,
/// with one system call each. Belongs to the thread that makes it, which waits in [#receive].
///
/// Its memory is allocated once and read through a buffer: in code that the C1 compiler makes, an
/// access to a segment takes ten times as long as one to a buffer.
public final class UdpBatch implements AutoCloseable {
  /// Waits for the first datagram only.
  private static final int MSG_WAITFORONE = 0x10000;

  /// struct mmsghdr of sys/socket.h: struct msghdr (void *name, u32 name length, struct iovec *iov,
  /// u64 iov count, void *control, u64 control length, s32 flags), u32 length of the message
  private static final int HEADER_BYTES = 64;

  private static final int NAME_LENGTH_AT = 8;
  private static final int IOV_AT = 16;
  private static final int IOV_COUNT_AT = 24;
  private static final int LENGTH_AT = 56;

  /// struct iovec: void *base, u64 length
  private static final int IOV_BYTES = 16;

  /// For an address, with what aligns the next.
  private static final int ADDRESS_BYTES = 32;

  // Addresses go as numbers: the memory outlives each call, and need not be held for it.
  private static final MethodHandle RECVMMSG =
      Native.function("recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SENDMMSG =
      Native.function("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);

  private final UdpSocket udp;
  private final SharedSocket socket;
  private final int datagrams;
  private final int bytes;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = arena.allocate(Native.STATE);
  private final long base;
  private final ByteBuffer memory;

  // Places in the memory: headers and vectors of what comes, the same of what goes, addresses,
  // bytes.
  private final int inVectors;
  private final int outHeaders;
  private final int outVectors;
  private final int addresses;
  private final int contents;

  private int received;
  private int answers;

  /// @param datagrams taken at the most by one call
  /// @param bytes of one, to and fro; what is longer is cut
  public UdpBatch(UdpSocket udp, int datagrams, int bytes) {
    this.udp = udp;
    this.socket = udp.shared();
    this.datagrams = datagrams;
    this.bytes = bytes;
    this.inVectors = datagrams * HEADER_BYTES;
    this.outHeaders = inVectors + datagrams * IOV_BYTES;
    this.outVectors = outHeaders + datagrams * HEADER_BYTES;
    this.addresses = outVectors + datagrams * IOV_BYTES;
    this.contents = addresses + datagrams * ADDRESS_BYTES;
    var segment = arena.allocate((long) contents + (long) datagrams * bytes, 8);
    this.base = segment.address();
    this.memory = segment.asByteBuffer().order(ByteOrder.nativeOrder());
    for (int i = 0; i < datagrams; i++) {
      header(i * HEADER_BYTES, inVectors + i * IOV_BYTES);
      header(outHeaders + i * HEADER_BYTES, outVectors + i * IOV_BYTES);
      memory.putLong(i * HEADER_BYTES, base + address(i));
      memory.putInt(i * HEADER_BYTES + NAME_LENGTH_AT, UdpPeer.BYTES6);
      memory.putLong(inVectors + i * IOV_BYTES, base + content(i));
      memory.putLong(inVectors + i * IOV_BYTES + 8, bytes);
    }
  }

  private void header(int header, int vector) {
    memory.putLong(header + IOV_AT, base + vector).putLong(header + IOV_COUNT_AT, 1);
  }

  private int address(int at) {
    return addresses + at * ADDRESS_BYTES;
  }

  private int content(int at) {
    return contents + at * bytes;
  }

  /// Waits for datagrams; what came before is forgotten.
  ///
  /// @return how many have come; 0 when the socket is closed
  /// @throws KernelException none could be taken
  public int receive() {
    for (int i = 0; i < received; i++) {
      memory.putInt(i * HEADER_BYTES + NAME_LENGTH_AT, UdpPeer.BYTES6); // it was written over
    }
    answers = 0;
    received = 0;
    int count;
    var using = socket.using();
    using.lock();
    try {
      if (!socket.isOpen()) {
        return 0;
      }
      do {
        count =
            (int) RECVMMSG.invokeExact(state, socket.number(), base, datagrams, MSG_WAITFORONE, 0L);
      } while (count < 0 && interrupted());
    } catch (Throwable e) {
      throw new AssertionError("recvmmsg is declared wrongly", e);
    } finally {
      using.unlock();
    }
    if (udp.closing()) {
      return 0; // woken by the end, with nothing received
    }
    if (count < 0) {
      throw failure("recvmmsg");
    }
    received = count;
    return count;
  }

  /// Who sent a datagram.
  public UdpPeer sender(int at) {
    return UdpPeer.read(memory, address(at));
  }

  /// Bytes of a datagram.
  public int length(int at) {
    return memory.getInt(at * HEADER_BYTES + LENGTH_AT);
  }

  /// Copies a datagram to the front of `into`.
  public void copy(int at, byte[] into) {
    memory.get(content(at), into, 0, length(at));
  }

  /// Answers a datagram, which is overwritten by that. It is sent by [#send].
  public void answer(int at, byte[] datagram) {
    if (datagram.length > bytes || at >= received || answers >= received) {
      throw new IllegalArgumentException(
          datagram.length + " bytes as answer " + at + " of " + received);
    }
    int header = outHeaders + answers * HEADER_BYTES;
    int vector = outVectors + answers * IOV_BYTES;
    answers++;
    memory.put(content(at), datagram);
    memory
        .putLong(header, base + address(at))
        .putInt(header + NAME_LENGTH_AT, memory.getInt(at * HEADER_BYTES + NAME_LENGTH_AT))
        .putLong(vector, base + content(at))
        .putLong(vector + 8, datagram.length);
  }

  /// Sends all answers. One that cannot be sent does not hold back those after it.
  ///
  /// @return how many could not be sent
  public int send() {
    int lost = 0;
    var using = socket.using();
    using.lock();
    try {
      if (!socket.isOpen()) {
        return answers;
      }
      for (int done = 0; done < answers; ) {
        long first = base + outHeaders + (long) done * HEADER_BYTES;
        int sent = (int) SENDMMSG.invokeExact(state, socket.number(), first, answers - done, 0);
        if (sent > 0) {
          done += sent;
        } else if (!interrupted()) {
          done++; // it is the first of the rest that could not be sent
          lost++;
        }
      }
    } catch (Throwable e) {
      throw new AssertionError("sendmmsg is declared wrongly", e);
    } finally {
      using.unlock();
    }
    answers = 0;
    return lost;
  }

  private boolean interrupted() {
    return Native.errno(state) == Errno.EINTR.number();
  }

  private KernelException failure(String call) {
    return new KernelException(call, Errno.of(Native.errno(state)), "");
  }

  @Override
  public void close() {
    arena.close();
  }
}
