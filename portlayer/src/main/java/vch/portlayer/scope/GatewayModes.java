package vch.portlayer.scope;

import vch.portlayer.address.Family;

/// The gateway mode of each family.
public record GatewayModes(GatewayMode ipv4, GatewayMode ipv6) {
  public static final GatewayModes TRANSLATING = new GatewayModes(GatewayMode.NAT, GatewayMode.NAT);

  public GatewayMode of(Family family) {
    return switch (family) {
      case IPV4 -> ipv4;
      case IPV6 -> ipv6;
    };
  }
}
