package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.net;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.state.Change;
import vch.portlayer.state.ImageNote;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;
import vch.testkit.Parts;

class VchRulesTest {
  private static final String PUBLIC_LINES = "Suggested values for --public-network: ";
  private final World world = new World();

  private static RoleRequest role(
      Role role,
      @Nullable String group,
      @Nullable String address,
      @Nullable String gateway,
      String... destinations) {
    return new RoleRequest(
        role,
        Optional.ofNullable(group),
        Stream.ofNullable(address).map(Cidr::parse).toList(),
        Stream.ofNullable(gateway).map(Ip::parse).toList(),
        List.of(destinations).stream().map(Subnet::parse).toList());
  }

  private void refuse(String text, RoleRequest... roles) {
    refused(
        world,
        Refusal.Invalid.class,
        text,
        i -> VchRules.create(i, world.vchCommand("new", roles)));
  }

  @Test
  void defaults_make_the_vm_network_one_nic_and_two_networks() {
    var blue = world.vch("blue");
    assertThat(blue.nics()).hasSize(1);
    var nic = blue.nics().getFirst();
    assertThat(nic.name()).isEqualTo("public");
    assertThat(nic.roles()).isEqualTo(Set.of(Role.PUBLIC, Role.CLIENT, Role.MANAGEMENT));
    assertThat(nic.addresses()).containsExactly(Cidr.parse("192.168.218.2/24"));
    assertThat(nic.gateways()).containsExactly(Ip.parse("192.168.218.1"));
    assertThat(VchRules.sharing(blue))
        .containsExactly(
            "Network role client is sharing NIC with public",
            "Network role management is sharing NIC with public");
    var vmNetwork = world.image.portGroupNamed("VM Network").orElseThrow();
    assertThat(vmNetwork.kind())
        .isEqualTo(new PortGroupKind.Nat(List.of(Subnet.parse("192.168.218.0/24"))));
    assertThat(vmNetwork.owner()).isEmpty();
    var bridge = world.image.portGroup(blue.bridgeGroup()).orElseThrow();
    assertThat(bridge.name()).isEqualTo("blue");
    assertThat(bridge.owner()).hasValue(blue.id());
    var scope = ScopeRules.find(world.image, blue.id(), "bridge");
    assertThat(scope.isDefault() && scope.builtin()).isTrue();
    assertThat(net(scope)).hasToString("172.16.0.0/16");
    assertThat(ScopeRules.find(world.image, blue.id(), "none").subnets()).isEmpty();
    var red = world.vch("red");
    assertThat(red.nics().getFirst().addresses()).containsExactly(Cidr.parse("192.168.218.3/24"));
    assertThat(red.nics().getFirst().mac()).isNotNull();
    assertThat(world.image.portGroups()).hasSize(3);
  }

  @Test
  void the_vm_network_moves_out_of_the_way() {
    var c = world.vchCommand("blue");
    var routes = List.of(Subnet.parse("0.0.0.0/0"), Subnet.parse("192.168.218.0/23"));
    var blue =
        world.decide(i -> VchRules.create(i, Parts.of(c).set("machineRoutes", routes).made()));
    assertThat(blue.nics().getFirst().addresses()).containsExactly(Cidr.parse("192.168.220.2/24"));
  }

  private static DefaultBridge asked(String subnet, String gateway, String range) {
    var request =
        new SubnetRequest(
            Optional.of(subnet),
            Optional.ofNullable(range),
            Optional.ofNullable(gateway),
            Map.of());
    return new DefaultBridge(Optional.of(request), Optional.empty());
  }

