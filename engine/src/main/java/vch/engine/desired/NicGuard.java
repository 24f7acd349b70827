package vch.engine.desired;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Endpoint;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;

/// What members of a container network may send by a NIC of the machine (macvlan): frames have the
/// addresses that their place was given. Members of level open send what they like.
///
/// Behind its link nothing tells whose a frame is, so it is looked at before: by a table in the
/// member's own namespace, a place, at the link's egress hook (decision 0024). That hook sees all
/// that is sent, by whatever socket, but for AF_XDP, which the filter of system calls refuses. It
/// names what may pass, and nothing else does: of a frame that is sent past the queueing discipline
/// (PACKET_QDISC_BYPASS, packet(7)) the kernel may know no Ethernet header, so it matches nothing.
///
/// A closed member hears nothing but questions for its address either. What comes for it alone is
/// dropped at the NIC, before its own raw sockets see it.
final class NicGuard {
  private NicGuard() {}

  private static final String FAMILY = "netdev";

  static boolean guards(PortGroup group, ScopeKind.External kind) {
    return group.kind() instanceof PortGroupKind.Nic && kind.trust() != TrustLevel.OPEN;
  }

  /// The table of a place. Its addresses stand in the text, where looking at them costs the least.
  ///
  /// @param known addresses that it may send from by now
  static Ruleset sender(
      NamespaceName namespace,
      Scope scope,
      ScopeKind.External kind,
      Endpoint endpoint,
      List<Ip> known) {
    return new Ruleset(
        namespace,
        FAMILY,
        EndpointTable.NAME + "_" + endpoint.ordinal(),
        new Sender(scope, kind, endpoint, known).text());
  }

  /// Writes the table of one place.
  private record Sender(Scope scope, ScopeKind.External kind, Endpoint endpoint, List<Ip> known) {
    /// The protocol by which nft finds fields is what the socket said: it must be what the frame
    /// says, so both are compared. The latter stands behind the Ethernet address. Nearly all frames
    /// are IPv4, so these come first.
    String text() {
      return """
             # Nothing is sent but under its own addresses, once it is known that nobody else has them.
             chain egress {
               type filter hook egress device "%1$s" priority filter; policy drop;
             %3$s  meta protocol arp @ll,48,64 0x%2$s0806 @nh,64,48 0x%2$s goto sent_arp
               meta protocol ip6 @ll,48,64 0x%2$s86dd goto sent_ipv6
             }

             chain sent_arp {
             %4$s}

             chain sent_ipv6 {
             %5$s}
             """
          .formatted(endpoint.link(), mac(), ipv4(), arp(), ipv6());
    }

    private String mac() {
      return endpoint.mac().toString().replace(":", "");
    }

    private boolean closed() {
      return NicGuard.closed(kind);
    }

    private List<Ip> known(Family family) {
      return known.stream().filter(a -> a.family() == family).toList();
    }

    private static String lines(List<Ip> addresses, String line) {
      return addresses.stream().map(line::formatted).collect(Collectors.joining());
    }

    /// What the DHCP server gives next is known to the client first, while no daemon runs, too: of
    /// leased places only the Ethernet address is held to.
    private String ipv4() {
      var own = "  meta protocol ip @ll,48,64 0x" + mac() + "0800 ";
      if (scope.leased()) {
        return own + (closed() ? "udp sport 68 udp dport 67 accept\n" : "accept\n");
      }
      return closed() ? "" : lines(known(Family.IPV4), own + "ip saddr %s accept\n");
    }

    private String arp() {
      return scope.leased()
          ? "  accept\n"
          : "  arp saddr ip 0.0.0.0 accept\n"
              + lines(known(Family.IPV4), "  arp saddr ip %s accept\n");
    }

    /// Of closed places: questions whether an address is free, and answers for the own one.
    private String ipv6() {
      var own = known(Family.IPV6);
      var free = "  ip6 saddr :: icmpv6 type nd-neighbor-solicit accept\n";
      var answers =
          own.stream()
              .map(a -> "  icmpv6 type nd-neighbor-advert @th,64,128 " + number(a) + " %s accept\n")
              .map(line -> lines(own, line.replace("%s", "ip6 saddr %s")))
              .collect(Collectors.joining());
      if (closed()) {
        return free + answers;
      }
      var data = "  meta l4proto != ipv6-icmp ";
      var routers = "  icmpv6 type { nd-router-advert, nd-redirect, mld-listener-query } drop\n";
      return kind.acceptRouters()
          ? data + "accept\n" + routers + "  accept\n"
          : lines(own, data + "ip6 saddr %s accept\n")
              + free
              + answers
              + routers
              + "  icmpv6 type nd-neighbor-advert drop\n"
              + lines(own, "  ip6 saddr %s accept\n");
    }

    /// As nft takes an address in the place of a field that it has no name for.
    private static String number(Ip address) {
      return "0x" + HexFormat.of().formatHex(address.bytes());
    }
  }

  /// The table of a scope at its NIC: for closed members only.
  static Optional<Ruleset> hearing(Scope scope, ScopeKind.External kind, PortGroup group) {
    return closed(kind)
        ? Optional.of(
            new Ruleset(
                NamespaceName.MACHINE,
                FAMILY,
                table(scope),
                deaf(group.segmentLink(), scope.leased())))
        : Optional.empty();
  }

  private static boolean closed(ScopeKind.External kind) {
    return kind.trust() == TrustLevel.CLOSED;
  }

  /// Fields of Ethernet are written by their place, as above. See [SegmentGuard]; what goes to all
  /// members is not cut here.
  private static String deaf(String nic, boolean leased) {
    return """
           # Ethernet addresses of members.
           set members {
             typeof @ll,0,48
           }

           # What comes from the wire, or from a neighbour on the NIC, to one.
           chain ingress {
             type filter hook ingress device "%s" priority filter; policy accept;
             @ll,0,48 @members goto heard
           }

           chain heard {
             @ll,96,16 0x0806 accept
             meta protocol ip6 @ll,96,16 0x86dd icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
           %s  drop
           }
           """
        .formatted(nic, leased ? "  udp sport 67 udp dport 68 accept\n" : "");
  }

  /// What makes a member closed.
  static Optional<Element> deaf(Scope scope, ScopeKind.External kind, Endpoint endpoint) {
    return closed(kind)
        ? Optional.of(
            new Element(
                NamespaceName.MACHINE,
                FAMILY,
                table(scope),
                "members",
                List.of(new Part.Hardware(endpoint.mac())),
                List.of()))
        : Optional.empty();
  }

  private static String table(Scope scope) {
    return "portlayer_" + LinkNames.hash("nic/" + scope.id().value()).substring(0, 10);
  }
}
