package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;

/// What members of a container network may send onto a Linux bridge of the machine, kept outside
/// their reach: a frame has the addresses that its place was given. Closed members send and hear
/// nothing but questions for addresses and answers. One table a scope; frames of all other ports of
/// the bridge are none of its business. Members of level open send what they like.
final class SegmentGuard {
  private SegmentGuard() {}

  /// True where frames pass a bridge on which they can be looked at; on a NIC they do not.
  static boolean guards(PortGroup group, ScopeKind.External kind) {
    return !(group.kind() instanceof PortGroupKind.Nic) && kind.trust() != TrustLevel.OPEN;
  }

  static Ruleset rules(Scope scope, ScopeKind.External kind) {
    return new Ruleset(NamespaceName.MACHINE, "bridge", table(scope), text(scope, kind));
  }

  private static String table(Scope scope) {
    return "portlayer_" + LinkNames.hash("scope/" + scope.id().value()).substring(0, 10);
  }

  private static String text(Scope scope, ScopeKind.External kind) {
    return SETS
        + sent(scope, kind)
        + (kind.trust() == TrustLevel.CLOSED ? heard(scope.leased()) : "");
  }

  private static final String SETS =
      """
      # The machine's ends of members.
      set ports {
        type ifname
      }
      # Who may send what: member, its Ethernet address, its IPv4 address. Not before the address is known to be free.
      set members {
        type ifname . ether_addr . ipv4_addr
      }
      # The same for IPv6, with the link-local address; see the endpoint's table for how it is written.
      set members6 {
        typeof iifname . ether saddr . @th,64,128
      }
      # A member and its Ethernet address.
      set senders {
        type ifname . ether_addr
      }

      """;

  private static String sent(Scope scope, ScopeKind.External kind) {
    var out = new StringBuilder();
    out.append(
        """
        chain prerouting {
          type filter hook prerouting priority filter; policy accept;
          iifname != @ports accept
          iifname . ether saddr != @senders drop
        """);
    boolean leased = scope.leased();
    boolean closed = kind.trust() == TrustLevel.CLOSED;
    // What the DHCP server gives next is known to the client first, while no daemon runs, too.
    if (leased) {
      out.append(
          (closed
                  ? "  ether type ip udp sport 68 udp dport 67 accept\n"
                  : "  ether type ip accept\n")
              + "  ether type arp iifname . arp saddr ether @senders accept\n");
    } else {
      out.append(
          (closed ? "" : "  ether type ip iifname . ether saddr . ip saddr @members accept\n")
              + """
                ether type arp arp saddr ip 0.0.0.0 iifname . arp saddr ether @senders accept
                ether type arp iifname . ether saddr . arp saddr ip @members iifname . arp saddr ether . arp saddr ip @members accept
              """);
    }
    return out.append(closed ? CLOSED_IPV6 : ipv6(kind)).append("  drop\n}\n").toString();
  }

  /// Questions whether an address is free, and answers for the own one.
  private static final String CLOSED_IPV6 =
      """
        ether type ip6 ip6 saddr :: icmpv6 type nd-neighbor-solicit accept
        ether type ip6 icmpv6 type nd-neighbor-advert iifname . ether saddr . @nh,64,128 @members6 iifname . ether saddr . @th,64,128 @members6 accept
      """;

  private static String ipv6(ScopeKind.External kind) {
    return """
             ether type ip6 icmpv6 type { nd-router-advert, nd-redirect, mld-listener-query } drop
           """
        + (kind.acceptRouters()
            ? "  ether type ip6 accept\n"
            : """
                ether type ip6 icmpv6 type nd-neighbor-advert iifname . ether saddr . @th,64,128 != @members6 drop
                ether type ip6 ip6 saddr :: icmpv6 type nd-neighbor-solicit accept
                ether type ip6 iifname . ether saddr . @nh,64,128 @members6 accept
              """);
  }

  /// What a closed member may hear, by raw sockets, too: questions for its address, without which
  /// the LAN would take it for free, answers to its own, and what the DHCP server says.
  private static String heard(boolean leased) {
    return """

        chain postrouting {
          type filter hook postrouting priority filter; policy accept;
          oifname != @ports accept
          ether type arp accept
          ether type ip6 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        """
        + (leased ? "  ether type ip udp sport 67 udp dport 68 accept\n" : "")
        + "  drop\n}\n";
  }

  /// What lets a member send.
  static List<Element> member(Scope scope, Container container, Endpoint endpoint, List<Ip> known) {
    var port = new Part.Name(LinkNames.port(container, endpoint));
    var mac = new Part.Hardware(endpoint.mac());
    var out = new ArrayList<Element>();
    out.add(element(scope, "ports", port));
    out.add(element(scope, "senders", port, mac));
    for (var address : known) {
      out.add(
          element(
              scope,
              EndpointTable.set("members", address.family()),
              port,
              mac,
              new Part.Address(address)));
    }
    return out;
  }

  private static Element element(Scope scope, String set, Part... parts) {
    return new Element(
        NamespaceName.MACHINE, "bridge", table(scope), set, List.of(parts), List.of());
  }
}
