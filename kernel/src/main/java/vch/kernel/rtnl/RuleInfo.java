package vch.kernel.rtnl;

import java.net.InetAddress;
import java.util.Optional;
import vch.kernel.netlink.Reply;

/// A rule that says which table a packet is routed by, ip-rule(8), as the kernel shows it.
///
/// @param from first address of those that packets come from; empty for all
/// @param length of the block that `from` begins
/// @param protocol who set it (FRA_PROTOCOL), 0 where nobody said
public record RuleInfo(
    Optional<InetAddress> from, int length, int table, int protocol, int priority) {
  /// From an RTM_NEWRULE or RTM_DELRULE, `struct fib_rule_hdr`: u8 family, u8 destination length,
  /// u8 source length, u8 tos, u8 table, 2 bytes, u8 action, u32 flags.
  public static Optional<RuleInfo> of(Reply reply) {
    if ((reply.type() != Rtm.RTM_NEWRULE && reply.type() != Rtm.RTM_DELRULE)
        || reply.body().limit() < Rtm.FIB_RULE_HDR_BYTES) {
      return Optional.empty();
    }
    int family = reply.body().get(0);
    if (family != Rtm.AF_INET && family != Rtm.AF_INET6) {
      return Optional.empty();
    }
    var a = reply.attributes(Rtm.FIB_RULE_HDR_BYTES);
    return Optional.of(
        new RuleInfo(
            a.bytes(Rtm.FRA_SRC).map(AddressInfo::address),
            Byte.toUnsignedInt(reply.body().get(2)),
            a.u32(Rtm.FRA_TABLE).orElse(Byte.toUnsignedInt(reply.body().get(4))),
            a.u8(Rtm.FRA_PROTOCOL).orElse(0),
            a.u32(Rtm.FRA_PRIORITY).orElse(0)));
  }
}
