package vch.linux;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// A neighbour solicitation or advertisement of IPv6 over Ethernet, RFC 4861 sections 4.3 and 4.4.
///
/// @param source of the packet; unspecified where the sender has no address yet
/// @param target the address that it is about
/// @param sender the link-layer address that the message names, or else that of the frame
record NeighbourMessage(Kind kind, Ip source, Ip target, Mac sender) implements Claim {
  /// Frames that are longer are none of those: there is no use for so many options.
  static final int BYTES_MAX = 1514;

  static final Mac ALL_NODES_MAC = new Mac(0x3333_0000_0001L);

  private static final Ip ALL_NODES = Ip.parse("ff02::1");
  private static final Ip NONE = Ip.parse("::");
  private static final Mac UNKNOWN = new Mac(0);
  private static final long SOLICITED_NODE_LOW = 0x1_ff00_0000L; // ff02::1:ff00:0/104
  private static final short ETHERTYPE = (short) 0x86dd;
  private static final int IP_AT = 14;
  private static final int IP_HEADER_BYTES = 40;
  private static final int ICMP_AT = IP_AT + IP_HEADER_BYTES;
  private static final int ICMPV6 = 58;

  /// Type, code, checksum, flags, target.
  private static final int MESSAGE_BYTES = 24;

  /// What no router has let pass has this hop limit still.
  private static final int HOPS = 255;

  private static final int FLAG_SOLICITED = 0x40;
  private static final int FLAG_OVERRIDE = 0x20;
  private static final int OPTION_UNIT_BYTES = 8;

  enum Kind {
    SOLICITATION(135, 1),
    ADVERTISEMENT(136, 2);

    private final int type;

    /// The option that holds the sender's link-layer address.
    private final int option;

    Kind(int type, int option) {
      this.type = type;
      this.option = option;
    }

    static Optional<Kind> of(int type) {
      return Arrays.stream(values()).filter(k -> k.type == type).findFirst();
    }
  }

  NeighbourMessage {
    if (source.isIpv4() || target.isIpv4()) {
      throw new IllegalArgumentException(
          "neighbour discovery is about IPv6 addresses, not about " + target);
    }
  }

  /// Asks for the address without saying that anybody has it, RFC 4862 section 5.4.2.
  static NeighbourMessage probe(Mac self, Ip address) {
    return new NeighbourMessage(Kind.SOLICITATION, NONE, address, self);
  }

  /// Tells the address to everybody, also to those that remember another, RFC 4861 section 7.2.6.
  static NeighbourMessage announcement(Mac self, Ip address) {
    return new NeighbourMessage(Kind.ADVERTISEMENT, address, address, self);
  }

  /// The group in which who has the address hears questions for it, RFC 4291 section 2.7.1.
  private static Ip solicitedNode(Ip address) {
    return new Ip(Family.IPV6, 0xff02L << 48, SOLICITED_NODE_LOW | (address.low() & 0xff_ffffL));
  }

  /// Where such questions go on Ethernet, RFC 2464 section 7.
  static Mac askedAt(Ip address) {
    return group(solicitedNode(address));
  }

  private static Mac group(Ip multicast) {
    return new Mac(0x3333L << 32 | (multicast.low() & 0xffff_ffffL));
  }

  /// The frame that tells everybody.
  byte[] frame() {
    var to = kind == Kind.SOLICITATION ? solicitedNode(target) : ALL_NODES;
    // Who asks without an address must not say where answers go, RFC 4861 section 4.3.
    boolean options = !source.equals(NONE);
    int length = MESSAGE_BYTES + (options ? OPTION_UNIT_BYTES : 0);
    var out =
        ByteBuffer.allocate(ICMP_AT + length)
            .put(group(to).bytes())
            .put(sender.bytes())
            .putShort(ETHERTYPE)
            .putInt(6 << 28)
            .putShort((short) length)
            .put((byte) ICMPV6)
            .put((byte) HOPS)
            .put(source.bytes())
            .put(to.bytes())
            .put((byte) kind.type)
            .put((byte) 0)
            .putShort((short) 0)
            .put((byte) (kind == Kind.ADVERTISEMENT ? FLAG_OVERRIDE : 0))
            .put(new byte[3])
            .put(target.bytes());
    if (options) {
      out.put((byte) kind.option).put((byte) 1).put(sender.bytes());
    }
    return out.putShort(ICMP_AT + 2, (short) ~sum(out.array(), length)).array();
  }

