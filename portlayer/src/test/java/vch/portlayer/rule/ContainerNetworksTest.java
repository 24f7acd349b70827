package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.net;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

class ContainerNetworksTest {
  private final World world = new World();

  @BeforeEach
  void lans() {
    world.portGroup("lan", new PortGroupKind.Internal());
    world.portGroup("vic production", new PortGroupKind.Bridge("br0"));
    world.portGroup("office", new PortGroupKind.Nat(List.of(Subnet.parse("10.20.0.0/24"))));
  }

  private CreateVch command(String... options) {
    return world.with(world.vchCommand("blue"), Options.of(options));
  }

  private Vch create(String... options) {
    var command = command(options);
    return world.decide(i -> VchRules.create(i, command));
  }

  private Scope scope(Vch vch, String name) {
    return ScopeRules.find(world.image, vch.id(), name);
  }

  private static ScopeKind.External external(Scope scope) {
    return (ScopeKind.External) scope.kind();
  }

  private void refuse(String text, String... options) {
    var command = command(options);
    refused(world, Refusal.Invalid.class, text, i -> VchRules.create(i, command));
  }

  @Test
  void one_with_everything() {
    var blue =
        create(
            "-cnf vic-production:Peers",
            "-cnd vic production:208.91.3.9",
            "-cnd vic-production:fd00:3::9",
            "-cnd vic-production:fd00:3:0::9",
            "-cnr vic production:208.91.3.64/26",
            "-cnr vic-production:208.91.3.10-208.91.3.19",
            "-cnr vic-production:208.91.3.20-29",
            "-cnr vic-production:fd00:3::100-fd00:3::1ff",
            "-cng vic production:fd00:3::1/64",
            "-cng vic production:208.91.3.1/24",
            "-cnra vic-production:accept",
            "-cn vic production:vic-production");
    var scope = scope(blue, "vic-production");
    assertThat(scope.subnets())
        .containsExactly(
            new SubnetConfig(
                Subnet.parse("208.91.3.0/24"),
                Ip.parse("208.91.3.1"),
                Optional.empty(),
                java.util.Map.of(),
                true,
                true),
            new SubnetConfig(
                Subnet.parse("fd00:3::/64"),
                Ip.parse("fd00:3::1"),
                Optional.empty(),
                java.util.Map.of(),
                true,
                true));
    assertThat(external(scope))
        .isEqualTo(
            new ScopeKind.External(
                world.image.portGroupNamed("vic production").orElseThrow().id(),
                TrustLevel.PEERS,
                Stream.of(
                        "208.91.3.64-208.91.3.127",
                        "208.91.3.10-208.91.3.19",
                        "208.91.3.20-208.91.3.29",
                        "fd00:3::100-fd00:3::1ff")
                    .map(Range::parse)
                    .toList(),
                List.of(Ip.parse("208.91.3.9"), Ip.parse("fd00:3::9")),
                true));
    assertThat(scope.builtin() && scope.ipv4() && scope.ipv6()).isTrue();
    assertThat(scope.mtu()).isEqualTo(1500);
    assertThat(scope.vch()).isEqualTo(blue.id());
  }

  @Test
  void one_with_nothing_takes_its_addresses_by_dhcp() {
    var scope = scope(create("-cn lan"), "lan");
    assertThat(scope.subnets()).isEmpty();
    assertThat(external(scope).trust()).isEqualTo(TrustLevel.PUBLISHED);
    assertThat(external(scope).acceptRouters()).isFalse();
    assertThat(scope.ipv4()).isTrue();
    assertThat(scope.ipv6()).isFalse();
  }

  @Test
  void several_each_with_its_own_id() {
    var blue = create("-cn lan:a", "-cn vic production:b", "-cng a:10.2.0.1/16");
    assertThat(scope(blue, "a").id()).isNotEqualTo(scope(blue, "b").id());
    assertThat(scope(blue, "b").subnets()).isEmpty();
    assertThat(external(scope(blue, "a")).portGroup())
        .isNotEqualTo(external(scope(blue, "b")).portGroup());
  }

