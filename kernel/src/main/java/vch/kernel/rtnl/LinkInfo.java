package vch.kernel.rtnl;

import java.util.Optional;
import java.util.OptionalInt;
import vch.kernel.netlink.Reply;

/// A link as the kernel shows it.
///
/// @param kind `bridge`, `veth`, `macvlan`…; empty for what is no virtual link
/// @param mac 48 bits; 0 where the link has no Ethernet address
/// @param master index of the link that this one is a port of; 0: none
/// @param lower index of the link below or of the peer; 0: none
/// @param lowerNamespace id of the namespace that `lower` is in; empty: the link's own
/// @param alias free text that was given to the link
public record LinkInfo(
    int index,
    String name,
    String kind,
    boolean up,
    int mtu,
    long mac,
    int master,
    int lower,
    OptionalInt lowerNamespace,
    String alias) {

  /// From an RTM_NEWLINK, `struct ifinfomsg`: u8 family, u8 padding, u16 type, s32 index, u32
  /// flags, u32 change. Empty when the message is something else, or about a bridge's view of its
  /// port.
  public static Optional<LinkInfo> of(Reply reply) {
    if ((reply.type() != Rtm.RTM_NEWLINK && reply.type() != Rtm.RTM_DELLINK)
        || reply.body().limit() < Rtm.IFINFOMSG_BYTES
        || reply.body().get(0) == Rtm.AF_BRIDGE) {
      return Optional.empty();
    }
    var a = reply.attributes(Rtm.IFINFOMSG_BYTES);
    long mac =
        a.bytes(Rtm.IFLA_ADDRESS).filter(b -> b.length == 6).map(LinkInfo::number).orElse(0L);
    return Optional.of(
        new LinkInfo(
            reply.body().getInt(4),
            a.text(Rtm.IFLA_IFNAME),
            a.nested(Rtm.IFLA_LINKINFO).text(Rtm.IFLA_INFO_KIND),
            (reply.body().getInt(8) & Rtm.IFF_UP) != 0,
            a.u32(Rtm.IFLA_MTU).orElse(0),
            mac,
            a.u32(Rtm.IFLA_MASTER).orElse(0),
            a.u32(Rtm.IFLA_LINK).orElse(0),
            a.u32(Rtm.IFLA_LINK_NETNSID),
            a.text(Rtm.IFLA_IFALIAS)));
  }

  private static long number(byte[] bytes) {
    long n = 0;
    for (byte b : bytes) {
      n = n << 8 | (b & 0xff);
    }
    return n;
  }
}