  /// The one's complement sum of pseudo header and message, RFC 8200 section 8.1.
  private static int sum(byte[] frame, int length) {
    long sum = (long) length + ICMPV6;
    for (int at = IP_AT + 8; at < ICMP_AT + length; at++) {
      sum += (long) (frame[at] & 0xff) << (at % 2 == 0 ? 8 : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  /// Reads a frame. Empty when it is cut, when it is about something else, when a check of RFC 4861
  /// sections 7.1.1 and 7.1.2 fails, or when its sender is a group or nobody.
  static Optional<NeighbourMessage> parse(byte[] frame) {
    if (frame.length < ICMP_AT + MESSAGE_BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(frame);
    int length = Short.toUnsignedInt(in.getShort(IP_AT + 4));
    if (in.getShort(12) != ETHERTYPE
        || (frame[IP_AT] & 0xf0) != 6 << 4
        || length < MESSAGE_BYTES
        || length > frame.length - ICMP_AT
        || frame[IP_AT + 6] != ICMPV6
        || (frame[IP_AT + 7] & 0xff) != HOPS
        || frame[ICMP_AT + 1] != 0
        || sum(frame, length) != 0xffff) {
      return Optional.empty();
    }
    return Kind.of(frame[ICMP_AT] & 0xff).flatMap(kind -> parse(kind, frame, ICMP_AT + length));
  }

  private static Optional<NeighbourMessage> parse(Kind kind, byte[] frame, int end) {
    var source = ip(frame, IP_AT + 8);
    var to = ip(frame, IP_AT + 24);
    var target = ip(frame, ICMP_AT + 8);
    var named = option(kind.option, frame, end);
    boolean nobody = source.equals(NONE);
    boolean proper =
        switch (kind) {
          case SOLICITATION ->
              !nobody || (to.equals(solicitedNode(target)) && named.equals(Optional.of(UNKNOWN)));
          case ADVERTISEMENT ->
              !nobody && !(to.isMulticast() && (frame[ICMP_AT + 4] & FLAG_SOLICITED) != 0);
        };
    if (!proper || named.isEmpty() || source.isMulticast() || target.isMulticast()) {
      return Optional.empty();
    }
    return named
        .map(mac -> mac.equals(UNKNOWN) ? mac(frame, 6) : mac)
        .filter(mac -> !mac.isMulticast() && !mac.equals(UNKNOWN))
        .map(mac -> new NeighbourMessage(kind, source, target, mac));
  }

  /// The link-layer address in the option, [#UNKNOWN] where there is none; empty when the options
  /// are malformed.
  private static Optional<Mac> option(int wanted, byte[] frame, int end) {
    var found = UNKNOWN;
    int at = ICMP_AT + MESSAGE_BYTES;
    while (at < end) {
      int bytes = at + 1 < end ? (frame[at + 1] & 0xff) * OPTION_UNIT_BYTES : 0;
      if (bytes == 0 || at + bytes > end) {
        return Optional.empty();
      }
      if ((frame[at] & 0xff) == wanted && found.equals(UNKNOWN)) {
        found = mac(frame, at + 2);
      }
      at += bytes;
    }
    return Optional.of(found);
  }

  private static Mac mac(byte[] frame, int at) {
    return Mac.of(Arrays.copyOfRange(frame, at, at + 6));
  }

  private static Ip ip(byte[] frame, int at) {
    return Ip.of(Arrays.copyOfRange(frame, at, at + 16));
  }

  @Override
  public Optional<Ip> held() {
    return switch (kind) {
      case SOLICITATION -> Optional.of(source).filter(s -> !s.equals(NONE));
      case ADVERTISEMENT -> Optional.of(target);
    };
  }

  /// RFC 4862 sections 5.4.3 and 5.4.4.
  @Override
  public boolean contests(Ip address, Mac self) {
    boolean probes = kind == Kind.SOLICITATION && source.equals(NONE) && target.equals(address);
    return (probes || held().equals(Optional.of(address))) && !sender.equals(self);
  }
}
