package vch.kernel.rtnl;

import java.net.InetAddress;
import java.util.Optional;
import vch.kernel.netlink.Reply;

/// A route as the kernel shows it.
///
/// @param to first address of the subnet
/// @param via gateway; empty for what is on the link
/// @param source preferred source address
/// @param link index of the link; 0 for a route over several
/// @param protocol who set it (rtm_protocol)
/// @param type 1: unicast
public record RouteInfo(
    InetAddress to,
    int length,
    Optional<InetAddress> via,
    Optional<InetAddress> source,
    int link,
    int table,
    int protocol,
    int type,
    int priority) {
  public static final int TABLE_MAIN = Rtm.RT_TABLE_MAIN;

  /// Protocol of the routes that come with addresses.
  public static final int BY_KERNEL = 2;

  public static final int UNICAST = Rtm.RTN_UNICAST;

  /// From an RTM_NEWROUTE or RTM_DELROUTE, `struct rtmsg`: u8 family, u8 destination length, u8
  /// source length, u8 tos, u8 table, u8 protocol, u8 scope, u8 type, u32 flags.
  public static Optional<RouteInfo> of(Reply reply) {
    if ((reply.type() != Rtm.RTM_NEWROUTE && reply.type() != Rtm.RTM_DELROUTE)
        || reply.body().limit() < Rtm.RTMSG_BYTES) {
      return Optional.empty();
    }
    int family = reply.body().get(0);
    if (family != Rtm.AF_INET && family != Rtm.AF_INET6) {
      return Optional.empty();
    }
    var a = reply.attributes(Rtm.RTMSG_BYTES);
    var to = a.bytes(Rtm.RTA_DST).orElseGet(() -> new byte[family == Rtm.AF_INET ? 4 : 16]);
    return Optional.of(
        new RouteInfo(
            AddressInfo.address(to),
            Byte.toUnsignedInt(reply.body().get(1)),
            a.bytes(Rtm.RTA_GATEWAY).map(AddressInfo::address),
            a.bytes(Rtm.RTA_PREFSRC).map(AddressInfo::address),
            a.u32(Rtm.RTA_OIF).orElse(0),
            a.u32(Rtm.RTA_TABLE).orElse(Byte.toUnsignedInt(reply.body().get(4))),
            Byte.toUnsignedInt(reply.body().get(5)),
            Byte.toUnsignedInt(reply.body().get(7)),
            a.u32(Rtm.RTA_PRIORITY).orElse(0)));
  }
}
