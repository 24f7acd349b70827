package vch.engine.machine;

import java.util.List;
import java.util.stream.Collectors;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;

/// One field of a set element: its type in nftables and its value.
public sealed interface Part {
  /// `ifname`.
  record Name(String value) implements Part {}

  /// `ipv4_addr` or `ipv6_addr`.
  record Address(Ip value) implements Part {}

  /// All addresses of a block, more than one: `ipv4_addr` in a set of intervals.
  record Block(Subnet value) implements Part {
    public Block {
      if (value.length() == value.family().bits()) {
        throw new IllegalArgumentException(value + " is one address");
      }
    }
  }

  /// The addresses of a subnet, however few.
  static Part of(Subnet subnet) {
    return subnet.length() == subnet.family().bits()
        ? new Address(subnet.first())
        : new Block(subnet);
  }

  /// `ether_addr`.
  record Hardware(Mac value) implements Part {}

  /// `inet_proto`.
  record Proto(Protocol value) implements Part {}

  /// `inet_service`. In a set that is not of intervals the range has one port.
  record Ports(PortRange value) implements Part {}

  /// As nft(8) writes it, parts joined by ` . `.
  static String text(List<Part> parts) {
    return parts.stream()
        .map(
            p ->
                switch (p) {
                  case Name(var v) -> '"' + v + '"';
                  case Address(var v) -> v.toString();
                  case Block(var v) -> v.toString();
                  case Hardware(var v) -> v.toString();
                  case Proto(var v) -> v.text();
                  case Ports(var v) -> v.toString();
                })
        .collect(Collectors.joining(" . "));
  }
}
