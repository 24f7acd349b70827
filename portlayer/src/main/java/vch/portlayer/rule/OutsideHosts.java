package vch.portlayer.rule;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;

/// Where the one segment of a VCH's bridge scopes is joined with a port group of the machine, a
/// scope may know hosts there, by their auxiliary addresses. They are its neighbours; nobody else
/// on the port group is (docs/decisions/0021).
public final class OutsideHosts {
  private OutsideHosts() {}

  /// The port group that the segment of the VCH's bridge scopes is joined with.
  public static Optional<PortGroup> segment(Image image, Vch vch) {
    return vch.bridge().shared()
        ? image.portGroup(vch.bridgeGroup()).filter(g -> g.owner().isEmpty())
        : Optional.empty();
  }

  /// Addresses of hosts that the scope knows. An internal scope knows none: it is entered by its
  /// members only.
  public static List<Ip> of(Image image, Scope scope) {
    boolean knows =
        scope.kind() instanceof ScopeKind.Bridge bridge
            && !bridge.internal()
            && image.vch(scope.vch()).flatMap(v -> segment(image, v)).isPresent();
    return knows ? reserved(scope) : List.of();
  }

  private static List<Ip> reserved(Scope scope) {
    return scope.subnets().stream()
        .flatMap(s -> s.reserved().values().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /// VCHs whose bridge scopes are on the port group.
  public static List<Vch> joined(Image image, PortGroupId group) {
    return image.vchs().stream()
        .filter(v -> segment(image, v).filter(g -> g.id().equals(group)).isPresent())
        .toList();
  }

  /// The scope of another VCH on the same port group that has an address in common with this one,
  /// where both know hosts there: such a host could not tell their members from each other.
  ///
  /// @return the other side in words
  static Optional<String> overlapping(Image image, Vch vch, Scope scope) {
    var group = segment(image, vch);
    if (group.isEmpty() || scope.internal() || reserved(scope).isEmpty()) {
      return Optional.empty();
    }
    return joined(image, group.get().id()).stream()
        .filter(v -> !v.id().equals(vch.id()))
        .flatMap(v -> image.scopes(v.id()))
        .filter(s -> !of(image, s).isEmpty())
        .filter(s -> scope.subnets().stream().anyMatch(own -> overlap(s, own)))
        .findFirst()
        .map(
            s ->
                "network "
                    + s.name()
                    + " of VCH "
                    + image.vch(s.vch()).map(Vch::name).orElse(s.vch().value())
                    + " on the same port group "
                    + group.get().name());
  }

  private static boolean overlap(Scope other, SubnetConfig own) {
    return other.overlapping(own.subnet()).isPresent();
  }
}