  @Test
  void the_default_bridge_is_where_it_was_asked_for() {
    var command =
        World.with(
            world.vchCommand("blue"), asked("192.168.5.0/24", "192.168.5.7", "192.168.5.128/25"));
    var blue = world.decide(i -> VchRules.create(i, command));
    var config = ScopeRules.find(world.image, blue.id(), "bridge").subnets().getFirst();
    assertThat(config.subnet()).hasToString("192.168.5.0/24");
    assertThat(config.gateway()).hasToString("192.168.5.7");
    assertThat(config.range()).contains(Subnet.parse("192.168.5.128/25"));
    refused(
        world,
        Refusal.Invalid.class,
        "subnet 192.168.0.0/16 of the default bridge (--bip, --fixed-cidr) overlaps role public, client, management"
            + " subnet 192.168.218.0/24; choose another",
        i ->
            VchRules.create(
                i, World.with(world.vchCommand("red"), asked("192.168.0.0/16", null, null))));
    refused(
        world,
        Refusal.Invalid.class,
        "the default bridge cannot be as --bip and --fixed-cidr say: invalid network config:\n"
            + "invalid ip-range 10.7.0.0/24: parent subnet 10.6.0.0/24 doesn't contain ip-range",
        i ->
            VchRules.create(
                i,
                World.with(
                    world.vchCommand("red"), asked("10.6.0.0/24", "10.6.0.1", "10.7.0.0/24"))));
  }

  @Test
  void ports_of_the_default_bridge_are_published_where_the_vch_can() {
    for (var ip : List.of("127.0.0.1", "192.168.218.2")) {
      var asked = new DefaultBridge(Optional.empty(), Optional.of(Ip.parse(ip)));
      var command = World.with(world.vchCommand("blue"), asked);
      assertThat(VchRules.create(world.image, command).changes()).isNotEmpty();
    }
    var elsewhere = new DefaultBridge(Optional.empty(), Optional.of(Ip.parse("10.0.0.1")));
    refused(
        world,
        Refusal.Invalid.class,
        "ports of the default bridge cannot be where --ip says: host IP for port bindings is only supported for 0.0.0.0"
            + " and the public interface IP address 192.168.218.2, not for 10.0.0.1",
        i -> VchRules.create(i, World.with(world.vchCommand("blue"), elsewhere)));
  }

  @Test
  void the_bridge_range_keeps_clear_of_the_roles() {
    world.portGroup("lan", new PortGroupKind.Nat(List.of(Subnet.parse("172.16.5.0/24"))));
    var blue = world.vch("blue", role(Role.PUBLIC, "lan", null, null));
    assertThat(net(ScopeRules.find(world.image, blue.id(), "bridge"))).hasToString("172.17.0.0/16");
  }

  @Test
  void roles_on_several_port_groups_have_several_nics() {
    world.portGroup("lan", new PortGroupKind.Bridge("br0"));
    world.portGroup("office", new PortGroupKind.Nat(List.of(Subnet.parse("10.20.0.0/24"))));
    var blue =
        world.vch(
            "blue",
            role(Role.PUBLIC, "lan", "10.10.0.7/24", "10.10.0.1"),
            role(Role.CLIENT, "office", null, null));
    assertThat(blue.nics()).hasSize(2);
    assertThat(blue.nics().get(0).addresses()).containsExactly(Cidr.parse("10.10.0.7/24"));
    assertThat(blue.nics().get(1).name()).isEqualTo("client");
    assertThat(blue.nics().get(1).addresses()).containsExactly(Cidr.parse("10.20.0.2/24"));
    assertThat(blue.nics().get(1).gateways()).isEmpty();
    assertThat(VchRules.sharing(blue))
        .containsExactly("Network role management is sharing NIC with client");
    assertThat(blue.nics().get(0).mac()).isNotEqualTo(blue.nics().get(1).mac());
  }

  @Test
  void who_gets_the_address_of_a_vch_that_is_gone_gets_its_ethernet_address_too() {
    var blue = world.vch("blue");
    world.decide(i -> VchRules.delete(i, blue.id(), false));
    var next = world.vch("next");
    assertThat(next.nics().getFirst().addresses()).isEqualTo(blue.nics().getFirst().addresses());
    assertThat(next.nics().getFirst().mac()).isEqualTo(blue.nics().getFirst().mac());
    assertThat(world.vch("other").nics().getFirst().mac())
        .isNotEqualTo(next.nics().getFirst().mac());
  }

