package vch.api.admin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import vch.api.http.Query;
import vch.portlayer.rule.ContainerNetworkOptions;

/// The options about container networks, which `vch create` and `vch configure` share.
final class ContainerNetworkParameters {
  static final String NETWORK = "container-network";

  private static final List<String> NAMES =
      List.of(
          NETWORK,
          "container-network-gateway",
          "container-network-ip-range",
          "container-network-dns",
          "container-network-firewall",
          "container-network-routers");

  private ContainerNetworkParameters() {}

  /// Their names and further ones.
  static Set<String> with(String... further) {
    var out = new LinkedHashSet<>(NAMES);
    out.addAll(List.of(further));
    return Set.copyOf(out);
  }

  static ContainerNetworkOptions read(Query query) {
    var values = NAMES.stream().map(query::all).toList();
    return new ContainerNetworkOptions(
        values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
  }
}
