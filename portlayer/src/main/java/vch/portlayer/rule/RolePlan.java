package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.NextFit;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Works out on which port groups the roles of a new VCH are, and its NICs. Problems are collected,
/// in the words of vic-machine; what follows from a problem is not reported again.
final class RolePlan {
  private static final Subnet LINK_LOCAL = Subnet.parse("fe80::/10");

  private final Image image;
  private final CreateVch command;
  private final List<String> problems;
  private final Map<Role, RoleRequest> requests = new EnumMap<>(Role.class);
  private final Segments segments;

  RolePlan(Image image, CreateVch command, Segments segments, List<String> problems) {
    this.image = image;
    this.segments = segments;
    this.command = command;
    this.problems = problems;
    for (var request : command.roles()) {
      if (requests.put(request.role(), request) != null) {
        problems.add("role " + request.role().word() + " is described twice");
      }
    }
    for (var role : Role.values()) {
      requests.putIfAbsent(role, RoleRequest.defaults(role));
    }
  }

  /// Port groups of the roles but bridge; fewer than three entries only where there are problems.
  Map<Role, PortGroup> groups() {
    var out = new EnumMap<Role, PortGroup>(Role.class);
    find(Role.PUBLIC, request(Role.PUBLIC).portGroup().or(() -> Optional.of(PortGroup.VM_NETWORK)))
        .ifPresent(g -> out.put(Role.PUBLIC, g));
    inherit(Role.CLIENT, Role.PUBLIC, out);
    inherit(Role.MANAGEMENT, Role.CLIENT, out);
    return out;
  }

  private void inherit(Role role, Role from, Map<Role, PortGroup> out) {
    var named = request(role).portGroup();
    var group = named.isPresent() ? find(role, named) : Optional.ofNullable(out.get(from));
    group.ifPresent(g -> out.put(role, g));
  }

  private Optional<PortGroup> find(Role role, Optional<String> name) {
    var wanted = name.orElseThrow();
    var group = segments.named(wanted);
    if (group.isEmpty()) {
      problems.add(
          "Error checking network for --"
              + role.word()
              + "-network: network '"
              + wanted
              + "' not found");
      problems.add("Suggested values for --" + role.word() + "-network: " + segments.suggestions());
    } else if (segments.bridgeOf(group.get()).isPresent()) {
      problems.add(
          "Error checking network for --"
              + role.word()
              + "-network: port group '"
              + wanted
              + "' is the bridge network of VCH "
              + segments.bridgeOf(group.get()).map(Vch::name).orElse("?"));
      problems.add("Suggested values for --" + role.word() + "-network: " + segments.suggestions());
      return Optional.empty();
    }
    return group;
  }

  /// The port group of the bridge role: the one named, else a new one for this VCH alone.
  Optional<PortGroup> bridge(Map<Role, PortGroup> others) {
    var request = request(Role.BRIDGE);
    if (!request.addresses().isEmpty() || !request.gateways().isEmpty()) {
      problems.add(
          "bridge network takes no address and no gateway: its subnets come from --bridge-network-range");
    }
    var name = request.portGroup();
    if (name.isEmpty()) {
      boolean taken =
          image.portGroupNamed(command.name()).isPresent()
              || segments.made().stream().anyMatch(g -> g.name().equals(command.name()));
      return Optional.of(
          segments.make(
              taken ? command.name() + "-bridge" : command.name(),
              new PortGroupKind.Internal(),
              true));
    }
    for (var other : others.entrySet()) {
      if (other.getValue().name().equals(name.get())) {
        problems.add(
            "the bridge network must not be shared with another network role - "
                + other.getKey().word()
                + " also uses "
                + name.get());
        return Optional.empty();
      }
    }
    var there = image.portGroupNamed(name.get());
    if (there.isEmpty()) {
      return Optional.of(segments.make(name.get(), new PortGroupKind.Internal(), true));
    }
    var before = problems.size();
    checkBridge(there.get());
    return problems.size() > before ? Optional.empty() : there;
  }

  /// What keeps a port group that is there already from being that of the bridge role.
  private void checkBridge(PortGroup group) {
    var name = group.name();
    var user =
        image.vchs().stream()
            .filter(
                v ->
                    v.nics().stream().anyMatch(n -> n.portGroup().equals(group.id()))
                        || (v.bridgeGroup().equals(group.id())
                            && !(v.bridge().shared() && command.bridge().shared())))
            .findFirst();
    if (user.isPresent()) {
      problems.add(
          "the bridge network must not be shared with another VCH - "
              + user.get().name()
              + " also uses "
              + name);
      return;
    }
    var networks = Segments.containerNetworks(image, group.id());
    if (!networks.isEmpty()) {
      problems.add(
          "the bridge network must not be shared with another network role - "
              + name
              + " is also "
              + networks.getFirst());
      return;
    }
    unfit(group.kind())
        .ifPresent(
            why ->
                problems.add(
                    "port group "
                        + name
                        + " is of kind "
                        + group.kind().word()
                        + " and cannot be the bridge network: "
                        + why
                        + ", or leave --bridge-network out to get a new one"));
    if (command.bridge().shared() && command.bridge().mtu() > PortGroup.MTU) {
      problems.add(
          "--mtu "
              + command.bridge().mtu()
              + " is more than a frame on port group "
              + name
              + " carries, which is "
              + PortGroup.MTU
              + " bytes; give --mtu "
              + PortGroup.MTU
              + " or less, or leave --bridge-network out");
    }
  }

