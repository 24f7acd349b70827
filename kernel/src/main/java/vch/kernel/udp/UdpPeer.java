package vch.kernel.udp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The other side of a datagram: `struct sockaddr_in` or `sockaddr_in6` of netinet/in.h.
///
/// @param high the first 8 bytes of the IPv6 address
/// @param low the last 8; an IPv4 address is mapped into ::ffff:0:0/96
/// @param scope index of the link that a link-local address is of, otherwise 0
public record UdpPeer(long high, long low, int port, int scope) {
  /// What an IPv4 address is added to.
  public static final long MAPPED = 0xffff_0000_0000L;

  static final int BYTES4 = 16;
  static final int BYTES6 = 28;

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  // u16 family, be16 port, then be32 address (IPv4), or be32 flow, u8 address[16], u32 scope (IPv6)
  private static final int PORT_AT = 2;
  private static final int ADDRESS4_AT = 4;
  private static final int ADDRESS6_AT = 8;
  private static final int SCOPE_AT = 24;

  /// True for an IPv4 address, whichever family its socket is of.
  public boolean isIpv4() {
    return high == 0 && low >>> 32 == MAPPED >>> 32;
  }

  /// @param memory in the machine's byte order
  static UdpPeer read(ByteBuffer memory, int at) {
    int port = Short.toUnsignedInt(bigEndian(memory.getShort(at + PORT_AT)));
    if (memory.getShort(at) == AF_INET) {
      int address = bigEndian(memory.getInt(at + ADDRESS4_AT));
      return new UdpPeer(0, MAPPED | Integer.toUnsignedLong(address), port, 0);
    }
    return new UdpPeer(
        bigEndian(memory.getLong(at + ADDRESS6_AT)),
        bigEndian(memory.getLong(at + ADDRESS6_AT + 8)),
        port,
        memory.getInt(at + SCOPE_AT));
  }

  /// @param memory in the machine's byte order, zeroed
  void write(ByteBuffer memory, int family) {
    memory.putShort(0, (short) family).putShort(PORT_AT, bigEndian((short) port));
    if (family == AF_INET6) {
      memory
          .putLong(ADDRESS6_AT, bigEndian(high))
          .putLong(ADDRESS6_AT + 8, bigEndian(low))
          .putInt(SCOPE_AT, scope);
    } else {
      memory.putInt(ADDRESS4_AT, bigEndian((int) low));
    }
  }

  private static boolean little() {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  private static short bigEndian(short value) {
    return little() ? Short.reverseBytes(value) : value;
  }

  private static int bigEndian(int value) {
    return little() ? Integer.reverseBytes(value) : value;
  }

  private static long bigEndian(long value) {
    return little() ? Long.reverseBytes(value) : value;
  }
}
