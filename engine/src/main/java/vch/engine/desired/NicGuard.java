package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Endpoint;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;

/// What members of a container network may send by a NIC of the machine (macvlan), kept outside
/// their reach: who sends under a member's Ethernet address has the other addresses of that member.
/// So nobody's traffic can be drawn to a member. Members of level open send what they like.
///
/// A frame of a macvlan to the world leaves through the NIC, and one to a single neighbour on the
/// NIC comes in by it: there a table of the scope looks at both. One to all neighbours goes to
/// their links directly and is not seen; a table in the namespace of each sees to it that nothing
/// is learnt from it ([#receiver]). Which macvlan a frame is from, nothing tells (decision 0019).
///
/// Fields of Ethernet are written by their place: nft would first ask for the type of the link that
/// a frame came in by, and a frame that goes out has none.
final class NicGuard {
  private NicGuard() {}

  /// What the NIC's table writes on frames from the wire to all, for members to see. The kernel
  /// takes it off frames between macvlans. Nothing else reads it there.
  private static final String FROM_WIRE = "0x706c7772";

  /// True of a frame to many that no table of the machine's has looked at.
  static final String UNSEEN = "meta pkttype != host meta priority != " + FROM_WIRE;

  private static final String FAMILY = "netdev";

  static boolean guards(PortGroup group, ScopeKind.External kind) {
    return group.kind() instanceof PortGroupKind.Nic && kind.trust() != TrustLevel.OPEN;
  }

  static Ruleset rules(Scope scope, ScopeKind.External kind, PortGroup group) {
    return new Ruleset(
        NamespaceName.MACHINE, FAMILY, table(scope), text(scope, kind, group.segmentLink()));
  }

  private static String table(Scope scope) {
    return "portlayer_" + LinkNames.hash("nic/" + scope.id().value()).substring(0, 10);
  }

  private static String text(Scope scope, ScopeKind.External kind, String nic) {
    boolean closed = kind.trust() == TrustLevel.CLOSED;
    return SETS
        + """
        chain egress {
          type filter hook egress device "%1$s" priority filter; policy accept;
        %4$s  @ll,48,48 @senders goto sent
          # Nor does anybody else say that a member's address is at another place.
          @ll,96,16 0x0806 meta protocol != arp drop
          arp saddr ip @addresses drop
        }

        # A frame from one macvlan of the NIC to another, and what comes from the wire.
        chain ingress {
          type filter hook ingress device "%1$s" priority filter; policy accept;
        %2$s  @ll,48,48 @senders goto sent
          @ll,7,1 1 meta priority set %3$s
        }

        """
            .formatted(
                nic,
                closed ? "  @ll,0,48 @senders jump heard\n" : "",
                FROM_WIRE,
                closed || scope.leased() ? "" : HONEST)
        + sent(scope, kind)
        + (closed ? heard(scope.leased()) : "");
  }

  /// Nearly all frames: they are looked for first.
  private static final String HONEST =
      "  meta protocol ip @ll,96,16 0x0800 @ll,48,48 . ip saddr @members accept\n";

  private static final String SETS =
      """
      # Ethernet addresses of members, and each twice: that of the frame and that within an ARP message.
      set senders {
        typeof @ll,48,48
      }
      set own {
        typeof @ll,48,48 . @nh,64,48
      }
      # Who may send what. Not before the address is known to be free.
      set members {
        typeof @ll,48,48 . ip saddr
      }
      # The same for IPv6, with the link-local address; see the endpoint's table for how it is written.
      set members6 {
        typeof @ll,48,48 . @th,64,128
      }
      set addresses {
        type ipv4_addr
      }

      """;

