package vch.engine.desired;

import java.util.List;
import java.util.stream.Stream;

/// How the endpoint namespace's rules tell the bridge scopes of a VCH from each other: by their
/// links, or by addresses where all are on one (`--bridge-isolation=shared`).
enum ScopeWords {
  BY_LINK(
      """
      # Segments of all bridge scopes.
      set bridges {
        type ifname
      }
      # Segments that may leave by the public role under its address, for each family. Internal scopes are in none of
      # these.
      set out {
        type ifname
      }
      set out6 {
        type ifname
      }
      # Segments that may leave by the public role under their own addresses.
      set routed {
        type ifname
      }
      set routed6 {
        type ifname
      }
      # A segment with itself: a container that reaches its neighbour, or itself, by a publication.
      set hairpin {
        type ifname . ifname
      }
      # A segment, and the address elsewhere by which a container that is on this segment too is published. It may be
      # the container itself that asks, and datagrams may take the short way to the client, past the translation; so
      # here, too, the request is masqueraded.
      set aside {
        type ifname . ipv4_addr
      }
      set aside6 {
        type ifname . ipv6_addr
      }
      """,
      """
      meta nfproto ipv4 iifname @out
      meta nfproto ipv6 iifname @out6
      """,
      """
      meta nfproto ipv4 iifname @routed
      meta nfproto ipv6 iifname @routed6
      """,
      """
        iifname . oifname @hairpin ct status dnat meta mark set 1 accept
        iifname . ip daddr @aside ct status dnat meta mark set 1 accept
        iifname . ip6 daddr @aside6 ct status dnat meta mark set 1 accept
      """,
      """
      meta nfproto ipv4 iifname @out oifname @bridges iifname . oifname != @hairpin
      meta nfproto ipv6 iifname @out6 oifname @bridges iifname . oifname != @hairpin
      meta nfproto ipv4 iifname @routed oifname @bridges iifname . oifname != @hairpin
      meta nfproto ipv6 iifname @routed6 oifname @bridges iifname . oifname != @hairpin
      """,
      "",
      """
      udp dport 53 ct state untracked meta pkttype host
      """,
      ""),

  /// That the sender has the address is the bridge table's matter.
  BY_ADDRESS(
      """
      # The segment of all bridge scopes.
      set bridges {
        type ifname
      }
      # A scope's subnet with itself: who asks, and who is asked. A container reaches the gateway of its own scope; it
      # reaches its neighbour, or itself, by a publication.
      set scopes {
        type ipv4_addr . ipv4_addr
        flags interval
      }
      set scopes6 {
        type ipv6_addr . ipv6_addr
        flags interval
      }
      # Subnets that may leave by the public role under its address. Internal scopes are in none of these four.
      set out {
        type ipv4_addr
        flags interval
      }
      set out6 {
        type ipv6_addr
        flags interval
      }
      # Subnets that may leave by the public role under their own addresses.
      set routed {
        type ipv4_addr
        flags interval
      }
      set routed6 {
        type ipv6_addr
        flags interval
      }
      # A scope's subnet, and the address elsewhere by which a container that is on this scope too is published. It may
      # be the container itself that asks, and datagrams may take the short way to the client, past the translation; so
      # here, too, the request is masqueraded.
      set aside {
        type ipv4_addr . ipv4_addr
        flags interval
      }
      set aside6 {
        type ipv6_addr . ipv6_addr
        flags interval
      }
      """,
      """
      iifname @bridges ip saddr @out
      iifname @bridges ip6 saddr @out6
      """,
      """
      iifname @bridges ip saddr @routed
      iifname @bridges ip6 saddr @routed6
      """,
      """
        iifname @bridges oifname @bridges ip saddr . ip daddr @scopes ct status dnat meta mark set 1 accept
        iifname @bridges oifname @bridges ip6 saddr . ip6 daddr @scopes6 ct status dnat meta mark set 1 accept
        iifname @bridges ip saddr . ip daddr @aside ct status dnat meta mark set 1 accept
        iifname @bridges ip6 saddr . ip6 daddr @aside6 ct status dnat meta mark set 1 accept
      """,
      """
      iifname @bridges ip saddr @out oifname @bridges ip saddr . ip daddr != @scopes
      iifname @bridges ip6 saddr @out6 oifname @bridges ip6 saddr . ip6 daddr != @scopes6
      iifname @bridges ip saddr @routed oifname @bridges ip saddr . ip daddr != @scopes
      iifname @bridges ip6 saddr @routed6 oifname @bridges ip6 saddr . ip6 daddr != @scopes6
      """,
      """
        # All gateways are on one link.
        iifname @bridges ip saddr . ip daddr != @scopes goto refuse
        iifname @bridges ip6 saddr . ip6 daddr != @scopes6 goto refuse
      """,
      """
      udp dport 53 ct state untracked meta pkttype host ip saddr . ip daddr @scopes
      udp dport 53 ct state untracked meta pkttype host ip6 saddr . ip6 daddr @scopes6
      """,
      """
        ip saddr . ip daddr != @scopes return
        ip6 saddr . ip6 daddr != @scopes6 return
      """);

  /// Declarations of the sets that scopes are elements of.
  final String sets;

  private final String out;
  private final String routed;

  /// Rules of the forward chain for publications asked from a scope that the container is on, whose
  /// replies would not take the gateway: from a scope to itself, then to where the container is
  /// published elsewhere.
  final String pastGateway;

  private final String elsewhere;

  /// Rules of the input chain that keep a scope from the gateways of others; may be empty.
  final String gateways;

  private final String asked;

  /// Rules that end the hairpins chain for the gateways of other scopes; may be empty.
  final String hairpinGateways;

  ScopeWords(
      String sets,
      String out,
      String routed,
      String pastGateway,
      String elsewhere,
      String gateways,
      String asked,
      String hairpinGateways) {
    this.sets = sets;
    this.out = out;
    this.routed = routed;
    this.pastGateway = pastGateway;
    this.elsewhere = elsewhere;
    this.gateways = gateways;
    this.asked = asked;
    this.hairpinGateways = hairpinGateways;
  }

  /// From a scope that leaves under the address of the public role; one for each family.
  List<String> out() {
    return out.lines().toList();
  }

  /// From a scope that leaves under its own addresses; one for each family.
  List<String> routed() {
    return routed.lines().toList();
  }

  /// A question from a scope to the name service at its own gateway.
  List<String> asked() {
    return asked.lines().toList();
  }

  /// From a scope with a way out; one for each family.
  List<String> leaving() {
    return Stream.concat(out.lines(), routed.lines()).toList();
  }

  /// From a scope with a way out to another scope; one for each family and way.
  List<String> elsewhere() {
    return elsewhere.lines().toList();
  }
}
