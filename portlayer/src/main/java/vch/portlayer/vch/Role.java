package vch.portlayer.vch;

import java.util.Locale;

/// What a NIC of a VCH is for (DESIGN section 4). In the order in which create reports them.
public enum Role {
  PUBLIC,
  CLIENT,
  MANAGEMENT,
  BRIDGE;

  /// `public`, `client`, `management`, `bridge`: also the name of the link in the endpoint
  /// namespace.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
