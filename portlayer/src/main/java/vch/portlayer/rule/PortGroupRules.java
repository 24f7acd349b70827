package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import vch.portlayer.address.Family;
import vch.portlayer.address.Subnet;
import vch.portlayer.address.SubnetCutter;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Rules of port groups.
public final class PortGroupRules {
  private static final int NAME_LENGTH_MAX = 80; // as in vSphere

  /// Longer prefixes have no room for the machine and a VCH.
  private static final int LENGTH_MAX_IPV6 = 126;

  private PortGroupRules() {}

  public static Decision<PortGroup> create(Image image, CreatePortGroup command) {
    var name = command.name();
    if (name.isBlank()
        || name.length() > NAME_LENGTH_MAX
        || name.chars().anyMatch(c -> c == '/' || c == ':' || Character.isISOControl(c))) {
      throw new Refusal.Invalid(
          "invalid port group name \""
              + name
              + "\": 1 to "
              + NAME_LENGTH_MAX
              + " characters without '/', ':' and control characters are needed");
    }
    if (image.portGroupNamed(name).isPresent()) {
      throw new Refusal.Conflict("port group \"" + name + "\" already exists");
    }
    switch (command.kind()) {
      case PortGroupKind.Internal _ -> {}
      case PortGroupKind.Nat nat -> checkNat(image, name, nat, command.machineRoutes());
      case PortGroupKind.Bridge(var link) ->
          checkAdopted(image, name, link, command.machineBridges());
      case PortGroupKind.Nic(var uplink, _) -> checkUplink(image, name, uplink, command);
    }
    var group =
        new PortGroup(
            command.id(), name, command.kind(), command.link(), Optional.empty(), command.at());
    return Decision.of(group, new Change.PortGroupPut(group));
  }

  private static void checkNat(
      Image image, String name, PortGroupKind.Nat nat, List<Subnet> machineRoutes) {
    for (var family : Family.values()) {
      if (nat.subnets().stream().filter(s -> s.family() == family).count() > 1) {
        throw new Refusal.Invalid(
            "port group \""
                + name
                + "\" cannot have two "
                + word(family)
                + " subnets: one of each family is the most");
      }
    }
    if (nat.subnet(Family.IPV4).isEmpty()) {
      throw unfit(name, nat.subnets().getFirst(), Family.IPV4);
    }
    for (var subnet : nat.subnets()) {
      if (subnet.length() > lengthMax(subnet.family())) {
        throw unfit(name, subnet, subnet.family());
      }
      var other = overlapping(image, subnet, machineRoutes);
      if (other.isPresent()) {
        throw new Refusal.Conflict(
            "subnet " + subnet + " of port group \"" + name + "\" overlaps with " + other.get());
      }
    }
  }

  private static Refusal unfit(String name, Subnet subnet, Family wanted) {
    return new Refusal.Invalid(
        "port group \""
            + name
            + "\" cannot have subnet "
            + subnet
            + ": an "
            + word(wanted)
            + " subnet of /"
            + lengthMax(wanted)
            + " or larger is needed");
  }

  private static int lengthMax(Family family) {
    return switch (family) {
      case IPV4 -> SubnetCutter.USABLE_LENGTH_MAX;
      case IPV6 -> LENGTH_MAX_IPV6;
    };
  }

