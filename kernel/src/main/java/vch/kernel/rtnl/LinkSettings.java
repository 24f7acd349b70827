package vch.kernel.rtnl;

import java.util.Optional;
import java.util.OptionalInt;
import vch.kernel.netlink.Message;

/// What is to be set on a link, in one request; what is empty stays as it is.
///
/// @param alias free text, at most 255 bytes
/// @param mtu largest payload of a frame, bytes
/// @param master index of the bridge that the link is to be a port of; 0: of none
public record LinkSettings(
    Optional<String> alias, Optional<byte[]> mac, OptionalInt mtu, OptionalInt master, boolean up) {

  /// Up or down, and nothing else.
  public static LinkSettings of(boolean up) {
    return new LinkSettings(
        Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), up);
  }

  public LinkSettings withAlias(String text) {
    return new LinkSettings(Optional.of(text), mac, mtu, master, up);
  }

  public LinkSettings withMac(byte[] address) {
    return new LinkSettings(alias, Optional.of(address), mtu, master, up);
  }

  public LinkSettings withMtu(int bytes) {
    return new LinkSettings(alias, mac, OptionalInt.of(bytes), master, up);
  }

  public LinkSettings withMaster(int index) {
    return new LinkSettings(alias, mac, mtu, OptionalInt.of(index), up);
  }

  /// The request. The kernel does it in this order: address, MTU, alias, master, up.
  public Message message(String link) {
    var message =
        LinkMessages.ifinfo(new Message(Rtm.RTM_NEWLINK, 0), 0, up ? Rtm.IFF_UP : 0, Rtm.IFF_UP)
            .text(Rtm.IFLA_IFNAME, link);
    alias.ifPresent(text -> message.text(Rtm.IFLA_IFALIAS, text));
    mac.ifPresent(address -> message.attribute(Rtm.IFLA_ADDRESS, address));
    mtu.ifPresent(bytes -> message.attribute32(Rtm.IFLA_MTU, bytes));
    master.ifPresent(index -> message.attribute32(Rtm.IFLA_MASTER, index));
    return message;
  }
}
