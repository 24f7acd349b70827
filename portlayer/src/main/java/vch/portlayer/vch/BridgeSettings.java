package vch.portlayer.vch;

import vch.portlayer.address.Subnet;

/// How bridge scopes of a VCH are made.
///
/// @param range pool from which bridge subnets are cut
/// @param width prefix length of each bridge subnet
/// @param namesOnDefault `--bridge-names`: full name service on the default bridge too
/// @param interContainer `--icc`: members of the default bridge may talk to each other
/// @param mtu default MTU of bridge scopes, bytes
/// @param shared `--bridge-isolation=shared`: all bridge scopes are on one segment, and a container
///   has one NIC with an address for each of its scopes
public record BridgeSettings(
    Subnet range,
    int width,
    boolean namesOnDefault,
    boolean interContainer,
    int mtu,
    boolean shared) {
  public static final BridgeSettings DEFAULT =
      new BridgeSettings(Subnet.parse("172.16.0.0/12"), 16, false, true, 1500, false);

  public BridgeSettings {
    if (width > 30 || width < range.length()) {
      throw new IllegalArgumentException("bridge width " + width + " does not cut " + range);
    }
  }
}
