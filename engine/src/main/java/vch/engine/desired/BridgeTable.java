package vch.engine.desired;

/// Rules for frames inside the segments of a VCH whose bridge scopes have one each. Every port of a
/// Linux bridge in the endpoint namespace is a container's; the gateway's own frames do not pass
/// these hooks.
final class BridgeTable {
  private BridgeTable() {}

  static String text() {
    return """
      # Who may send what: container port, its Ethernet address, its IPv4 address.
      set members {
        type ifname . ether_addr . ipv4_addr
      }

      # The same for IPv6: also the link-local address. The last part is written as the field of neighbour messages that
      # names an address, since older nft(8) has no word for it; an IPv6 source is compared with it, too.
      set members6 {
        typeof iifname . ether saddr . @th,64,128
      }

      # Container ports whose members may not talk to each other (--icc=false).
      set noicc {
        type ifname
      }

      # A frame is let in only with the addresses that its port was given. In ARP also the addresses inside the message
      # must be these, or a neighbour's traffic could be drawn away; in IPv6 the address that a neighbour advertisement
      # names. No container is a router or asks who listens. Everything else (VLAN tags, spanning tree, ...) is dropped:
      # no promise of a scope is kept for it.
      chain prerouting {
        type filter hook prerouting priority filter; policy drop;
        ether type ip iifname . ether saddr . ip saddr @members accept
        ether type arp iifname . ether saddr . arp saddr ip @members iifname . arp saddr ether . arp saddr ip @members accept
        ether type ip6 icmpv6 type { nd-router-advert, nd-redirect, mld-listener-query } drop
        ether type ip6 icmpv6 type nd-neighbor-advert iifname . ether saddr . @th,64,128 != @members6 drop
        ether type ip6 iifname . ether saddr . @nh,64,128 @members6 accept
      }

      # From container to container within a segment. To and from the gateway is no forwarding.
      chain forward {
        type filter hook forward priority filter; policy accept;
        iifname @noicc drop
      }
      """;
  }
}