  @Test
  void the_key_of_a_port_group_wins_over_the_name_of_another_network() {
    var blue =
        create("-cn lan:office", "-cn office:lan", "-cng lan:10.2.0.1/16", "-cnf office:open");
    assertThat(net(scope(blue, "office"))).hasToString("10.2.0.0/16");
    assertThat(external(scope(blue, "lan")).trust()).isEqualTo(TrustLevel.OPEN);
  }

  @Test
  void the_vm_network_serves_too_and_is_made_on_first_use() {
    var blue =
        world.decide(
            i ->
                VchRules.create(
                    i,
                    world.with(
                        world.vchCommand(
                            "blue",
                            new RoleRequest(
                                Role.PUBLIC,
                                Optional.of("office"),
                                List.of(),
                                List.of(),
                                List.of())),
                        Options.of("-cn VM Network:vms"))));
    var group = world.image.portGroupNamed("VM Network").orElseThrow();
    assertThat(group.owner()).isEmpty();
    assertThat(external(scope(blue, "vms")).portGroup()).isEqualTo(group.id());
  }

  @Test
  void the_subnet_of_a_role_serves_on_its_own_port_group() {
    var blue =
        create("-cn VM Network:vms", "-cng vms:192.168.218.1/24", "-cnr vms:192.168.218.2-3");
    assertThat(net(scope(blue, "vms"))).hasToString("192.168.218.0/24");
    refuse(
        """
        VCH "blue" already exists; choose another --name or delete it first
        subnet 192.168.218.0/25 of container network vms overlaps with subnet 192.168.218.0/24 of port group "VM Network" on the same port group, and should be the same: give the gateway with that prefix length
        subnet 192.168.218.0/25 of container network vms overlaps with subnet 192.168.218.0/24 of role public, client, management on the same port group, and should be the same: give the gateway with that prefix length""",
        "-cn VM Network:vms",
        "-cng vms:192.168.218.1/25");
  }

  @Test
  void the_default_bridge_keeps_clear_of_container_networks() {
    var blue = create("-cn lan", "-cng lan:172.16.200.1/24");
    assertThat(net(scope(blue, "bridge"))).hasToString("172.17.0.0/16");
    var next = world.scope(blue, "next");
    assertThat(net(next)).hasToString("172.18.0.0/16");
  }