  /// Why bridge scopes cannot be on a port group of the kind, and what to do.
  private Optional<String> unfit(PortGroupKind kind) {
    return switch (kind) {
      case PortGroupKind.Internal _ -> Optional.empty();
      case PortGroupKind.Bridge _ ->
          command.bridge().shared()
              ? Optional.empty()
              : Optional.of(
                  "it is one segment, and bridge networks have one each; give --bridge-isolation=shared");
      case PortGroupKind.Nat _ ->
          Optional.of(
              "it has a subnet and a router, the machine, of its own; name one of kind internal or bridge");
      case PortGroupKind.Nic(var uplink, _) ->
          Optional.of(
              "a NIC takes in frames for its own Ethernet addresses only; make a Linux bridge with port "
                  + uplink
                  + " and adopt it with vch portgroup create --bridge");
    };
  }

  /// One NIC for each port group, in the order of roles.
  List<Nic> nics(Map<Role, PortGroup> groups) {
    var byGroup = new LinkedHashMap<String, Set<Role>>();
    groups.forEach(
        (role, group) ->
            byGroup.computeIfAbsent(group.name(), _ -> EnumSet.noneOf(Role.class)).add(role));
    var out = new ArrayList<Nic>();
    for (var roles : byGroup.values()) {
      var first = roles.iterator().next();
      var group = groups.get(first);
      if (group != null) {
        nic(group, roles, out.size()).ifPresent(out::add);
      }
    }
    sameSubnets(out);
    return out;
  }

  private Optional<Nic> nic(PortGroup group, Set<Role> roles, int ordinal) {
    int before = problems.size();
    boolean withPublic = roles.contains(Role.PUBLIC);
    roles.forEach(r -> checkRole(request(r), withPublic));
    var asking = roles.stream().map(this::request).filter(r -> !r.addresses().isEmpty()).toList();
    if (asking.size() > 1 && !withPublic) {
      problems.add("Incorrect static IP configuration for networks on port group " + group.name());
    }
    if (problems.size() > before) {
      return Optional.empty();
    }
    var lead = roles.iterator().next();
    var asked = asking.stream().findFirst();
    var addresses = new ArrayList<Cidr>();
    var gateways = new ArrayList<Ip>();
    for (var family : Family.values()) {
      var wanted = asked.flatMap(r -> of(family, r.addresses(), Cidr::address));
      var address =
          wanted.isPresent() ? checked(lead, group, wanted.get()) : next(lead, group, family);
      address.ifPresent(addresses::add);
      var gateway =
          of(family, request(Role.PUBLIC).gateways(), g -> g)
              .or(() -> natAddress(group, family))
              .filter(_ -> withPublic);
      gateway.ifPresent(gateways::add);
      if (withPublic && wanted.isPresent() && gateway.isEmpty()) {
        problems.add("public network must have both static IP and gateway specified");
      }
    }
    if (problems.size() > before) {
      return Optional.empty();
    }
    // Golden ratio: the NICs of one seed get addresses far apart.
    var mac =
        addresses.stream()
            .findFirst()
            .map(a -> Mac.at(group.id().value(), a.address()))
            .orElseGet(() -> Mac.local(command.seed() + ordinal * 0x9e37_79b9_7f4a_7c15L));
    return Optional.of(new Nic(lead.word(), group.id(), roles, addresses, gateways, mac));
  }

  /// Rules V1, V5 and V6 of vic-machine, and that a gateway can be reached.
  private void checkRole(RoleRequest request, boolean withPublic) {
    var word = request.role().word();
    var addresses = request.addresses();
    var gateways = request.gateways();
    if (request.role() != Role.PUBLIC && withPublic && !addresses.isEmpty()) {
      problems.add(
          "Static IP on network sharing port group with public network - Configuration ONLY allowed through public network options"
              + " (--"
              + word
              + "-network-ip)");
      return;
    }
    if (request.role() == Role.PUBLIC && !request.destinations().isEmpty()) {
      problems.add(
          "public network has the default route and must not have any routing destinations specified for gateway");
    }
    for (var family : Family.values()) {
      if (addresses.stream().filter(a -> a.address().family() == family).count() > 1
          || gateways.stream().filter(g -> g.family() == family).count() > 1) {
        problems.add(
            word + " network takes one address and one gateway of each family, IPv4 and IPv6");
        return;
      }
    }
    for (var gateway : gateways) {
      var address = of(gateway.family(), addresses, Cidr::address);
      if (address.isEmpty()) {
        problems.add(
            request.role() == Role.PUBLIC
                ? "public network must have both static IP and gateway specified"
                : "Gateway provided without static IP for " + word + " network");
        return;
      }
      // An IPv6 router is mostly known by its link-local address.
      boolean reached = address.get().subnet().isHost(gateway) || LINK_LOCAL.isHost(gateway);
      if (!reached || gateway.equals(address.get().address())) {
        problems.add(
            word + " gateway with IP " + gateway + " is not reachable from " + address.get());
      }
    }
    if (request.role() != Role.PUBLIC && !gateways.isEmpty()) {
      problems.add(
          request.destinations().isEmpty()
              ? word + " network gateway specified without at least one routing destination"
              : "routes by a gateway of the "
                  + word
                  + " network are not offered yet; leave --"
                  + word
                  + "-network-gateway out");
    }
  }

