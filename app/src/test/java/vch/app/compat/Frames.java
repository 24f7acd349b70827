package vch.app.compat;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// Ethernet frames as hex, honest and forged ones.
final class Frames {
  private static final int ETHERNET_BYTES_MIN = 60;

  private Frames() {}

  /// LLDP (IEEE 802.1AB): goes to a group address that no bridge forwards.
  static String lldp(String fromMac) {
    return frame("0180c200000e" + hex(fromMac) + "88cc" + "0000");
  }

  /// An ARP reply to all: `address` is at `mac`.
  static String arp(String fromMac, String mac, String address) {
    return frame(
        "ffffffffffff"
            + hex(fromMac)
            + "0806"
            + "0001080006040002"
            + hex(mac)
            + ip(address)
            + hex(mac)
            + ip(address));
  }

  /// An ARP reply to one: `address` is at `mac`.
  static String arpTo(String toMac, String fromMac, String mac, String address, String to) {
    return frame(
        hex(toMac)
            + hex(fromMac)
            + "0806"
            + "0001080006040002"
            + hex(mac)
            + ip(address)
            + hex(toMac)
            + ip(to));
  }

  /// An ARP question to all, asked as `address`, which it says is at `mac`.
  static String question(String fromMac, String mac, String address, String of) {
    return frame(
        "ffffffffffff"
            + hex(fromMac)
            + "0806"
            + "0001080006040001"
            + hex(mac)
            + ip(address)
            + "000000000000"
            + ip(of));
  }

  /// An ARP probe (RFC 5227): does anybody have the address, asks `mac`.
  static String probe(String fromMac, String mac, String address) {
    return question(fromMac, mac, "0.0.0.0", address);
  }

  /// A datagram with the text, from port 1000.
  static String udp(String toMac, String fromMac, String from, String to, int port, String text) {
    return frame(hex(toMac) + hex(fromMac) + "0800" + datagram(from, to, port, text));
  }

  /// The same with an IEEE 802.1Q tag of priority only.
  static String tagged(
      String toMac, String fromMac, String from, String to, int port, String text) {
    return frame(
        hex(toMac) + hex(fromMac) + "8100" + "0000" + "0800" + datagram(from, to, port, text));
  }

  private static String datagram(String from, String to, int port, String text) {
    var data = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    int length = 28 + data.length;
    var header =
        "4500" + "%04x".formatted(length) + "00000000" + "4011" + "0000" + ip(from) + ip(to);
    int sum = 0;
    for (int at = 0; at < header.length(); at += 4) {
      sum += Integer.parseInt(header.substring(at, at + 4), 16);
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    return header.substring(0, 20)
        + "%04x".formatted(sum)
        + header.substring(24)
        + "03e8"
        + "%04x".formatted(port)
        + "%04x".formatted(8 + data.length)
        + "0000"
        + HexFormat.of().formatHex(data);
  }

  private static String frame(String hex) {
    var padded = ByteBuffer.allocate(Math.max(ETHERNET_BYTES_MIN, hex.length() / 2));
    padded.put(HexFormat.of().parseHex(hex));
    return HexFormat.of().formatHex(padded.array());
  }

  private static String hex(String mac) {
    return mac.replace(":", "");
  }

  private static String ip(String address) {
    var out = new StringBuilder();
    for (var part : address.split("\\.")) {
      out.append("%02x".formatted(Integer.parseInt(part)));
    }
    return out.toString();
  }
}
