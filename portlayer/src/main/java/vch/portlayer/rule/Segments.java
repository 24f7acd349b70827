package vch.portlayer.rule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Port groups by name, for one command: those that there are, and those that the command makes.
final class Segments {
  private final Image image;
  private final VchId vch;
  private final List<PortGroupId> newIds;
  private final List<String> newLinks;
  private final List<Subnet> machineRoutes;
  private final Instant at;
  private final List<PortGroup> made = new ArrayList<>();

  /// @param newIds ids for those to be made, as many as there can be
  Segments(
      Image image,
      VchId vch,
      List<PortGroupId> newIds,
      List<String> newLinks,
      List<Subnet> machineRoutes,
      Instant at) {
    this.image = image;
    this.vch = vch;
    this.newIds = newIds;
    this.newLinks = newLinks;
    this.machineRoutes = machineRoutes;
    this.at = at;
  }

  /// Port groups that the command adds.
  List<PortGroup> made() {
    return made;
  }

  /// By name; `VM Network` is made on first use.
  Optional<PortGroup> named(String name) {
    return image
        .portGroupNamed(name)
        .or(() -> made.stream().filter(g -> g.name().equals(name)).findFirst())
        .or(() -> name.equals(PortGroup.VM_NETWORK) ? Optional.of(vmNetwork()) : Optional.empty());
  }

  private PortGroup vmNetwork() {
    var subnet = PortGroupRules.vmNetworkSubnet(image, machineRoutes);
    return make(PortGroup.VM_NETWORK, new PortGroupKind.Nat(List.of(subnet)), false);
  }

  /// @param owned it goes with the VCH
  PortGroup make(String name, PortGroupKind kind, boolean owned) {
    int next = made.size();
    var group =
        new PortGroup(
            newIds.get(next),
            name,
            kind,
            newLinks.get(next),
            owned ? Optional.of(vch) : Optional.empty(),
            at);
    made.add(group);
    return group;
  }

  /// Names that can be given to an option, each in quotes.
  String suggestions() {
    var names = new ArrayList<String>();
    names.add(PortGroup.VM_NETWORK);
    image.portGroups().stream()
        .filter(
            g ->
                g.owner().isEmpty()
                    && bridgeOf(g).isEmpty()
                    && !g.name().equals(PortGroup.VM_NETWORK))
        .map(PortGroup::name)
        .sorted()
        .forEach(names::add);
    return Texts.quoted(names);
  }

  /// The VCH whose bridge role has the port group for itself.
  Optional<Vch> bridgeOf(PortGroup group) {
    return image.vchs().stream().filter(v -> v.bridgeGroup().equals(group.id())).findFirst();
  }

  /// Who uses the port group as a container network: `container network lan of VCH "blue"`.
  static List<String> containerNetworks(Image image, PortGroupId group) {
    return image.scopes().stream()
        .filter(s -> s.isOn(group))
        .map(
            s ->
                "container network "
                    + s.name()
                    + " of VCH \""
                    + image.vch(s.vch()).map(Vch::name).orElse(s.vch().value())
                    + '"')
        .sorted()
        .toList();
  }
}