  @Test
  void names() {
    world.vch("blue");
    refused(
        world,
        Refusal.Conflict.class,
        "VCH \"blue\" already exists; choose another --name or delete it first",
        i -> VchRules.create(i, world.vchCommand("blue")));
    var longName = "x".repeat(32);
    refused(
        world,
        Refusal.Invalid.class,
        "Display name "
            + longName
            + " exceeds the permitted 31 characters limit. Please use a shorter --name parameter",
        i -> VchRules.create(i, world.vchCommand(longName)));
    refused(
        world,
        Refusal.Invalid.class,
        "Display name \"a/b\" contains unsupported characters: letters, digits, space, '-', '_', '.', '(' and ')' are allowed, and it begins with a letter or digit",
        i -> VchRules.create(i, world.vchCommand("a/b")));
    assertThat(world.vch("x".repeat(31)).name()).hasSize(31);
  }

  @Test
  void problems_are_collected_with_suggestions() {
    world.portGroup("lan", new PortGroupKind.Internal());
    refuse(
        "Error checking network for --public-network: network 'nix' not found\n"
            + PUBLIC_LINES
            + "\"VM Network\", \"lan\"\n"
            + "Error checking network for --client-network: network 'nox' not found\n"
            + "Suggested values for --client-network: \"VM Network\", \"lan\"",
        role(Role.PUBLIC, "nix", null, null),
        role(Role.CLIENT, "nox", null, null));
  }

  @Test
  void the_bridge_network_is_exclusive() {
    world.portGroup("lan", new PortGroupKind.Internal());
    refuse(
        "the bridge network must not be shared with another network role - public also uses lan",
        role(Role.PUBLIC, "lan", "10.0.0.2/24", "10.0.0.1"),
        role(Role.BRIDGE, "lan", null, null));
    var blue = world.vch("blue", role(Role.BRIDGE, "lan", null, null));
    assertThat(world.image.portGroup(blue.bridgeGroup()).orElseThrow().owner()).isEmpty();
    refuse(
        "the bridge network must not be shared with another VCH - blue also uses lan",
        role(Role.BRIDGE, "lan", null, null));
    var red = world.vch("red", role(Role.BRIDGE, "red-net", null, null));
    assertThat(world.image.portGroup(red.bridgeGroup()).orElseThrow().name()).isEqualTo("red-net");
    refuse(
        "Error checking network for --public-network: port group 'red-net' is the bridge network of VCH red\n"
            + PUBLIC_LINES
            + "\"VM Network\"",
        role(Role.PUBLIC, "red-net", null, null));
    refuse(
        "bridge network takes no address and no gateway: its subnets come from --bridge-network-range",
        role(Role.BRIDGE, null, "10.0.0.1/24", null));
  }

