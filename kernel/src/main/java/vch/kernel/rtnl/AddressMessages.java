package vch.kernel.rtnl;

import java.net.InetAddress;
import vch.kernel.netlink.Message;

/// Requests about addresses and routes.
public final class AddressMessages {
  private AddressMessages() {}

  /// Sets an address, whether it is there or not. Who calls this knows that nobody else has it: an
  /// IPv6 address can be used at once, without duplicate detection by the kernel.
  ///
  /// @param protocol mark of who sets it
  public static Message set(int link, InetAddress address, int length, int protocol) {
    var bytes = address.getAddress();
    var m =
        ifaddr(
                new Message(Rtm.RTM_NEWADDR, Message.NLM_F_CREATE | Message.NLM_F_REPLACE),
                link,
                bytes,
                length)
            .attribute(Rtm.IFA_LOCAL, bytes)
            .attribute(Rtm.IFA_ADDRESS, bytes);
    if (bytes.length == 4 && length < 31) {
      m.attribute(Rtm.IFA_BROADCAST, broadcast(bytes, length));
    }
    if (bytes.length == 16) {
      m.attribute32(Rtm.IFA_FLAGS, Rtm.IFA_F_NODAD);
    }
    return m.attribute8(Rtm.IFA_PROTO, protocol);
  }

  public static Message remove(int link, InetAddress address, int length) {
    var bytes = address.getAddress();
    return ifaddr(new Message(Rtm.RTM_DELADDR, 0), link, bytes, length)
        .attribute(Rtm.IFA_LOCAL, bytes)
        .attribute(Rtm.IFA_ADDRESS, bytes);
  }

  private static Message ifaddr(Message message, int link, byte[] address, int length) {
    return message.u8(family(address)).u8(length).u8(0).u8(0).u32(link);
  }

  private static byte[] broadcast(byte[] address, int length) {
    var out = address.clone();
    for (int bit = length; bit < 32; bit++) {
      out[bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    return out;
  }

  static int family(byte[] address) {
    return address.length == 4 ? Rtm.AF_INET : Rtm.AF_INET6;
  }

  static Message dump() {
    return new Message(Rtm.RTM_GETADDR, 0).u8(Rtm.AF_UNSPEC).u8(0).u8(0).u8(0).u32(0);
  }
}
