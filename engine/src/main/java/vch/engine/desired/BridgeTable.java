package vch.engine.desired;

/// Rules for frames inside the segments of a VCH. Every port of a Linux bridge in the endpoint
/// namespace is a container's; the gateway's own frames do not pass these hooks.
final class BridgeTable {
  private BridgeTable() {}

  /// Of a VCH whose bridge scopes have a segment each.
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

  /// Of a VCH whose bridge scopes share one segment.
  ///
  /// @param joined the segment is joined with a port group of the machine, by port `bridge`
  static String shared(boolean joined) {
    return SHARED_SETS
        + (joined ? OUTSIDE_SETS + OUTSIDE : "")
        + """

        # A frame is let in only with the addresses that its port was given, and a question who has an address only within
        # a scope. Everything else (IPv6, VLAN tags, spanning tree, ...) is dropped: no promise of a scope is kept for it.
        chain prerouting {
          type filter hook prerouting priority filter; policy drop;
        %1$s  ether type ip iifname . ether saddr . ip saddr @members accept
          ether type arp iifname . ether saddr . arp saddr ip != @members drop
          ether type arp iifname . arp saddr ether . arp saddr ip != @members drop
          ether type arp iifname . arp saddr ip . arp daddr ip @places accept
        }

        # From container to container: sender, receiver and the port that it goes to are of one scope. What goes to many is
        # heard on the scope of its sender.
        chain forward {
          type filter hook forward priority filter; policy drop;
          ether type ip ip saddr @noicc drop
          ether type arp arp saddr ip @noicc drop
          ether type ip oifname . ip saddr . ip daddr @places accept
          ether type ip ip daddr { 224.0.0.0/4, 255.255.255.255 } oifname . ip saddr . ip saddr @places accept
          ether type arp oifname . arp saddr ip . arp daddr ip @places accept
        %2$s}

        # From the gateways: a frame whose receiver is forgotten goes to all ports. It is heard on the receiver's scope.
        chain output {
          type filter hook output priority filter; policy drop;
        %3$s  ether type ip oifname . ip daddr . ip daddr @places accept
          ether type arp oifname . arp daddr ip . arp daddr ip @places accept
        }
        """
            .formatted(
                joined ? "  iifname \"bridge\" goto outside\n" : "",
                joined
                    ? "  ether type arp oifname \"bridge\" arp saddr ip . arp daddr ip @announced accept\n"
                    : "",
                joined ? "  oifname \"bridge\" drop\n" : "");
  }

  private static final String SHARED_SETS =
      """
      # Who may send what: container port, its Ethernet address, its IPv4 address.
      set members {
        type ifname . ether_addr . ipv4_addr
      }

      # A container port, and the subnet of a scope that it is on: that of who sends, and that of who is to hear.
      set places {
        type ifname . ipv4_addr . ipv4_addr
        flags interval
      }

      # Scopes whose members may not talk to each other (--icc=false).
      set noicc {
        type ipv4_addr
        flags interval
      }
      """;

  private static final String OUTSIDE_SETS =
      """

      # Port "bridge" leads to a port group of the machine. In the set of places it has a scope's subnet and the address of
      # a host there that the scope knows. A host there, and the subnet of a scope that knows it:
      set outsiders {
        type ipv4_addr . ipv4_addr
        flags interval
      }

      # Ethernet addresses of containers, of the gateways, and of port "bridge".
      set ours {
        type ether_addr
      }

      # Addresses of containers, twice, whose scope knows hosts outside: these are told who has the address now.
      set announced {
        type ipv4_addr . ipv4_addr
      }
      """;

  private static final String OUTSIDE =
      """

      # From outside comes only who is known to a scope, and only to that scope. The address is all that is known of a host
      # there; that it claims none of ours, at no layer, is what keeps it from drawing traffic of containers away.
      chain outside {
        ether saddr @ours drop
        ether type ip meta pkttype != { broadcast, multicast } ip saddr . ip daddr @outsiders accept
        ether type arp arp saddr ether != @ours arp saddr ip . arp daddr ip @outsiders accept
        drop
      }

      # It is a neighbour of containers, not a member: the gateways neither hear nor serve it.
      chain input {
        type filter hook input priority filter; policy accept;
        iifname "bridge" drop
      }
      """;
}
