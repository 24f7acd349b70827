package vch.linux;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// An ARP packet of IPv4 over Ethernet, RFC 826.
///
/// @param target of a question: 0
record ArpPacket(Operation operation, Mac sender, Ip senderIp, Mac target, Ip targetIp)
    implements Claim {
  /// Ethernet header and packet; links pad it to 60 bytes.
  static final int BYTES = 42;

  private static final Mac UNKNOWN = new Mac(0);
  private static final Ip NONE = Ip.parse("0.0.0.0");
  private static final short ETHERTYPE = 0x0806;
  private static final short HARDWARE_ETHERNET = 1;
  private static final short PROTOCOL_IPV4 = 0x0800;

  enum Operation {
    REQUEST(1),
    REPLY(2);

    private final int number;

    Operation(int number) {
      this.number = number;
    }

    static Optional<Operation> of(int number) {
      return Arrays.stream(values()).filter(o -> o.number == number).findFirst();
    }
  }

  ArpPacket {
    if (!senderIp.isIpv4() || !targetIp.isIpv4()) {
      throw new IllegalArgumentException("ARP asks for IPv4 addresses, not for " + targetIp);
    }
  }

  /// Asks for the address without saying that anybody has it, RFC 5227 section 1.1.
  static ArpPacket probe(Mac self, Ip address) {
    return new ArpPacket(Operation.REQUEST, self, NONE, UNKNOWN, address);
  }

  /// Asks for the own address, so that nobody needs to answer and everybody learns, RFC 5227
  /// section 2.3.
  static ArpPacket announcement(Mac self, Ip address) {
    return new ArpPacket(Operation.REQUEST, self, address, UNKNOWN, address);
  }

  /// The frame that tells everybody.
  byte[] broadcast() {
    return ByteBuffer.allocate(BYTES)
        .put(Mac.BROADCAST.bytes())
        .put(sender.bytes())
        .putShort(ETHERTYPE)
        .putShort(HARDWARE_ETHERNET)
        .putShort(PROTOCOL_IPV4)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) operation.number)
        .put(sender.bytes())
        .put(senderIp.bytes())
        .put(target.bytes())
        .put(targetIp.bytes())
        .array();
  }

  /// Reads a frame. Empty when it is cut, when it is about other hardware or another protocol, when
  /// it neither asks nor answers, or when its sender is a group or nobody.
  static Optional<ArpPacket> parse(byte[] frame) {
    if (frame.length < BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(frame, 12, BYTES - 12);
    if (in.getShort() != ETHERTYPE
        || in.getShort() != HARDWARE_ETHERNET
        || in.getShort() != PROTOCOL_IPV4
        || in.get() != 6
        || in.get() != 4) {
      return Optional.empty();
    }
    return Operation.of(in.getShort())
        .map(o -> new ArpPacket(o, mac(frame, 22), ip(frame, 28), mac(frame, 32), ip(frame, 38)))
        .filter(p -> !p.sender.isMulticast() && !p.sender.equals(UNKNOWN));
  }

  private static Mac mac(byte[] frame, int at) {
    return new Mac(ByteBuffer.wrap(frame).getLong(at) >>> 16);
  }

  private static Ip ip(byte[] frame, int at) {
    return Ip.of(Arrays.copyOfRange(frame, at, at + 4));
  }

  @Override
  public Optional<Ip> held() {
    return Optional.of(senderIp).filter(ip -> !ip.equals(NONE));
  }

  /// RFC 5227 section 2.1.1.
  @Override
  public boolean contests(Ip address, Mac self) {
    boolean uses = senderIp.equals(address);
    boolean probes =
        operation == Operation.REQUEST && senderIp.equals(NONE) && targetIp.equals(address);
    return (uses || probes) && !sender.equals(self);
  }
}
