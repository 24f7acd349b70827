package vch.engine.desired;

/// Rules for frames inside the segments of a VCH. Every port of a Linux bridge in the endpoint
/// namespace is a container's; the gateway's own frames do not pass these hooks.
final class BridgeTable {
  private BridgeTable() {}

  static String text() {
    return """
      # Who may send what: container port, its Ethernet address, its IPv4 address.
      set members {
        type ifname . ether_addr . ipv4_addr
      }

      # Container ports whose members may not talk to each other (--icc=false).
      set noicc {
        type ifname
      }

      # A frame is let in only with the addresses that its port was given. In ARP also the addresses inside the message
      # must be these, or a neighbour's traffic could be drawn away. Everything that is neither IPv4 nor ARP (IPv6, VLAN
      # tags, spanning tree, ...) is dropped: no promise of a scope is kept for it.
      chain prerouting {
        type filter hook prerouting priority filter; policy drop;
        ether type ip iifname . ether saddr . ip saddr @members accept
        ether type arp iifname . ether saddr . arp saddr ip @members iifname . arp saddr ether . arp saddr ip @members accept
      }

      # From container to container within a segment. To and from the gateway is no forwarding.
      chain forward {
        type filter hook forward priority filter; policy accept;
        iifname @noicc drop
      }
      """;
  }
}
