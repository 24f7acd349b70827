package vch.kernel.rtnl;

import java.net.InetAddress;
import java.util.Optional;
import vch.kernel.netlink.Message;

/// Requests about unicast routes.
public final class RouteMessages {
  /// Before the routes that routers advertise (IP6_RT_PRIO_USER: 1024), which may be there first.
  /// IPv4 routes have metric 0, before all.
  private static final int IPV6_METRIC = 512;

  private RouteMessages() {}

  /// Adds a route; EEXIST when there is one to the same subnet in the table.
  ///
  /// @param table [RouteInfo#TABLE_MAIN], or another; there, a gateway is taken for a neighbour,
  ///   whatever addresses the link has now
  /// @param protocol rtm_protocol, the mark of who sets it
  public static Message add(
      InetAddress to, int length, Optional<InetAddress> via, int link, int table, int protocol) {
    return route(
        Rtm.RTM_NEWROUTE,
        Message.NLM_F_CREATE | Message.NLM_F_EXCL,
        to,
        length,
        via,
        link,
        table,
        protocol);
  }

  /// Puts the route in the place of the one to the same subnet.
  public static Message replace(
      InetAddress to, int length, Optional<InetAddress> via, int link, int table, int protocol) {
    return route(
        Rtm.RTM_NEWROUTE,
        Message.NLM_F_CREATE | Message.NLM_F_REPLACE,
        to,
        length,
        via,
        link,
        table,
        protocol);
  }

  /// Has who sends by the route of `message` do so under this address, unless it chooses itself.
  public static void from(Message message, InetAddress source) {
    message.attribute(Rtm.RTA_PREFSRC, source.getAddress());
  }

  /// Removes the route if `protocol` set it; ESRCH otherwise.
  public static Message remove(
      InetAddress to, int length, Optional<InetAddress> via, int link, int table, int protocol) {
    return route(Rtm.RTM_DELROUTE, 0, to, length, via, link, table, protocol);
  }

  private static Message route(
      int type,
      int flags,
      InetAddress to,
      int length,
      Optional<InetAddress> via,
      int link,
      int table,
      int protocol) {
    var bytes = to.getAddress();
    // struct rtmsg: family, destination length, source length, tos, table, protocol, scope, type,
    // u32 flags
    var m =
        new Message(type, flags)
            .u8(AddressMessages.family(bytes))
            .u8(length)
            .u8(0)
            .u8(0)
            .u8(Rtm.RT_TABLE_UNSPEC) // in an attribute: there are more than 255
            .u8(protocol)
            .u8(via.isPresent() || bytes.length == 16 ? Rtm.RT_SCOPE_UNIVERSE : Rtm.RT_SCOPE_LINK)
            .u8(Rtm.RTN_UNICAST)
            .u32(via.isPresent() && table != Rtm.RT_TABLE_MAIN ? Rtm.RTNH_F_ONLINK : 0);
    if (length > 0) {
      m.attribute(Rtm.RTA_DST, bytes);
    }
    via.ifPresent(gateway -> m.attribute(Rtm.RTA_GATEWAY, gateway.getAddress()));
    if (bytes.length == 16) {
      m.attribute32(Rtm.RTA_PRIORITY, IPV6_METRIC);
    }
    return m.attribute32(Rtm.RTA_OIF, link).attribute32(Rtm.RTA_TABLE, table);
  }

  static Message dump(boolean ipv6) {
    return new Message(Rtm.RTM_GETROUTE, 0)
        .u8(ipv6 ? Rtm.AF_INET6 : Rtm.AF_INET)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u32(0);
  }
}
