package vch.kernel.rtnl;

import java.net.InetAddress;
import vch.kernel.netlink.Message;

/// Requests about rules that route what comes from an address by a table of its own.
public final class RuleMessages {
  private RuleMessages() {}

  /// Adds a rule; EEXIST when there is the same one.
  ///
  /// @param priority lower is asked first; that of the main table is 32766
  /// @param protocol FRA_PROTOCOL, the mark of who sets it
  public static Message add(InetAddress from, int table, int priority, int protocol) {
    return rule(
        Rtm.RTM_NEWRULE,
        Message.NLM_F_CREATE | Message.NLM_F_EXCL,
        from,
        table,
        priority,
        protocol);
  }

  /// Removes the rule if `protocol` set it; ENOENT when there is none.
  public static Message remove(InetAddress from, int table, int priority, int protocol) {
    return rule(Rtm.RTM_DELRULE, 0, from, table, priority, protocol);
  }

  private static Message rule(
      int type, int flags, InetAddress from, int table, int priority, int protocol) {
    var bytes = from.getAddress();
    return new Message(type, flags)
        .u8(AddressMessages.family(bytes))
        .u8(0)
        .u8(bytes.length * 8)
        .u8(0)
        .u8(Rtm.RT_TABLE_UNSPEC)
        .u8(0)
        .u8(0)
        .u8(Rtm.FR_ACT_TO_TBL)
        .u32(0)
        .attribute(Rtm.FRA_SRC, bytes)
        .attribute32(Rtm.FRA_TABLE, table)
        .attribute32(Rtm.FRA_PRIORITY, priority)
        .attribute8(Rtm.FRA_PROTOCOL, protocol);
  }

  static Message dump() {
    return new Message(Rtm.RTM_GETRULE, 0)
        .u8(Rtm.AF_UNSPEC)
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
