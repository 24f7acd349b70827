package vch.services.dhcp;

import java.nio.ByteBuffer;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// The Ethernet frame by which a container that does not run gives an address back: DHCPRELEASE
/// (RFC 2131 sections 4.4.4 and 4.4.6) in UDP in IPv4. No server answers it.
///
/// @param transaction any number (xid); it should differ from one frame to the next
/// @param client the container's Ethernet address
/// @param address what it gives back; a bound address may be the sender of a datagram
/// @param server who gave the lease: its server identifier
/// @param serverMac Ethernet address of the server, or of the gateway towards it; empty: not known,
///   then the frame is for everybody, and who has the server's address takes it
/// @param clientId value of the client identifier (option 61) that the lease was got with, from the
///   type byte on; empty: it was got without one
public record ReleaseFrame(
    int transaction, Mac client, Ip address, Ip server, Optional<Mac> serverMac, byte[] clientId) {
  private static final short ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERNET_BYTES = 14;

  private static final int IP_BYTES = 20;
  private static final byte VERSION_4_WITHOUT_OPTIONS = 0x45;
  private static final short DO_NOT_FRAGMENT = 0x4000;
  private static final byte HOPS_MAX = 64;
  private static final byte UDP = 17;

  private static final int UDP_BYTES = 8;
  private static final short CLIENT_PORT = 68;
  private static final short SERVER_PORT = 67;

  private static final byte BOOTREQUEST = 1;
  private static final byte HARDWARE_ETHERNET = 1;
  private static final int COOKIE = 0x6382_5363;

  /// Between the client's address and the options: yiaddr, siaddr and giaddr before chaddr, of
  /// which 10 bytes stay empty, and sname and file.
  private static final int SERVER_AND_RELAY_BYTES = 12;

  private static final int UNUSED_BYTES = 10 + 64 + 128;

  /// Fixed part, cookie and options: what relays and servers of BOOTP expect at least, RFC 1542
  /// section 2.1.
  private static final int MESSAGE_BYTES_MIN = 300;

  private static final int OPTIONS_AT = 240;

  private static final byte MESSAGE_TYPE = 53;
  private static final byte DHCPRELEASE = 7;
  private static final byte SERVER_IDENTIFIER = 54;
  private static final byte CLIENT_IDENTIFIER = 61;
  private static final byte END = (byte) 255;

  public ReleaseFrame {
    if (!address.isIpv4() || !server.isIpv4()) {
      throw new IllegalArgumentException("DHCP leases IPv4 addresses, not " + address);
    }
    if (clientId.length == 1 || clientId.length > 255) { // RFC 2132 section 9.14: at least 2 bytes
      throw new IllegalArgumentException(
          "a client identifier has 2 to 255 bytes, not " + clientId.length);
    }
    clientId = clientId.clone();
  }

  @Override
  public byte[] clientId() {
    return clientId.clone();
  }

  /// From destination address to payload.
  public byte[] bytes() {
    var datagram = udp(message());
    return ByteBuffer.allocate(ETHERNET_BYTES + IP_BYTES + datagram.length)
        .put(serverMac.orElse(Mac.BROADCAST).bytes())
        .put(client.bytes())
        .putShort(ETHERTYPE_IPV4)
        .put(ipHeader(datagram.length))
        .put(datagram)
        .array();
  }

  private byte[] ipHeader(int payload) {
    var out =
        ByteBuffer.allocate(IP_BYTES)
            .put(VERSION_4_WITHOUT_OPTIONS)
            .put((byte) 0)
            .putShort((short) (IP_BYTES + payload))
            .putShort((short) 0) // never cut, so never put together: RFC 6864 section 4.1
            .putShort(DO_NOT_FRAGMENT)
            .put(HOPS_MAX)
            .put(UDP)
            .putShort((short) 0)
            .put(address.bytes())
            .put(server.bytes());
    return out.putShort(10, checksum(sum(out.array()))).array();
  }

  private byte[] udp(byte[] message) {
    int length = UDP_BYTES + message.length;
    var out =
        ByteBuffer.allocate(length)
            .putShort(CLIENT_PORT)
            .putShort(SERVER_PORT)
            .putShort((short) length)
            .putShort((short) 0)
            .put(message);
    int pseudo = // RFC 768: both addresses, the protocol and the length count too
        sum(address.bytes()) + sum(server.bytes()) + UDP + length;
    short checksum = checksum(sum(out.array()) + pseudo);
    return out.putShort(6, checksum == 0 ? -1 : checksum).array(); // 0 means that there is none
  }

  private byte[] message() {
    int options = 3 + 6 + (clientId.length == 0 ? 0 : 2 + clientId.length) + 1;
    var out =
        ByteBuffer.allocate(Math.max(MESSAGE_BYTES_MIN, OPTIONS_AT + options))
            .put(BOOTREQUEST)
            .put(HARDWARE_ETHERNET)
            .put((byte) 6)
            .put((byte) 0) // hops
            .putInt(transaction)
            .putInt(0) // seconds, flags
            .put(address.bytes())
            .put(new byte[SERVER_AND_RELAY_BYTES])
            .put(client.bytes())
            .put(new byte[UNUSED_BYTES])
            .putInt(COOKIE)
            .put(new byte[] {MESSAGE_TYPE, 1, DHCPRELEASE, SERVER_IDENTIFIER, 4})
            .put(server.bytes());
    if (clientId.length > 0) {
      out.put(CLIENT_IDENTIFIER).put((byte) clientId.length).put(clientId);
    }
    return out.put(END).array();
  }

  /// The internet checksum, RFC 1071.
  private static short checksum(int sum) {
    int folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (short) ~folded;
  }

  /// Of 16-bit words; an odd last byte is the upper half of one.
  private static int sum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
  }
}