  private static <T> Optional<T> of(Family family, List<T> all, Function<T, Ip> address) {
    return all.stream().filter(t -> address.apply(t).family() == family).findFirst();
  }

  private Optional<Cidr> checked(Role role, PortGroup group, Cidr asked) {
    var option = "--" + role.word() + "-network-ip " + asked;
    int before = problems.size();
    if (!asked.subnet().isHost(asked.address())
        || asked.address().isLoopback()
        || asked.address().isMulticast()
        || LINK_LOCAL.contains(asked.address())) {
      problems.add(option + " is not the address of a host in " + asked.subnet());
    }
    if (group.kind() instanceof PortGroupKind.Nat(var subnets)) {
      if (!subnets.contains(asked.subnet())) {
        problems.add(
            option
                + " is not in the subnet "
                + subnets.stream().map(Subnet::toString).collect(Collectors.joining(" or "))
                + " of port group "
                + group.name());
      } else if (natAddress(group, asked.address().family()).equals(Optional.of(asked.address()))) {
        problems.add(option + " is the machine's own address on port group " + group.name());
      }
    }
    holder(group, asked.address())
        .ifPresent(
            v ->
                problems.add(
                    option
                        + " is already in use by VCH "
                        + v.name()
                        + " on port group "
                        + group.name()));
    if (Neighbours.containers(image, group).anyMatch(asked.address()::equals)) {
      problems.add(option + " is held by a container on port group " + group.name());
    }
    return problems.size() > before ? Optional.empty() : Optional.of(asked);
  }

  /// The next free address of the port group's subnet; IPv6 only where it has one.
  private Optional<Cidr> next(Role role, PortGroup group, Family family) {
    var there =
        group.kind() instanceof PortGroupKind.Nat nat
            ? nat.subnet(family)
            : Optional.<Subnet>empty();
    if (there.isEmpty() && family == Family.IPV6) {
      return Optional.empty();
    }
    if (there.isEmpty()) {
      problems.add(
          role.word()
              + " network: port group "
              + group.name()
              + " has no subnet to take an address from, and DHCP is not offered"
              + " yet: give --"
              + role.word()
              + "-network-ip"
              + (role == Role.PUBLIC ? " and --public-network-gateway" : ""));
      return Optional.empty();
    }
    var subnet = there.get();
    var roles =
        image.vchs().stream()
            .flatMap(v -> v.nics().stream())
            .filter(n -> n.portGroup().equals(group.id()))
            .flatMap(n -> n.addresses().stream())
            .map(Cidr::address);
    var held = Stream.concat(roles, Neighbours.containers(image, group)).sorted().toList();
    var address =
        NextFit.next(
            subnet.range(),
            Optional.empty(),
            a -> !subnet.isHost(a) || natAddress(group, family).equals(Optional.of(a)),
            from -> held.stream().filter(h -> h.compareTo(from) >= 0).iterator());
    if (address.isEmpty()) {
      problems.add(
          "no address is left in the subnet "
              + subnet
              + " of port group "
              + group.name()
              + " for role "
              + role.word());
    }
    return address.map(a -> new Cidr(a, subnet.length()));
  }

  /// Rule V4, which was a warning: with one subnet behind two NICs answers would leave by the wrong
  /// one.
  private void sameSubnets(List<Nic> nics) {
    for (int i = 0; i < nics.size(); i++) {
      for (int j = i + 1; j < nics.size(); j++) {
        for (var a : nics.get(i).addresses()) {
          for (var b : nics.get(j).addresses()) {
            if (a.subnet().overlaps(b.subnet())) {
              problems.add(
                  "Unsupported static IP configuration: Same subnet "
                      + a.subnet()
                      + " is assigned to multiple port groups (roles "
                      + nics.get(i).name()
                      + " and "
                      + nics.get(j).name()
                      + ")");
            }
          }
        }
      }
    }
  }

  private Optional<Vch> holder(PortGroup group, Ip address) {
    return image.vchs().stream()
        .filter(
            v ->
                v.nics().stream()
                    .filter(n -> n.portGroup().equals(group.id()))
                    .flatMap(n -> n.addresses().stream())
                    .anyMatch(c -> c.address().equals(address)))
        .findFirst();
  }

  private static Optional<Ip> natAddress(PortGroup group, Family family) {
    return group.kind() instanceof PortGroupKind.Nat nat
        ? nat.machine(family).map(Cidr::address)
        : Optional.empty();
  }

  private RoleRequest request(Role role) {
    return requests.getOrDefault(role, RoleRequest.defaults(role));
  }
}
