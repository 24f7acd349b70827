package vch.engine.desired;

/// How the endpoint namespace's rules tell the bridge scopes of a VCH from each other: by their
/// links, or by addresses where all are on one (`--bridge-isolation=shared`).
enum ScopeWords {
  BY_LINK(
      """
      # Segments of all bridge scopes.
      set bridges {
        type ifname
      }
      # Segments that may leave by the public role under its address. Internal scopes are in neither of these two.
      set out {
        type ifname
      }
      # Segments that may leave by the public role under their own addresses.
      set routed {
        type ifname
      }
      # A segment with itself: a container that reaches its neighbour, or itself, by a publication.
      set hairpin {
        type ifname . ifname
      }
      # A segment, and the address elsewhere by which a container that is on this segment too is published. Its replies
      # would take the short way to the client, past the translation; so here, too, the request is masqueraded.
      set aside {
        type ifname . ipv4_addr
      }
      set aside6 {
        type ifname . ipv6_addr
      }
      """,
      "iifname @out",
      "iifname @routed",
      """
        iifname . oifname @hairpin ct status dnat meta mark set 1 accept
        iifname . ip daddr @aside ct status dnat meta mark set 1 accept
        iifname . ip6 daddr @aside6 ct status dnat meta mark set 1 accept
      """,
      "",
      ""),

  /// That the sender has the address is the bridge table's matter. IPv6 does not pass that at all.
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
      # Subnets that may leave by the public role under its address. Internal scopes are in neither of these two.
      set out {
        type ipv4_addr
        flags interval
      }
      # Subnets that may leave by the public role under their own addresses.
      set routed {
        type ipv4_addr
        flags interval
      }
      # A scope's subnet, and the address elsewhere by which a container that is on this scope too is published. Its
      # replies would take the short way to the client, past the translation; so here, too, the request is masqueraded.
      set aside {
        type ipv4_addr . ipv4_addr
        flags interval
      }
      """,
      "iifname @bridges ip saddr @out",
      "iifname @bridges ip saddr @routed",
      """
        iifname @bridges oifname @bridges ip saddr . ip daddr @scopes ct status dnat meta mark set 1 accept
        iifname @bridges ip saddr . ip daddr @aside ct status dnat meta mark set 1 accept
      """,
      """
        # All gateways are on one link.
        iifname @bridges ip saddr . ip daddr != @scopes goto refuse
      """,
      """
        ip saddr . ip daddr != @scopes return
      """);

  /// Declarations of the sets that scopes are elements of.
  final String sets;

  /// From a scope that leaves under the address of the public role.
  final String out;

  /// From a scope that leaves under its own addresses.
  final String routed;

  /// Rules of the forward chain for publications asked from a scope that the container is on, whose
  /// replies would not take the gateway: from a scope to itself, then to where the container is
  /// published elsewhere.
  final String pastGateway;

  /// Rules of the input chain that keep a scope from the gateways of others; may be empty.
  final String gateways;

  /// Rules that end the hairpins chain for the gateways of other scopes; may be empty.
  final String hairpinGateways;

  ScopeWords(
      String sets,
      String out,
      String routed,
      String pastGateway,
      String gateways,
      String hairpinGateways) {
    this.sets = sets;
    this.out = out;
    this.routed = routed;
    this.pastGateway = pastGateway;
    this.gateways = gateways;
    this.hairpinGateways = hairpinGateways;
  }
}