  @Test
  void all_problems_are_told_at_once() {
    refuse(
        """
        Container network not specified in parameter ":web"
        A network alias must be supplied when network name "vic production" contains spaces.
        Cannot use reserved name "bridge" for container network
        Invalid gateway specified for container network bridge: "10.2.0.1" is not an address with its prefix length, such as 10.2.0.1/16
        The following container network ip range is set, but CONTAINER-NETWORK cannot be found. Please check the --container-network and --container-network-ip-range settings: wan:10.9.0.0/24, "wan" should be a port group or its alias
        DNS IP not specified for container network bridge
        Unrecognized container trust level brave. Container network gone can have one of closed, outbound, peers, published, open
        Inconsistent container network configuration.
        Error adding container network "gone": network 'nowhere' not found
        Suggested values for --container-network: "VM Network", "lan", "office", "vic production\"""",
        "-cn :web",
        "-cn vic production",
        "-cn lan:bridge",
        "-cn nowhere:gone",
        "-cng lan:10.2.0.1",
        "-cnr lan:10.2.0.0/24",
        "-cnr wan:10.9.0.0/24",
        "-cnd lan:",
        "-cnf gone:brave");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "host", "none", "default"})
  void reserved_names(String name) {
    refuse("Cannot use reserved name \"" + name + "\" for container network", "-cn lan:" + name);
  }

  /// One option each beside `-cn lan`, or instead of it where it is `-cn`.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-cn lan:a b|The network alias supplied in \"lan:a b\" cannot contain spaces.",
        "-cn lan:a:b|Invalid value for parameter \"lan:a:b\": --container-network takes PORTGROUP or PORTGROUP:NAME",
        "-cn lan:a/b|Invalid container network name \"a/b\": at most 255 characters without '/' and control characters are needed",
        "-cng lan|Invalid value for parameter \"lan\": --container-network-gateway takes PORTGROUP:IP/MASK",
        "-cng :10.2.0.1/16|Container network not specified in parameter \":10.2.0.1/16\"",
        "-cng lan:10.2.0.0/16|Gateway 10.2.0.0 is not a routable address",
        "-cng lan:10.2.255.255/16|Gateway 10.2.255.255 is not a routable address",
        "-cng lan:fd00::/64|Gateway fd00:: is not a routable address",
        "-cng lan:10.2.0.1/31|Gateway 10.2.0.1/31 leaves container network lan no address for a container: /30 is the smallest subnet",
        "-cnr lan:10.2.0.0/24|IP range specified without gateway for container network lan",
        "-cnr lan:10.2.0.9-3|Invalid IP range specified for container network lan: \"10.2.0.9-3\" is neither a subnet nor FIRST-LAST, such as 10.2.1.0/24, 10.2.1.10-10.2.1.99 or 10.2.1.10-99",
        "-cnr lan:10.2.0.9-300|Invalid IP range specified for container network lan: \"10.2.0.9-300\" is neither a subnet nor FIRST-LAST, such as 10.2.1.0/24, 10.2.1.10-10.2.1.99 or 10.2.1.10-99",
        "-cnr lan:fd00::1-fd00::9|IP range specified without gateway for container network lan",
        "-cnr lan:fd00::1-10.2.0.9|Invalid IP range specified for container network lan: \"fd00::1-10.2.0.9\" is neither a subnet nor FIRST-LAST, such as 10.2.1.0/24, 10.2.1.10-10.2.1.99 or 10.2.1.10-99",
        "-cnd lan:dns.example|Invalid DNS IP specified for container network lan: dns.example",
        "-cnd lan:127.0.0.1|Invalid DNS IP specified for container network lan: 127.0.0.1",
        "-cnf lan:|Unrecognized container trust level . Container network lan can have one of closed, outbound, peers, published, open",
        "-cnra lan:yes|Invalid value for --container-network-routers of container network lan: \"yes\" should be accept or refuse",
      })
  void one_problem(String option, String text) {
    if (option.startsWith("-cn ")) {
      refuse(text, option);
    } else {
      refuse(text, "-cn lan", option);
    }
  }

  @Test
  void ranges_against_the_gateway() {
    refuse(
        """
        IP range "10.3.0.1-10.3.0.9" is not in subnet "10.2.0.0/16"
        Overlapping ip ranges: "10.2.0.5-10.2.0.20" "10.2.0.1-10.2.0.9"
        IP range "10.2.9.1-10.2.9.2" of container network lan has no address for a container: gateway and name servers are never handed out
        IP range specified without gateway for container network lan (fd00::1-fd00::9 needs one of its family)""",
        "-cn lan",
        "-cng lan:10.2.9.1/16",
        "-cnr lan:10.3.0.1-9",
        "-cnr lan:10.2.0.1-9",
        "-cnr lan:10.2.0.5-20",
        "-cnr lan:10.2.9.1-2",
        "-cnr lan:fd00::1-fd00::9",
        "-cnd lan:10.2.9.2");
  }

  @Test
  void what_is_given_twice() {
    refuse(
        """
        Port group "lan" cannot be container network b: it is container network a of this VCH already
        Duplicate container network name a: port groups "lan" and "office" need different names
        Duplicate firewall specified for container network a
        Duplicate routers specified for container network a
        Duplicate gateway specified for container network a""",
        "-cn lan:a",
        "-cn lan:a",
        "-cn lan:b",
        "-cn office:a",
        "-cng a:10.2.0.1/16",
        "-cng lan:10.2.0.2/16",
        "-cnf a:open",
        "-cnf lan:closed",
        "-cnra a:accept",
        "-cnra a:accept",
        "-cnr a:10.9.0.0/24");
  }

  @Test
  void the_port_group_of_a_bridge_role_is_none() {
    var red =
        world.vch(
            "red",
            new RoleRequest(Role.BRIDGE, Optional.of("lan"), List.of(), List.of(), List.of()));
    assertThat(world.image.portGroupNamed("lan").orElseThrow().id()).isEqualTo(red.bridgeGroup());
    refuse(
        """
        Error adding container network "lan": port group 'lan' is the bridge network of VCH red
        Suggested values for --container-network: "VM Network", "office", "vic production\"""",
        "-cn lan");
    refuse(
        "the bridge network must not be shared with another network role - blue also mapped as container network blue",
        "-cn blue");
  }

  @Test
  void a_container_network_is_no_bridge() {
    create("-cn lan:web");
    refused(
        world,
        Refusal.Invalid.class,
        "the bridge network must not be shared with another network role - lan is also container network web of VCH \"blue\"",
        i ->
            VchRules.create(
                i,
                world.vchCommand(
                    "red",
                    new RoleRequest(
                        Role.BRIDGE, Optional.of("lan"), List.of(), List.of(), List.of()))));
  }

  @Test
  void subnets_against_each_other_and_the_roles() {
    refuse(
        """
        subnet 192.168.0.0/16 of container network lan overlaps with subnet 192.168.218.0/24 of role public, client, management, which is on another port group
        subnet 192.168.7.0/24 overlaps with scope lan subnet 192.168.0.0/16
        Gateway 127.1.0.1 is not a routable address
        subnet 127.0.0.0/8 of container network office overlaps with the loopback block""",
        "-cn lan",
        "-cn vic production:vic",
        "-cn office",
        "-cng lan:192.168.0.1/16",
        "-cng vic:192.168.7.1/24",
        "-cng office:127.1.0.1/8");
  }

  @Test
  void a_subnet_that_takes_the_whole_bridge_range() {
    refuse(
        "no subnet is left for the default bridge: bridge network range 172.16.0.0/12 overlaps the subnets of the roles and of the container networks; choose another --bridge-network-range",
        "-cn lan",
        "-cng lan:172.16.0.1/12");
  }

  @Test
  void docker_networks_keep_clear_of_them() {
    var blue = create("-cn lan", "-cng lan:10.2.0.1/16");
    var command = world.scopeCommand(blue, "mine", World.subnet("10.2.3.0/24"));
    refused(
        world,
        Refusal.Forbidden.class,
        "invalid pool request: Pool overlaps with other one on this address space: subnet 10.2.3.0/24 overlaps with scope lan subnet 10.2.0.0/16",
        i -> ScopeRules.create(i, command));
  }

  @Test
  void they_go_with_the_vch_and_keep_their_port_group_until_then() {
    var blue = create("-cn lan:web", "-cn office");
    refused(
        world,
        Refusal.Conflict.class,
        "port group \"lan\" is in use: it is container network web of VCH \"blue\"; remove that with vch configure --remove-container-network first",
        i -> PortGroupRules.remove(i, "lan"));
    world.decide(i -> VchRules.delete(i, blue.id(), false));
    assertThat(world.image.scopes()).isEmpty();
    world.decide(i -> PortGroupRules.remove(i, "lan"));
  }

  @Test
  void addresses_of_roles_and_of_the_machine_are_never_handed_out() {
    var blue =
        create("-cn VM Network:vms", "-cng vms:192.168.218.254/24", "-cnr vms:192.168.218.1-4");
    var red = world.vch("red");
    assertThat(red.address(Role.PUBLIC)).hasValue(Cidr.parse("192.168.218.3/24"));
    var web = world.create(blue, "web", w -> w.on(world.at("vms")));
    assertThat(web.endpoints().getFirst().address(Family.IPV4))
        .hasValue(Cidr.parse("192.168.218.4/24"));
    var command = world.containerCommand(blue, "db", w -> w.on(world.at("vms", "192.168.218.3")));
    var db = world.decide(i -> ContainerRules.create(i, command));
    refused(
        world,
        Refusal.Forbidden.class,
        "Address already in use (192.168.218.3 is the address of role public, client, management of VCH red)",
        i -> ContainerRules.starting(i, db.id(), true, new java.util.Random(1)));
    var green = world.vch("green");
    assertThat(green.address(Role.PUBLIC)).hasValue(Cidr.parse("192.168.218.5/24"));
  }
}
