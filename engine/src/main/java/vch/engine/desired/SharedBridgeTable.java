package vch.engine.desired;

/// Rules for frames inside the one segment of all bridge scopes of a VCH
/// (`--bridge-isolation=shared`). Scopes are told from each other by pairs of addresses.
///
/// IPv6: containers have no link-local address ([SharedPlaces]), which would be of no scope. Whom a
/// message of neighbour discovery is about stands behind its header; nft 1.0.6 has no word for
/// that, so sets are of raw bytes, `typeof … @th,64,128`, and addresses of the header are compared
/// in the same form: `@nh,64,128` is the source, `@nh,192,128` the destination.
final class SharedBridgeTable {
  private SharedBridgeTable() {}

  /// @param joined the segment is joined with a port group of the machine, by port `bridge`
  static String text(boolean joined) {
    return SETS
        + (joined ? OUTSIDE_SETS + OUTSIDE : "")
        + """

        # A frame is let in only with the addresses that its port was given, and a question who has an address only within
        # a scope. No container is a router or asks who listens. Everything else (VLAN tags, spanning tree, ...) is dropped:
        # no promise of a scope is kept for it.
        chain prerouting {
          type filter hook prerouting priority filter; policy drop;
        %1$s  ether type ip iifname . ether saddr . ip saddr @members accept
          ether type arp iifname . ether saddr . arp saddr ip != @members drop
          ether type arp iifname . arp saddr ether . arp saddr ip != @members drop
          ether type arp iifname . arp saddr ip . arp daddr ip @places accept
          ether type ip6 icmpv6 type { nd-router-advert, nd-redirect, mld-listener-query } drop
          ether type ip6 icmpv6 type nd-neighbor-advert iifname . ether saddr . @th,64,128 != @members6 drop
          # A program may leave by the gateway of one scope under its address on another, and so does the question for that
          # gateway: the asker's address does not count.
          ether type ip6 icmpv6 type nd-neighbor-solicit iifname . @th,64,128 . @th,64,128 != @places6 drop
          ether type ip6 iifname . ether saddr . @nh,64,128 @members6 accept
        }

        # From container to container: sender, receiver and the port that it goes to are of one scope; so are who asks and
        # who is asked for. What goes to many is heard on the scope of its sender.
        chain forward {
          type filter hook forward priority filter; policy drop;
          ether type ip ip saddr @noicc drop
          ether type arp arp saddr ip @noicc drop
          ether type ip6 @nh,64,128 @noicc6 drop
          ether type ip oifname . ip saddr . ip daddr @places accept
          ether type ip ip daddr { 224.0.0.0/4, 255.255.255.255 } oifname . ip saddr . ip saddr @places accept
          ether type arp oifname . arp saddr ip . arp daddr ip @places accept
          ether type ip6 icmpv6 type nd-neighbor-solicit oifname . @nh,64,128 . @th,64,128 != @places6 drop
          ether type ip6 oifname . @nh,64,128 . @nh,192,128 @places6 accept
          ether type ip6 ip6 daddr ff00::/8 oifname . @nh,64,128 . @nh,64,128 @places6 accept
        %2$s}

        # From the gateways: a frame whose receiver is forgotten goes to all ports. It is heard on the receiver's scope. For
        # what they forward the gateways ask under their link-local address. A redirect would tell who else is on the link.
        chain output {
          type filter hook output priority filter; policy drop;
        %3$s  ether type ip oifname . ip daddr . ip daddr @places accept
          ether type arp oifname . arp daddr ip . arp daddr ip @places accept
          ether type ip6 icmpv6 type nd-redirect drop
          ether type ip6 icmpv6 type nd-neighbor-solicit oifname . @th,64,128 . @th,64,128 @places6 accept
          ether type ip6 oifname . @nh,192,128 . @nh,192,128 @places6 accept
        }
        """
            .formatted(
                joined ? "  iifname \"bridge\" goto outside\n" : "",
                joined ? TOLD : "",
                joined ? "  oifname \"bridge\" drop\n" : "");
  }

