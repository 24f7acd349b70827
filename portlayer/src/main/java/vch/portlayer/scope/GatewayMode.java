package vch.portlayer.scope;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How a bridge scope and the world outside of its VCH reach each other.
public enum GatewayMode {
  /// By addresses of the VCH: what leaves takes one, what is published is asked at one. Members'
  /// own addresses are not reached from outside.
  NAT,
  /// As nat; members' own addresses are reached as well, at all ports, by who routes to them.
  NAT_UNPROTECTED,
  /// By members' own addresses: what leaves keeps them, what is published is asked at them, by who
  /// routes to them. Nothing is translated, and no port of the VCH is taken.
  ROUTED,
  /// The VCH has no address on the scope. For internal scopes only.
  ISOLATED;

  /// Docker's word.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<GatewayMode> tryParse(String word) {
    return Arrays.stream(values()).filter(m -> m.word().equals(word)).findFirst();
  }

  /// True where the VCH's addresses stand for those of members.
  public boolean translates() {
    return switch (this) {
      case NAT, NAT_UNPROTECTED -> true;
      case ROUTED, ISOLATED -> false;
    };
  }
}
