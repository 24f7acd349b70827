package vch.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;

/// Between our addresses and Java's.
final class Addresses {
  private Addresses() {}

  static InetAddress inet(Ip ip) {
    try {
      return InetAddress.getByAddress(ip.bytes());
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  static Ip ip(InetAddress address) {
    return Ip.of(address.getAddress());
  }

  static Subnet subnet(InetAddress first, int length) {
    return new Subnet(ip(first).masked(length), length);
  }
}
