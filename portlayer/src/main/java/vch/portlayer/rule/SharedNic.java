package vch.portlayer.rule;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// Where the bridge scopes of a VCH share one segment (`--bridge-isolation=shared`), a container
/// has one NIC for all of them: its places on them have the same Ethernet address and link.
public final class SharedNic {
  private SharedNic() {}

  /// True for scopes on the one segment of their VCH.
  public static boolean serves(Image image, Scope scope) {
    return scope.kind() instanceof ScopeKind.Bridge
        && image.vch(scope.vch()).filter(v -> v.bridge().shared()).isPresent();
  }

  /// Places of the container that its one NIC serves, in the order of attachment; none where each
  /// scope has a segment of its own.
  public static List<Endpoint> places(Image image, Container container) {
    return EndpointRules.ordered(container).stream().filter(e -> serves(image, e)).toList();
  }

  private static boolean serves(Image image, Endpoint endpoint) {
    return endpoint.scope().flatMap(image::scope).filter(s -> serves(image, s)).isPresent();
  }

  /// The endpoint on the NIC that the container has already for bridge scopes, if it has one.
  ///
  /// @param others places of the container; the endpoint may be among them
  static Endpoint join(Image image, Endpoint endpoint, Scope scope, List<Endpoint> others) {
    if (!serves(image, scope)) {
      return endpoint;
    }
    if (!endpoint.linkLocal().isEmpty()) {
      throw new Refusal.Unsupported(
          "link-local addresses (--link-local-ip) are not offered where bridge networks share one segment"
              + " (--bridge-isolation=shared): leave them out of network "
              + scope.name());
    }
    var nic =
        others.stream()
            .filter(e -> serves(image, e))
            .min(Comparator.comparingInt(Endpoint::ordinal))
            .filter(e -> !e.id().equals(endpoint.id()));
    if (nic.isEmpty()) {
      return endpoint;
    }
    if (endpoint.macRequested() && !endpoint.mac().equals(nic.get().mac())) {
      throw differs(scope, "MAC address " + nic.get().mac(), endpoint.mac().toString());
    }
    if (endpoint.linkName().isPresent() && !endpoint.link().equals(nic.get().link())) {
      throw differs(scope, "interface " + nic.get().link(), endpoint.link());
    }
    return endpoint.beside(nic.get());
  }

  private static Refusal differs(Scope scope, String has, String asked) {
    return new Refusal.Invalid(
        "invalid endpoint settings:\nthe container has "
            + has
            + " on all bridge networks of this VCH (--bridge-isolation=shared), so it cannot have "
            + asked
            + " on network "
            + scope.name());
  }

  /// Containers on the segment of the scope.
  static Stream<Container> neighbours(Image image, Scope scope) {
    return serves(image, scope) ? image.containers(scope.vch()) : image.members(scope.id());
  }

  /// The container's places on the segment of the scope.
  static Stream<Endpoint> places(Image image, Container container, Scope scope) {
    return serves(image, scope)
        ? places(image, container).stream()
        : Optional.of(scope.id()).flatMap(container::on).stream();
  }
}
