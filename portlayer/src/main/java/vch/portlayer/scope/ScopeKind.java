package vch.portlayer.scope;

/// What a scope is. Container networks (external scopes) join this set with issue 4.
public sealed interface ScopeKind {
  /// A private segment of the VCH.
  ///
  /// @param internal no way out, and none in but by members
  /// @param interContainer members may talk to each other
  /// @param masquerade what leaves by the public role takes the public address
  record Bridge(boolean internal, boolean interContainer, boolean masquerade)
      implements ScopeKind {}

  /// The personality's "none": members have a namespace with loopback only.
  record None() implements ScopeKind {}
}