  @Test
  void static_addresses_and_gateways() {
    world.portGroup("lan", new PortGroupKind.Internal());
    world.portGroup("lan2", new PortGroupKind.Internal());
    world.portGroup("nat", new PortGroupKind.Nat(List.of(Subnet.parse("10.20.0.0/24"))));
    var v1 =
        "Static IP on network sharing port group with public network - Configuration ONLY allowed through public network options ";
    refuse(v1 + "(--client-network-ip)", role(Role.CLIENT, null, "192.168.218.9/24", null));
    var inherited = "Incorrect static IP configuration for networks on port group lan";
    refuse(
        inherited,
        role(Role.CLIENT, "lan", "10.0.0.5/24", null),
        role(Role.MANAGEMENT, "lan", "10.0.0.6/24", null));
    refuse(
        "public network must have both static IP and gateway specified",
        role(Role.PUBLIC, "lan", "10.0.0.5/24", null));
    refuse(
        "public network must have both static IP and gateway specified",
        role(Role.PUBLIC, "nat", null, "10.20.0.1"));
    refuse(
        "public network has the default route and must not have any routing destinations specified for gateway",
        role(Role.PUBLIC, "lan", "10.0.0.5/24", "10.0.0.1", "10.9.0.0/16"));
    refuse(
        "Gateway provided without static IP for client network",
        role(Role.CLIENT, "nat", null, "10.20.0.1", "10.9.0.0/16"));
    refuse(
        "client network gateway specified without at least one routing destination",
        role(Role.CLIENT, "lan", "10.0.0.5/24", "10.0.0.1"));
    refuse(
        "routes by a gateway of the client network are not offered yet; leave --client-network-gateway out",
        role(Role.CLIENT, "lan", "10.0.0.5/24", "10.0.0.1", "10.9.0.0/16"));
    refuse(
        "public gateway with IP 10.1.0.1 is not reachable from 10.0.0.5/24",
        role(Role.PUBLIC, "lan", "10.0.0.5/24", "10.1.0.1"));
    refuse(
        "public network: port group lan has no subnet to take an address from, and DHCP is not offered yet: give --public-network-ip and"
            + " --public-network-gateway",
        role(Role.PUBLIC, "lan", null, null));
    refuse(
        "--public-network-ip 10.0.0.0/24 is not the address of a host in 10.0.0.0/24",
        role(Role.PUBLIC, "lan", "10.0.0.0/24", "10.0.0.1"));
    refuse(
        "--public-network-ip 10.0.0.5/24 is not in the subnet 10.20.0.0/24 of port group nat",
        role(Role.PUBLIC, "nat", "10.0.0.5/24", "10.0.0.1"));
    refuse(
        "--public-network-ip 10.20.0.1/24 is the machine's own address on port group nat",
        role(Role.PUBLIC, "nat", "10.20.0.1/24", null));
    refuse(
        "Unsupported static IP configuration: Same subnet 10.0.0.0/24 is assigned to multiple port groups (roles public and client)",
        role(Role.PUBLIC, "lan", "10.0.0.5/24", "10.0.0.1"),
        role(Role.CLIENT, "lan2", "10.0.0.6/24", null));
    refuse(
        "role client is described twice",
        role(Role.CLIENT, null, null, null),
        role(Role.CLIENT, null, null, null));
    world.vch("blue", role(Role.PUBLIC, "lan", "10.0.0.5/24", "10.0.0.1"));
    refuse(
        "--public-network-ip 10.0.0.5/24 is already in use by VCH blue on port group lan",
        role(Role.PUBLIC, "lan", "10.0.0.5/24", "10.0.0.1"));
    var red = world.vch("red", role(Role.PUBLIC, "nat", "10.20.0.2/24", null));
    assertThat(red.nics().getFirst().gateways()).containsExactly(Ip.parse("10.20.0.1"));
    assertThat(
            world.vch("green", role(Role.PUBLIC, "nat", null, null)).nics().getFirst().addresses())
        .containsExactly(Cidr.parse("10.20.0.3/24"));
  }

  @Test
  void a_full_port_group_is_named() {
    world.portGroup("tiny", new PortGroupKind.Nat(List.of(Subnet.parse("10.20.0.0/30"))));
    world.vch("blue", role(Role.PUBLIC, "tiny", null, null));
    refuse(
        "no address is left in the subnet 10.20.0.0/30 of port group tiny for role public",
        role(Role.PUBLIC, "tiny", null, null));
  }

  @Test
  void settings() {
    var c = world.vchCommand("new");
    refused(
        world,
        Refusal.Invalid.class,
        "invalid MTU number: 1\nInvalid DNS server specified: 0.0.0.0\nno subnet is left for the default bridge: bridge network range"
            + " 192.168.218.0/24 overlaps the subnets of the roles; choose another --bridge-network-range",
        i ->
            VchRules.create(
                i,
                Parts.of(c)
                    .set(
                        "bridge",
                        new BridgeSettings(
                            Subnet.parse("192.168.218.0/24"), 26, false, true, 1, false))
                    .set("dnsServers", List.of(Ip.parse("0.0.0.0")))
                    .made()));
  }

  @Test
  void delete_takes_everything_of_the_vch_and_nothing_else() {
    var empty = world.image;
    var blue = world.vch("blue");
    var red = world.vch("red");
    world.scope(blue, "n");
    world.run(red, "other");
    world.run(blue, "web", w -> w.publish(80, 80));
    world.create(blue, "db");
    world.decide(i -> VolumeRules.create(i, blue.id(), "vol", Map.of(), Map.of(), false, World.AT));
    world.image =
        world.image.after(
            List.of(
                new Change.TagPut(new ImageTag(blue.id(), "busybox", "sha256:1", "")),
                new Change.ImageNotePut(ImageNote.none(blue.id(), "sha256:1").named(World.AT))));
    refused(
        world,
        Refusal.Conflict.class,
        "VCH \"blue\" has running containers: web; stop them first, or use --force to delete them too",
        i -> VchRules.delete(i, blue.id(), false));
    world.decide(i -> VchRules.delete(i, blue.id(), true));
    assertThat(world.image.vchs()).containsExactly(red);
    assertThat(world.image.containers()).hasSize(1);
    assertThat(world.image.portGroups().stream().map(PortGroup::name))
        .containsExactlyInAnyOrder("VM Network", "red");
    world.decide(i -> VchRules.delete(i, red.id(), true));
    world.decide(i -> PortGroupRules.remove(i, "VM Network"));
    assertThat(world.image.changes()).isEqualTo(empty.changes());
  }

