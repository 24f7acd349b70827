package vch.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/// The options about container networks, which `vch create` and `vch configure` share. They are
/// keyed by the name of the port group or of the network, in any order.
final class ContainerNetworks {
  @Option(
      names = {"--container-network", "-cn"},
      paramLabel = "PORTGROUP[:NAME]",
      description =
          "Offer the port group to containers as network NAME, on which each has an address of its own.")
  private List<String> networks = List.of();

  @Option(
      names = {"--container-network-gateway", "-cng"},
      paramLabel = "PORTGROUP:IP/MASK",
      description =
          "Gateway and subnet; a second one may be of the other family. Without one, addresses come by DHCP.")
  private List<String> gateways = List.of();

  @Option(
      names = {"--container-network-ip-range", "-cnr"},
      paramLabel = "PORTGROUP:RANGE",
      description =
          "Where addresses come from: a CIDR, A-B or A-<last octet> (default: the whole subnet).")
  private List<String> ranges = List.of();

  @Option(
      names = {"--container-network-dns", "-cnd"},
      paramLabel = "PORTGROUP:IP",
      description = "Name server of the network.")
  private List<String> dns = List.of();

  @Option(
      names = {"--container-network-firewall", "-cnf"},
      paramLabel = "PORTGROUP:LEVEL",
      description = "Trust level: closed, outbound, peers, published or open (default: published).")
  private List<String> firewalls = List.of();

  @Option(
      names = "--container-network-routers",
      paramLabel = "PORTGROUP:WORD",
      description = "IPv6 router advertisements: accept or refuse (default: refuse).")
  private List<String> routers = List.of();

  List<Map.Entry<String, String>> parameters() {
    var out = new ArrayList<Map.Entry<String, String>>();
    add(out, "container-network", networks);
    add(out, "container-network-gateway", gateways);
    add(out, "container-network-ip-range", ranges);
    add(out, "container-network-dns", dns);
    add(out, "container-network-firewall", firewalls);
    add(out, "container-network-routers", routers);
    return out;
  }

  private static void add(List<Map.Entry<String, String>> out, String name, List<String> values) {
    values.forEach(v -> out.add(Map.entry(name, v)));
  }
}