  private static String word(Family family) {
    return switch (family) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
    };
  }

  private static void checkAdopted(
      Image image, String name, String link, List<String> machineBridges) {
    if (!link.isEmpty() && !machineBridges.contains(link)) {
      throw new Refusal.NotFound(
          "port group \""
              + name
              + "\" cannot adopt "
              + link
              + ": the machine has no Linux bridge of that name"
              + (machineBridges.isEmpty() ? "" : "; it has " + String.join(", ", machineBridges)));
    }
    if (link.isBlank()) {
      throw new Refusal.Invalid(
          "port group \"" + name + "\" of kind bridge needs the name of a Linux bridge");
    }
    checkUnused(image, "bridge", link);
  }

  private static void checkUplink(
      Image image, String name, String uplink, CreatePortGroup command) {
    if (uplink.isBlank()) {
      throw new Refusal.Invalid("port group \"" + name + "\" of kind nic needs the name of a NIC");
    }
    checkUnused(image, "NIC", uplink);
    if (command.machineUplinks().contains(uplink)) {
      return;
    }
    if (command.machineBridges().contains(uplink)) {
      throw new Refusal.Invalid(
          "port group \""
              + name
              + "\" cannot have bridge "
              + uplink
              + " for a NIC: adopt it with --bridge "
              + uplink);
    }
    throw new Refusal.NotFound(
        "port group \""
            + name
            + "\" cannot be on "
            + uplink
            + ": the machine has no NIC of that name that is neither a port of a bridge nor the daemon's own"
            + (command.machineUplinks().isEmpty()
                ? ""
                : "; it has " + String.join(", ", command.machineUplinks())));
  }

  /// Two port groups on one link would be one segment that does not know it.
  private static void checkUnused(Image image, String what, String link) {
    image.portGroups().stream()
        .filter(g -> g.owner().isEmpty() && g.link().equals(link))
        .findFirst()
        .ifPresent(
            g -> {
              throw new Refusal.Conflict(
                  what + " " + link + " is port group \"" + g.name() + "\" already; use that one");
            });
  }

  private static Optional<String> overlapping(
      Image image, Subnet subnet, List<Subnet> machineRoutes) {
    return image.portGroups().stream()
        .flatMap(
            g ->
                g.kind() instanceof PortGroupKind.Nat(var others)
                    ? others.stream()
                        .filter(o -> o.overlaps(subnet))
                        .map(o -> "port group \"" + g.name() + "\" subnet " + o)
                    : Stream.<String>empty())
        .findFirst()
        .or(
            () ->
                machineRoutes.stream()
                    .filter(r -> r.length() > 0 && r.overlaps(subnet))
                    .findFirst()
                    .map(r -> "route " + r + " of the machine"));
  }

  /// Refused for a group in use, and for one that belongs to a VCH.
  public static Decision<PortGroup> remove(Image image, String nameOrId) {
    var group = find(image, nameOrId);
    var name = group.name();
    if (group.owner().isPresent()) {
      var owner = image.vch(group.owner().get()).map(Vch::name).orElse(group.owner().get().value());
      throw new Refusal.Forbidden(
          "port group \"" + name + "\" belongs to VCH \"" + owner + "\" and goes with it");
    }
    var users = new ArrayList<String>();
    for (var vch : image.vchs()) {
      for (var nic : vch.nics()) {
        if (nic.portGroup().equals(group.id())) {
          nic.roles().stream()
              .sorted()
              .map(Role::word)
              .forEach(r -> users.add(r + " of VCH \"" + vch.name() + "\""));
        }
      }
      if (vch.bridgeGroup().equals(group.id())) {
        users.add("bridge of VCH \"" + vch.name() + "\"");
      }
    }
    if (!users.isEmpty()) {
      throw new Refusal.Conflict(
          "port group \""
              + name
              + "\" is in use: it serves role "
              + String.join(", ", users)
              + "; delete the VCH first");
    }
    var networks = Segments.containerNetworks(image, group.id());
    if (!networks.isEmpty()) {
      throw new Refusal.Conflict(
          "port group \""
              + name
              + "\" is in use: it is "
              + String.join(", ", networks)
              + "; remove that with vch configure --remove-container-network first");
    }
    return Decision.of(group, new Change.PortGroupRemoved(group.id()));
  }

  /// By exact name, else exact id.
  public static PortGroup find(Image image, String nameOrId) {
    return image
        .portGroupNamed(nameOrId)
        .or(() -> image.portGroup(new PortGroupId(nameOrId)))
        .orElseThrow(() -> noSuch(image, nameOrId));
  }

  private static Refusal noSuch(Image image, String name) {
    var known =
        image.portGroups().stream().filter(g -> g.owner().isEmpty()).map(PortGroup::name).toList();
    return new Refusal.NotFound(
        "port group \""
            + name
            + "\" not found"
            + (known.isEmpty() ? "" : "; there are: " + Texts.quoted(known)));
  }

  /// 192.168.218.0/24, or the next /24 that overlaps neither a route nor a port group.
  public static Subnet vmNetworkSubnet(Image image, List<Subnet> machineRoutes) {
    var near = IntStream.range(0, 256).mapToObj(i -> "192.168." + (218 + i) % 256 + ".0/24");
    var far = IntStream.range(0, 256).mapToObj(i -> "10.218." + i + ".0/24");
    return Stream.concat(near, far)
        .map(Subnet::parse)
        .filter(s -> overlapping(image, s, machineRoutes).isEmpty())
        .findFirst()
        .orElseThrow(
            () ->
                new Refusal.Failed(
                    "no subnet is free for port group \""
                        + PortGroup.VM_NETWORK
                        + "\": 192.168.0.0/16 and 10.218.0.0/16 overlap"
                        + " routes of the machine; make a port group with --nat --subnet and name it with --public-network"));
  }
}