  private static final String SETS =
      """
      # Who may send what: container port, its Ethernet address, its IP address. For IPv6 the last part is written as the
      # field of neighbour messages that names an address.
      set members {
        type ifname . ether_addr . ipv4_addr
      }
      set members6 {
        typeof iifname . ether saddr . @th,64,128
      }

      # A container port, and the subnet of a scope that it is on: that of who sends, and that of who is to hear.
      set places {
        type ifname . ipv4_addr . ipv4_addr
        flags interval
      }
      set places6 {
        typeof iifname . @th,64,128 . @th,64,128
        flags interval
      }

      # Scopes whose members may not talk to each other (--icc=false).
      set noicc {
        type ipv4_addr
        flags interval
      }
      set noicc6 {
        typeof @th,64,128
        flags interval
      }
      """;

  /// Rules of the forward chain for what hosts outside may hear of what goes to many: who is asked
  /// for, and who has an address now.
  private static final String TOLD =
      """
        ether type arp oifname "bridge" arp saddr ip . arp daddr ip @announced accept
        ether type ip6 oifname "bridge" icmpv6 type nd-neighbor-solicit ip6 daddr ff02::1:ff00:0/104 accept
        ether type ip6 oifname "bridge" icmpv6 type nd-neighbor-advert ip6 daddr ff02::1 @nh,64,128 . @th,64,128 @announced6 accept
      """;

  private static final String OUTSIDE_SETS =
      """

      # Port "bridge" leads to a port group of the machine. In the set of places it has a scope's subnet and the address of
      # a host there that the scope knows. A host there, and the subnet of a scope that knows it:
      set outsiders {
        type ipv4_addr . ipv4_addr
        flags interval
      }
      set outsiders6 {
        typeof @th,64,128 . @th,64,128
        flags interval
      }

      # Addresses of such hosts, twice: that of who says that it has an address, and that.
      set known6 {
        typeof @th,64,128 . @th,64,128
      }

      # Ethernet addresses of containers, of the gateways, and of port "bridge"; raw, as neighbour messages have them.
      set ours {
        typeof @ll,48,48
      }

      # Addresses of containers, twice, whose scope knows hosts outside: these are told who has the address now.
      set announced {
        type ipv4_addr . ipv4_addr
      }
      set announced6 {
        typeof @th,64,128 . @th,64,128
      }
      """;

  private static final String OUTSIDE =
      """

      # From outside comes only who is known to a scope, and only to that scope. The address is all that is known of a host
      # there; that it claims none of ours, at no layer, is what keeps it from drawing traffic of containers away.
      chain outside {
        @ll,48,48 @ours drop
        ether type ip meta pkttype != { broadcast, multicast } ip saddr . ip daddr @outsiders accept
        ether type arp @nh,64,48 != @ours arp saddr ip . arp daddr ip @outsiders accept
        ether type ip6 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } goto neighbours
        ether type ip6 icmpv6 type { nd-router-advert, nd-redirect, mld-listener-query } drop
        ether type ip6 meta pkttype != { broadcast, multicast } @nh,64,128 . @nh,192,128 @outsiders6 accept
        drop
      }

      # A question or an answer has one option at most, the sender's Ethernet address: the option of the message's kind,
      # 8 bytes, where it can be looked at, with no header before the message. Who answers has the address.
      chain neighbours {
        ip6 nexthdr != ipv6-icmp drop
        ip6 length != { 24, 32 } drop
        ip6 length 32 @th,192,16 != { 0x0101, 0x0201 } drop
        ip6 length 32 @th,208,48 @ours drop
        icmpv6 type nd-neighbor-solicit @nh,64,128 . @th,64,128 @outsiders6 accept
        icmpv6 type nd-neighbor-advert @nh,64,128 . @th,64,128 @known6 accept
        drop
      }

      # It is a neighbour of containers, not a member: the gateways neither hear nor serve it.
      chain input {
        type filter hook input priority filter; policy accept;
        iifname "bridge" drop
      }
      """;
}
