package vch.kernel.packet;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Poll;
import vch.kernel.libc.Socket;

/// An AF_PACKET socket, packet(7): whole Ethernet frames of one link, ours and those for us. It
/// belongs to the network namespace of the thread that opens it, for ever; after that one thread
/// may receive while others send. Who closes it must know that nobody uses it any more.
///
/// A link that is set down gives ENETDOWN once to who receives, and is heard again when it is up. A
/// link that vanishes gives the same, and is never heard again.
public final class PacketSocket implements AutoCloseable {
  /// Protocol numbers of linux/if_ether.h.
  public static final int ETH_P_ARP = 0x0806;

  public static final int ETH_P_IPV6 = 0x86dd;

  /// Hears nothing; what is sent is of the protocol that the frame names.
  public static final int NO_PROTOCOL = 0;

  private static final int AF_PACKET = 17;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;

  /// struct packet_mreq: s32 link, u16 type (PACKET_MR_MULTICAST is 0), u16 address length, u8
  /// address[8]
  private static final int MEMBERSHIP_BYTES = 16;

  private static final int ETHER_BYTES = 6;

  /// struct sockaddr_ll: u16 family, be16 protocol, s32 link, u16 hardware type, u8 packet type, u8
  /// address length, u8 address[8]
  private static final int SOCKADDR_BYTES = 20;

  private static final int PROTOCOL_AT = 2;
  private static final int LINK_AT = 4;
  private static final int PACKET_TYPE_AT = 10;

  /// From this number on (PACKET_OTHERHOST, PACKET_OUTGOING) frames were for others: of another
  /// VLAN, seen by a link in promiscuous mode, or sent from here.
  private static final int PACKET_OTHERHOST = 3;

  private static final MethodHandle RECVFROM =
      Native.function(
          "recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);

  private final Fd fd;
  private final String name;

  private PacketSocket(Fd fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /// Opens a socket in the namespace of the calling thread.
  ///
  /// @param link index of the link
  /// @param protocol what is heard, [#ETH_P_ARP] or another, or [#NO_PROTOCOL]
  /// @throws KernelException ENODEV: there is no such link; EPERM: CAP_NET_RAW is missing
  public static PacketSocket open(int link, int protocol) {
    return open(link, protocol, Optional.empty(), List.of());
  }

  /// As [#open(int, int)], hearing only what the filter takes.
  ///
  /// @param groups Ethernet addresses of groups that the link hears from now on, as long as the
  ///   socket is open: a NIC may drop what is sent to others
  public static PacketSocket open(
      int link, int protocol, PacketFilter filter, List<byte[]> groups) {
    return open(link, protocol, Optional.of(filter), groups);
  }

  private static PacketSocket open(
      int link, int protocol, Optional<PacketFilter> filter, List<byte[]> groups) {
    var name = "AF_PACKET link " + link;
    // A socket that is made with a protocol hears it on all links until it is bound, so the
    // protocol comes with the link, and after the filter.
    var fd = Socket.open(AF_PACKET, Socket.SOCK_RAW, 0, name);
    try {
      filter.ifPresent(f -> attach(fd, name, f));
      groups.forEach(group -> join(fd, name, link, group));
      Socket.bind(fd, name, arena -> address(arena, link, protocol));
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
    return new PacketSocket(fd, name);
  }

  private static void attach(Fd fd, String name, PacketFilter filter) {
    Socket.option(fd, name, Socket.SOL_SOCKET, SO_ATTACH_FILTER, filter::program);
  }

  private static void join(Fd fd, String name, int link, byte[] group) {
    Socket.option(
        fd,
        name,
        SOL_PACKET,
        PACKET_ADD_MEMBERSHIP,
        arena -> {
          var membership = arena.allocate(MEMBERSHIP_BYTES, 4);
          membership.set(JAVA_INT, 0, link);
          membership.set(JAVA_SHORT, 6, (short) ETHER_BYTES);
          MemorySegment.copy(group, 0, membership, JAVA_BYTE, 8, ETHER_BYTES);
          return membership;
        });
  }

  private static MemorySegment address(Arena arena, int link, int protocol) {
    var address = arena.allocate(SOCKADDR_BYTES, 4);
    address.set(JAVA_SHORT, 0, (short) AF_PACKET);
    address.set(JAVA_BYTE, PROTOCOL_AT, (byte) (protocol >>> 8));
    address.set(JAVA_BYTE, PROTOCOL_AT + 1, (byte) protocol);
    address.set(JAVA_INT, LINK_AT, link);
    return address;
  }

  /// For poll(2).
  public int number() {
    return fd.number();
  }

  /// Sends a frame, from destination address to payload. Does not wait.
  ///
  /// @return false when the link's queue is full: the frame is lost, as it may be on any link
  /// @throws KernelException ENETDOWN: the link is down; ENXIO or ENODEV: it has vanished;
  ///   EMSGSIZE: the frame is longer than the link takes; EINVAL: it is no frame
  public boolean send(byte[] frame) {
    try {
      Socket.send(fd.number(), name, frame, 0, frame.length, Socket.MSG_DONTWAIT);
      return true;
    } catch (KernelException e) {
      if (e.is(Errno.ENOBUFS) || e.is(Errno.EAGAIN)) {
        return false;
      }
      throw e;
    }
  }

  /// Takes the next frame that came for us or for all, without those that this machine sent.
  ///
  /// @param bytesMax what a frame has beyond is lost
  /// @param timeoutMs how long to wait for it, holding the thread; 0: not at all
  /// @return empty when none came
  /// @throws KernelException ENETDOWN: the link went down or vanished
  public Optional<byte[]> receive(int bytesMax, int timeoutMs) {
    if (timeoutMs != 0) {
      Poll.poll(timeoutMs, new int[] {fd.number()}, new short[] {Poll.POLLIN});
    }
    try {
      while (true) {
        var frame = next(bytesMax);
        if (frame.isPresent()) {
          return frame;
        }
      }
    } catch (KernelException e) {
      if (e.is(Errno.EAGAIN)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Empty when the next frame was for others.
  private Optional<byte[]> next(int bytesMax) {
    var out = new byte[1][];
    Native.call(
        "recvfrom",
        name,
        (arena, state) -> {
          var buffer = arena.allocate(bytesMax);
          var from = arena.allocate(SOCKADDR_BYTES, 4);
          var length = arena.allocateFrom(JAVA_INT, SOCKADDR_BYTES);
          long n =
              (long)
                  RECVFROM.invokeExact(
                      state,
                      fd.number(),
                      buffer,
                      (long) bytesMax,
                      Socket.MSG_DONTWAIT,
                      from,
                      length);
          if (n >= 0 && from.get(JAVA_BYTE, PACKET_TYPE_AT) < PACKET_OTHERHOST) {
            out[0] = new byte[(int) n];
            MemorySegment.copy(buffer, JAVA_BYTE, 0, out[0], 0, (int) n);
          }
          return n;
        });
    return Optional.ofNullable(out[0]);
  }

  /// Holds its thread for an RCU grace period, about 12 ms.
  @Override
  public void close() {
    fd.close();
  }
}