  /// A packet socket says itself what protocol its frame is of, and fields are found by that: it
  /// must be what the frame says.
  private static String sent(Scope scope, ScopeKind.External kind) {
    var out = new StringBuilder("chain sent {\n");
    boolean closed = kind.trust() == TrustLevel.CLOSED;
    if (scope.leased()) {
      out.append(
          (closed
                  ? "  meta protocol ip @ll,96,16 0x0800 udp sport 68 udp dport 67 accept\n"
                  : "  meta protocol ip @ll,96,16 0x0800 accept\n")
              + "  meta protocol arp @ll,96,16 0x0806 @ll,48,48 . @nh,64,48 @own accept\n");
    } else {
      out.append(
          (closed ? "" : HONEST)
              + """
                meta protocol arp @ll,96,16 0x0806 @ll,48,48 . @nh,64,48 != @own drop
                meta protocol arp @ll,96,16 0x0806 arp saddr ip 0.0.0.0 accept
                meta protocol arp @ll,96,16 0x0806 @ll,48,48 . arp saddr ip @members accept
              """);
    }
    return out.append(closed ? CLOSED_IPV6 : ipv6(kind)).append("  drop\n}\n").toString();
  }

  /// Questions whether an address is free, and answers for the own one.
  private static final String CLOSED_IPV6 =
      """
        meta protocol != ip6 drop
        @ll,96,16 != 0x86dd drop
        ip6 saddr :: icmpv6 type nd-neighbor-solicit accept
        icmpv6 type nd-neighbor-advert @ll,48,48 . @nh,64,128 @members6 @ll,48,48 . @th,64,128 @members6 accept
      """;

  private static String ipv6(ScopeKind.External kind) {
    return """
             meta protocol != ip6 drop
             @ll,96,16 != 0x86dd drop
             icmpv6 type { nd-router-advert, nd-redirect, mld-listener-query } drop
           """
        + (kind.acceptRouters()
            ? "  accept\n"
            : """
                icmpv6 type nd-neighbor-advert @ll,48,48 . @th,64,128 != @members6 drop
                ip6 saddr :: icmpv6 type nd-neighbor-solicit accept
                @ll,48,48 . @nh,64,128 @members6 accept
              """);
  }

  /// See [SegmentGuard]. What goes to all members is not cut here.
  private static String heard(boolean leased) {
    return """

        chain heard {
          @ll,96,16 0x0806 return
          meta protocol ip6 @ll,96,16 0x86dd icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } return
        """
        + (leased ? "  udp sport 67 udp dport 68 return\n" : "")
        + "  drop\n}\n";
  }

  /// In the namespace of a container, for its links on NICs: what a neighbour asks of all is
  /// answered, but nobody believes who it says it is. Whom the container speaks to it asks itself,
  /// and that answer passes the NIC.
  static Optional<Ruleset> receiver(NamespaceName namespace, List<String> links) {
    if (links.isEmpty()) {
      return Optional.empty();
    }
    var out =
        new StringBuilder(
            """
            # What others on the NIC say to all has not been looked at; what comes from the wire is as from anywhere.
            chain input {
              type filter hook input priority filter; policy accept;
            """);
    for (var link : links) {
      out.append("  iifname \"%s\" %s arp saddr ip set 0.0.0.0\n".formatted(link, UNSEEN));
    }
    return Optional.of(
        new Ruleset(namespace, "arp", EndpointTable.NAME, out.append("}\n").toString()));
  }

  /// What lets a member send.
  static List<Element> member(Scope scope, Endpoint endpoint, List<Ip> known) {
    var mac = new Part.Hardware(endpoint.mac());
    var out = new ArrayList<Element>();
    out.add(element(scope, "senders", mac));
    out.add(element(scope, "own", mac, mac));
    for (var address : known) {
      var part = new Part.Address(address);
      out.add(element(scope, EndpointTable.set("members", address.family()), mac, part));
      if (address.isIpv4()) {
        out.add(element(scope, "addresses", part));
      }
    }
    return out;
  }

  private static Element element(Scope scope, String set, Part... parts) {
    return new Element(NamespaceName.MACHINE, FAMILY, table(scope), set, List.of(parts), List.of());
  }
}
