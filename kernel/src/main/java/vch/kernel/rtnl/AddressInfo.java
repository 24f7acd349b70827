package vch.kernel.rtnl;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import vch.kernel.netlink.Reply;

/// An address of a link as the kernel shows it.
///
/// @param protocol who set it, 0 where nobody said (IFA_PROTO, Linux 5.18)
public record AddressInfo(int link, InetAddress address, int length, int protocol) {
  /// From an RTM_NEWADDR or RTM_DELADDR, `struct ifaddrmsg`: u8 family, u8 prefix length, u8 flags,
  /// u8 scope, u32 index.
  public static Optional<AddressInfo> of(Reply reply) {
    if ((reply.type() != Rtm.RTM_NEWADDR && reply.type() != Rtm.RTM_DELADDR)
        || reply.body().limit() < Rtm.IFADDRMSG_BYTES) {
      return Optional.empty();
    }
    var a = reply.attributes(Rtm.IFADDRMSG_BYTES);
    // IFA_ADDRESS of a point-to-point IPv4 link is the other side's; IFA_LOCAL is not there for
    // IPv6
    return a.bytes(Rtm.IFA_LOCAL)
        .or(() -> a.bytes(Rtm.IFA_ADDRESS))
        .map(
            bytes ->
                new AddressInfo(
                    reply.body().getInt(4),
                    address(bytes),
                    Byte.toUnsignedInt(reply.body().get(1)),
                    a.u8(Rtm.IFA_PROTO).orElse(0)));
  }

  static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "the kernel sent an address of " + bytes.length + " bytes", e);
    }
  }
}