  @Test
  void find_suggests() {
    refused(world, Refusal.NotFound.class, "VCH \"x\" not found; there are none", i -> found("x"));
    Vch blue = world.vch("blue");
    assertThat(VchRules.find(world.image, blue.id().value())).isEqualTo(blue);
    refused(
        world, Refusal.NotFound.class, "VCH \"x\" not found; there are: \"blue\"", i -> found("x"));
    refused(
        world,
        Refusal.NotFound.class,
        "VCH \"gone\" not found; there are: \"blue\"",
        i -> VchRules.delete(i, new VchId("gone"), true));
  }

  private vch.portlayer.state.Decision<?> found(String name) {
    return vch.portlayer.state.Decision.of(VchRules.find(world.image, name));
  }

  @Test
  void a_role_has_an_address_of_each_family_that_its_port_group_has() {
    world.portGroup(
        "lan6",
        new PortGroupKind.Nat(List.of(Subnet.parse("10.80.0.0/24"), Subnet.parse("fd80::/64"))));
    var one = world.vch("one", role(Role.PUBLIC, "lan6", null, null)).nics().getFirst();
    assertThat(one.addresses())
        .containsExactly(Cidr.parse("10.80.0.2/24"), Cidr.parse("fd80::2/64"));
    assertThat(one.gateways()).containsExactly(Ip.parse("10.80.0.1"), Ip.parse("fd80::1"));
    var two = world.vch("two", role(Role.PUBLIC, "lan6", "fd80::7/64", null)).nics().getFirst();
    assertThat(two.addresses())
        .containsExactly(Cidr.parse("10.80.0.3/24"), Cidr.parse("fd80::7/64"));
    refuse(
        "--public-network-ip fd80::7/64 is already in use by VCH two on port group lan6",
        role(Role.PUBLIC, "lan6", "fd80::7/64", null));
    refuse(
        "--public-network-ip fd80::1/64 is the machine's own address on port group lan6",
        role(Role.PUBLIC, "lan6", "fd80::1/64", null));
    refuse(
        "--public-network-ip fd81::7/64 is not in the subnet 10.80.0.0/24 or fd80::/64 of port group lan6",
        role(Role.PUBLIC, "lan6", "fd81::7/64", null));
  }

  @Test
  void static_addresses_of_both_families() {
    world.portGroup("lan", new PortGroupKind.Bridge("br0"));
    var blue = world.vch("blue", both("10.2.0.5/16", "10.2.0.1", "2001:db8::5/64", "fe80::1"));
    var nic = blue.nics().getFirst();
    assertThat(nic.address(Family.IPV6)).hasValue(Cidr.parse("2001:db8::5/64"));
    assertThat(nic.gateway(Family.IPV6)).hasValue(Ip.parse("fe80::1"));
    refuse(
        "public network must have both static IP and gateway specified",
        both("10.2.0.6/16", "10.2.0.1", "2001:db8::6/64", ""));
    refuse(
        "public gateway with IP 2001:db9::1 is not reachable from 2001:db8::6/64",
        both("10.2.0.6/16", "10.2.0.1", "2001:db8::6/64", "2001:db9::1"));
    refuse(
        "public network takes one address and one gateway of each family, IPv4 and IPv6",
        both("10.2.0.6/16", "10.2.0.1", "10.3.0.6/16", ""));
  }

  private static RoleRequest both(
      String address, String gateway, String otherAddress, String otherGateway) {
    return new RoleRequest(
        Role.PUBLIC,
        Optional.of("lan"),
        List.of(Cidr.parse(address), Cidr.parse(otherAddress)),
        Stream.of(gateway, otherGateway).filter(g -> !g.isEmpty()).map(Ip::parse).toList(),
        List.of());
  }
}
