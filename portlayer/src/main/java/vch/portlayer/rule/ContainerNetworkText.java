package vch.portlayer.rule;

import java.util.List;
import vch.portlayer.address.Range;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;

/// Container networks in words.
final class ContainerNetworkText {
  private ContainerNetworkText() {}

  /// `Container network web is port group lan: 10.2.0.0/16 by gateway 10.2.0.1, trust level
  /// published`, without a full stop.
  static String sentence(Scope scope, String portGroup) {
    return "Container network "
        + scope.name()
        + " is port group "
        + portGroup
        + ": "
        + subnets(scope)
        + (scope.kind() instanceof ScopeKind.External kind
            ? (kind.pools().isEmpty() ? "" : ", addresses from " + ranges(kind.pools()))
                + ", trust level "
                + kind.trust().word()
            : "");
  }

  static String subnets(Scope scope) {
    return scope.leased()
        ? "addresses by DHCP"
        : String.join(
            ", ",
            scope.subnets().stream().map(s -> s.subnet() + " by gateway " + s.gateway()).toList());
  }

  static String ranges(List<Range> pools) {
    return pools.isEmpty() ? "the whole subnet" : Texts.listed(pools);
  }
}
