package vch.api.admin;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;

/// Container networks of a VCH as the command line shows them. Field names are part of the
/// interface.
final class ContainerNetworkViews {
  private ContainerNetworkViews() {}

  /// In the order of their names.
  static Stream<View> of(Image image, Vch vch) {
    return image
        .scopes(vch.id())
        .sorted(Comparator.comparing(Scope::name))
        .flatMap(
            s ->
                s
                    .external()
                    .map(
                        kind ->
                            new View(
                                s,
                                kind,
                                image.portGroup(kind.portGroup()).map(PortGroup::name).orElse("")))
                    .stream());
  }

  /// One network.
  record View(Scope scope, ScopeKind.External kind, String portGroup) {
    Map<String, Object> fields() {
      var out = new LinkedHashMap<String, Object>();
      out.put("Name", scope.name());
      out.put("ID", scope.id().value());
      out.put("PortGroup", portGroup);
      out.put("DHCP", scope.leased());
      out.put("Subnets", scope.subnets().stream().map(s -> s.subnet().toString()).toList());
      out.put("Gateways", scope.subnets().stream().map(s -> s.gateway().toString()).toList());
      out.put("Ranges", kind.pools().stream().map(Range::toString).toList());
      out.put("DNS", texts(kind.dns()));
      out.put("TrustLevel", kind.trust().word());
      out.put("AcceptRouters", kind.acceptRouters());
      out.put("MTU", scope.mtu());
      return out;
    }

    private static List<String> texts(List<Ip> addresses) {
      return addresses.stream().map(Ip::toString).toList();
    }
  }
}
