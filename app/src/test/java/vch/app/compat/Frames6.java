package vch.app.compat;

import java.util.HexFormat;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// Ethernet frames with neighbour discovery messages (RFC 4861) as hex, to all nodes unless it says
/// otherwise.
final class Frames6 {
  private static final String ALL_NODES = "ff02::1";
  private static final String ALL_NODES_MAC = "333300000001";
  private static final int ICMPV6 = 58;
  private static final int DESTINATION_OPTIONS = 60;

  private Frames6() {}

  /// The link-local address of who has this Ethernet address.
  static String linkLocal(String mac) {
    return Mac.parse(mac).linkLocal().toString();
  }

  /// A neighbour advertisement that overrides: `address` is at `mac`.
  static String advertisement(String fromMac, String mac, String from, String address) {
    var message = "8800" + "0000" + "20000000" + ip(address) + "0201" + hex(mac);
    return frame(ALL_NODES_MAC, fromMac, packet(from, ALL_NODES, message));
  }

  /// A neighbour solicitation to all, asked as `from`, which it says is at `mac`.
  static String solicitation(String fromMac, String mac, String from, String of) {
    var message = "8700" + "0000" + "00000000" + ip(of) + "0101" + hex(mac);
    return frame(ALL_NODES_MAC, fromMac, packet(from, ALL_NODES, message));
  }

  /// A router advertisement: the default route leads to who sends it, for half an hour.
  static String router(String fromMac, String from) {
    var message = "8600" + "0000" + "40000708" + "00000000" + "00000000" + "0101" + hex(fromMac);
    return frame(ALL_NODES_MAC, fromMac, packet(from, ALL_NODES, message));
  }

  /// A redirect to one host: `destination` is reached by who sends it.
  static String redirect(String toMac, String fromMac, String from, String destination) {
    var to = linkLocal(toMac);
    var message = "8900" + "0000" + "00000000" + ip(from) + ip(destination) + "0201" + hex(fromMac);
    return frame(hex(toMac), fromMac, packet(from, to, message));
  }

  /// The same frame with a header of options before the message, which some filters do not look
  /// behind.
  static String behindOptions(String frame) {
    int length = Integer.parseInt(frame.substring(36, 40), 16) + 8;
    return frame.substring(0, 36)
        + "%04x".formatted(length)
        + "%02x".formatted(DESTINATION_OPTIONS)
        + frame.substring(42, 108)
        + "%02x".formatted(ICMPV6)
        + "00"
        + "010400000000"
        + frame.substring(108);
  }

  private static String packet(String from, String to, String message) {
    int length = message.length() / 2;
    var pseudo = ip(from) + ip(to) + "%08x".formatted(length) + "%08x".formatted(ICMPV6) + message;
    long sum = 0;
    for (int at = 0; at < pseudo.length(); at += 4) {
      sum += Integer.parseInt(pseudo.substring(at, at + 4), 16);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    var checksum = "%04x".formatted(~sum & 0xffff);
    return "60000000"
        + "%04x".formatted(length)
        + "%02x".formatted(ICMPV6)
        + "ff"
        + ip(from)
        + ip(to)
        + message.substring(0, 4)
        + checksum
        + message.substring(8);
  }

  private static String frame(String toMac, String fromMac, String packet) {
    return toMac + hex(fromMac) + "86dd" + packet;
  }

  private static String hex(String mac) {
    return mac.replace(":", "");
  }

  private static String ip(String address) {
    return HexFormat.of().formatHex(Ip.parse(address).bytes());
  }
}
