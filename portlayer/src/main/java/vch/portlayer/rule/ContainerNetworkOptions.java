package vch.portlayer.rule;

import java.util.List;

/// What the user said of container networks: the values of the options, as written and in the order
/// given. All but the first begin with `KEY:`, where the key is the name of the port group or of
/// the network; it does not matter which options come first.
///
/// @param networks `--container-network`: `PORTGROUP` or `PORTGROUP:NAME`
/// @param gateways `--container-network-gateway`: address with prefix length, one a family
/// @param ranges `--container-network-ip-range`: CIDR, `a-b` or `a-<last octet>`, any number
/// @param dns `--container-network-dns`: an address, any number
/// @param firewalls `--container-network-firewall`: a trust level
/// @param routers `--container-network-routers`: `accept` or `refuse` IPv6 router advertisements
public record ContainerNetworkOptions(
    List<String> networks,
    List<String> gateways,
    List<String> ranges,
    List<String> dns,
    List<String> firewalls,
    List<String> routers) {
  public static final ContainerNetworkOptions NONE =
      new ContainerNetworkOptions(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  public ContainerNetworkOptions {
    networks = List.copyOf(networks);
    gateways = List.copyOf(gateways);
    ranges = List.copyOf(ranges);
    dns = List.copyOf(dns);
    firewalls = List.copyOf(firewalls);
    routers = List.copyOf(routers);
  }
}
