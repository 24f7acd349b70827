package vch.portlayer.rule;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.scope.TrustLevel;

/// A container network as the user wants it, read but not yet held against the world. What is empty
/// was not spoken of; an empty list takes back what was set.
///
/// @param portGroup its name
/// @param gateways at most one a family
/// @param ranges each of one family
record ContainerNetworkWish(
    String portGroup,
    String name,
    Optional<List<Cidr>> gateways,
    Optional<List<Range>> ranges,
    Optional<List<Ip>> dns,
    Optional<TrustLevel> trust,
    Optional<Boolean> acceptRouters) {
  /// True when nothing but the network itself was named.
  boolean silent() {
    return gateways.isEmpty()
        && ranges.isEmpty()
        && dns.isEmpty()
        && trust.isEmpty()
        && acceptRouters.isEmpty();
  }
}
