package vch.kernel.rtnl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import vch.kernel.libc.Fd;
import vch.kernel.netlink.Message;

/// Requests about links, but for what [LinkSettings] can say. Names are at most 15 bytes; the
/// kernel refuses others.
public final class LinkMessages {
  private static final int CREATE = Message.NLM_F_CREATE | Message.NLM_F_EXCL;

  /// `struct br_boolopt_multi` of linux/if_bridge.h: value and mask, with BR_BOOLOPT_NO_LL_LEARN
  /// set in both.
  private static final byte[] NO_LL_LEARN =
      ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(1).putInt(1).array();

  private LinkMessages() {}

  /// A bridge, down. It does not learn from frames to link-local group addresses
  /// (01:80:c2:00:00:0x): no filter sees them before it would, so by one LLDP frame a port could
  /// draw the traffic of another to itself.
  public static Message bridge(String name) {
    return ifinfo(new Message(Rtm.RTM_NEWLINK, CREATE), 0, 0, 0)
        .text(Rtm.IFLA_IFNAME, name)
        .nest(
            Rtm.IFLA_LINKINFO,
            m ->
                m.text(Rtm.IFLA_INFO_KIND, "bridge")
                    .nest(
                        Rtm.IFLA_INFO_DATA,
                        d -> d.attribute(Rtm.IFLA_BR_MULTI_BOOLOPT, NO_LL_LEARN)));
  }

  /// A pair of virtual Ethernet links, both down. The peer is born in its namespace under its final
  /// name. (Up at once is not possible: veth_open runs before the pair is joined and says
  /// ENOTCONN.)
  public static Message veth(String name, int mtu, String peer, Fd peerNamespace, byte[] peerMac) {
    return ifinfo(new Message(Rtm.RTM_NEWLINK, CREATE), 0, 0, 0)
        .text(Rtm.IFLA_IFNAME, name)
        .attribute32(Rtm.IFLA_MTU, mtu)
        .nest(
            Rtm.IFLA_LINKINFO,
            m ->
                m.text(Rtm.IFLA_INFO_KIND, "veth")
                    .nest(
                        Rtm.IFLA_INFO_DATA,
                        data ->
                            data.nestBare(
                                Rtm.VETH_INFO_PEER,
                                p ->
                                    ifinfo(p, 0, 0, 0)
                                        .text(Rtm.IFLA_IFNAME, peer)
                                        .attribute32(Rtm.IFLA_MTU, mtu)
                                        .attribute(Rtm.IFLA_ADDRESS, peerMac)
                                        .attribute32(Rtm.IFLA_NET_NS_FD, peerNamespace.number()))));
  }

  /// A macvlan in bridge mode on a link of the namespace that this is sent in, born in another.
  public static Message macvlan(String name, int parent, Fd namespace) {
    return ifinfo(new Message(Rtm.RTM_NEWLINK, CREATE), 0, 0, 0)
        .text(Rtm.IFLA_IFNAME, name)
        .attribute32(Rtm.IFLA_LINK, parent)
        .attribute32(Rtm.IFLA_NET_NS_FD, namespace.number())
        .nest(
            Rtm.IFLA_LINKINFO,
            m ->
                m.text(Rtm.IFLA_INFO_KIND, "macvlan")
                    .nest(
                        Rtm.IFLA_INFO_DATA,
                        d -> d.attribute32(Rtm.IFLA_MACVLAN_MODE, Rtm.MACVLAN_MODE_BRIDGE)));
  }

  /// The link must be down.
  public static Message rename(int index, String name) {
    return ifinfo(new Message(Rtm.RTM_NEWLINK, 0), index, 0, 0).text(Rtm.IFLA_IFNAME, name);
  }

  public static Message group(int index, int group) {
    return ifinfo(new Message(Rtm.RTM_NEWLINK, 0), index, 0, 0).attribute32(Rtm.IFLA_GROUP, group);
  }

  /// Whether frames may leave by the port they came in by.
  public static Message hairpin(int index, boolean on) {
    return port(index, Rtm.IFLA_BRPORT_MODE, on);
  }

  /// Whether a port of a bridge is kept from other isolated ports.
  public static Message isolated(int index, boolean on) {
    return port(index, Rtm.IFLA_BRPORT_ISOLATED, on);
  }

  private static Message port(int index, int option, boolean on) {
    var message = new Message(Rtm.RTM_NEWLINK, 0);
    message.u8(Rtm.AF_BRIDGE).u8(0).u16(0).u32(index).u32(0).u32(0);
    return message.nest(Rtm.IFLA_PROTINFO, m -> m.attribute8(option, on ? 1 : 0));
  }

  /// Waits for an RCU grace period, 16 to 20 ms; the link can no longer be seen after the first
  /// fraction of that.
  public static Message remove(int index) {
    return ifinfo(new Message(Rtm.RTM_DELLINK, 0), index, 0, 0);
  }

  /// Removes all links of the group, in the time that one takes.
  public static Message removeGroup(int group) {
    return ifinfo(new Message(Rtm.RTM_DELLINK, 0), 0, 0, 0).attribute32(Rtm.IFLA_GROUP, group);
  }

  static Message get(String name) {
    return ifinfo(new Message(Rtm.RTM_GETLINK, 0), 0, 0, 0)
        .text(Rtm.IFLA_IFNAME, name)
        .attribute32(Rtm.IFLA_EXT_MASK, Rtm.RTEXT_FILTER_SKIP_STATS);
  }

  static Message get(int index) {
    return ifinfo(new Message(Rtm.RTM_GETLINK, 0), index, 0, 0)
        .attribute32(Rtm.IFLA_EXT_MASK, Rtm.RTEXT_FILTER_SKIP_STATS);
  }

  static Message dump() {
    return ifinfo(new Message(Rtm.RTM_GETLINK, 0), 0, 0, 0)
        .attribute32(Rtm.IFLA_EXT_MASK, Rtm.RTEXT_FILTER_SKIP_STATS);
  }

  static Message ifinfo(Message message, int index, int flags, int change) {
    return message.u8(Rtm.AF_UNSPEC).u8(0).u16(0).u32(index).u32(flags).u32(change);
  }
}
