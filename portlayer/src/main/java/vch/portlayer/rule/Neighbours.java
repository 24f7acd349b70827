package vch.portlayer.rule;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Endpoint;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Holder;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Who else has an address on the segment of a port group: the machine, roles of VCHs, containers.
final class Neighbours {
  private Neighbours() {}

  /// An address on the segment.
  ///
  /// @param since when who has it was made
  record Neighbour(Ip address, String who, Instant since) {}

  /// All that is known to be on the segment but containers of the VCH itself.
  static Stream<Neighbour> all(Image image, PortGroupId id, VchId self) {
    return Stream.of(
            image.portGroup(id).stream().flatMap(Neighbours::machines),
            image.vchs().stream().flatMap(v -> roles(v, id)),
            image.scopes().stream()
                .filter(s -> s.isOn(id) && !s.vch().equals(self))
                .flatMap(s -> members(image, s)))
        .flatMap(s -> s);
  }

  private static Stream<Neighbour> machines(PortGroup group) {
    return group.kind() instanceof PortGroupKind.Nat nat
        ? Stream.of(Family.values())
            .flatMap(f -> nat.machine(f).stream())
            .map(a -> new Neighbour(a.address(), "the machine", group.created()))
        : Stream.empty();
  }

  private static Stream<Neighbour> roles(Vch vch, PortGroupId id) {
    return vch.nics().stream()
        .filter(n -> n.portGroup().equals(id))
        .flatMap(
            n ->
                n.addresses().stream()
                    .map(
                        a ->
                            new Neighbour(
                                a.address(), words(n) + " of VCH " + vch.name(), vch.created())));
  }

  private static String words(Nic nic) {
    return "role " + String.join(", ", nic.roles().stream().sorted().map(Role::word).toList());
  }

  private static Stream<Neighbour> members(Image image, Scope scope) {
    var vch = image.vch(scope.vch()).map(Vch::name).orElse(scope.vch().value());
    return image
        .members(scope.id())
        .flatMap(
            c ->
                c.on(scope.id()).stream()
                    .flatMap(e -> e.addresses().stream())
                    .map(
                        a ->
                            new Neighbour(
                                a.address(),
                                "container " + c.name() + " of VCH " + vch,
                                c.created())));
  }

  /// Whose the address is, if not that of a container of the VCH itself.
  static Optional<String> holder(Image image, PortGroupId group, VchId self, Ip address) {
    return machine(image, group, address)
        .or(() -> role(image, group, address))
        .or(
            () ->
                container(image, group, self, address)
                    .map(
                        h ->
                            Places.holderText(image, h)
                                + " of another VCH on the same port group"));
  }

  private static Optional<String> machine(Image image, PortGroupId id, Ip address) {
    return image
        .portGroup(id)
        .filter(g -> g.kind() instanceof PortGroupKind.Nat nat && nat.isMachine(address))
        .map(g -> "the machine's own address on port group " + g.name());
  }

  private static Optional<String> role(Image image, PortGroupId group, Ip address) {
    return image.vchs().stream()
        .flatMap(
            v ->
                v.nics().stream()
                    .filter(
                        n ->
                            n.portGroup().equals(group)
                                && n.addresses().stream()
                                    .anyMatch(a -> a.address().equals(address)))
                    .map(n -> "the address of " + words(n) + " of VCH " + v.name()))
        .findFirst();
  }

  private static Optional<Holder> container(
      Image image, PortGroupId group, VchId self, Ip address) {
    return image.vchs().stream()
        .map(Vch::id)
        .filter(v -> !v.equals(self))
        .flatMap(v -> image.holder(v, address).stream())
        .filter(h -> image.scope(h.scope()).filter(s -> s.isOn(group)).isPresent())
        .findFirst();
  }

  /// Addresses of containers of all VCHs on the port group, live or not.
  static Stream<Ip> containers(Image image, PortGroup group) {
    return image.scopes().stream()
        .filter(s -> s.isOn(group.id()))
        .flatMap(
            s ->
                image
                    .members(s.id())
                    .flatMap(c -> c.on(s.id()).stream())
                    .map(Endpoint::addresses)
                    .flatMap(java.util.List::stream))
        .map(Cidr::address);
  }
}
