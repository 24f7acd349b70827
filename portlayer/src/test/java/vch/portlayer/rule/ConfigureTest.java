package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.container.Lease;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.Vch;

class ConfigureTest {
  private final World world = new World();
  private Vch blue;

  @BeforeEach
  void blue() {
    world.portGroup("lan", new PortGroupKind.Internal());
    world.portGroup("dyn", new PortGroupKind.Internal());
    world.portGroup("spare", new PortGroupKind.Internal());
    blue = create("-cn lan:web", "-cng web:10.2.0.1/16", "-cnr web:10.2.1.0/24", "-cn dyn");
  }

  private Vch create(String... options) {
    var command = world.with(world.vchCommand("blue"), Options.of(options));
    return world.decide(i -> VchRules.create(i, command));
  }

  /// @param options of container networks; beside these `-rm NAME` and `-dns IP`
  private ConfigureVch command(String... options) {
    var networks = new ArrayList<String>();
    var removed = new ArrayList<String>();
    var servers = new ArrayList<Ip>();
    boolean spoken = false;
    for (var option : options) {
      var value = option.substring(option.indexOf(' ') + 1);
      if (option.startsWith("-rm ")) {
        removed.add(value);
      } else if (option.startsWith("-dns ")) {
        spoken = true;
        Ip.tryParse(value).ifPresent(servers::add);
      } else {
        networks.add(option);
      }
    }
    var read = Options.of(networks.toArray(new String[0]));
    return new ConfigureVch(
        blue.id(),
        spoken ? Optional.of(servers) : Optional.empty(),
        read,
        removed,
        List.of(new PortGroupId(world.hex(12))),
        List.of("plnew"),
        read.networks().stream().map(_ -> new ScopeId(world.hex(64))).toList(),
        List.of(),
        World.AT);
  }

  private List<String> configure(String... options) {
    var command = command(options);
    return world.decide(i -> VchRules.configure(i, command)).impact();
  }

  private void refuse(String text, String... options) {
    var command = command(options);
    refused(world, Refusal.Invalid.class, text, i -> VchRules.configure(i, command));
  }

  private Scope scope(String name) {
    return ScopeRules.find(world.image, blue.id(), name);
  }

  private ScopeKind.External external(String name) {
    return (ScopeKind.External) scope(name).kind();
  }

  private Container run(String name, String network, String... addresses) {
    return world.run(blue, name, w -> w.on(world.at(network, addresses)));
  }

  @Test
  void nothing_changes_where_nothing_new_is_said() {
    assertThat(configure()).isEmpty();
    var command =
        command(
            "-cn lan:web", "-cng web:10.2.0.1/16", "-cnr lan:10.2.1.0/24", "-cnf dyn:published");
    assertThat(VchRules.configure(world.image, command).changes()).isEmpty();
  }

  @Test
  void networks_are_added_and_those_that_there_are_need_not_be_repeated() {
    var before = scope("web");
    assertThat(configure("-cn spare:more", "-cng more:10.9.0.1/24", "-cnf spare:open"))
        .containsExactly(
            "Container network more is port group spare: 10.9.0.0/24 by gateway 10.9.0.1, trust level open: new.");
    assertThat(net(scope("more"))).hasToString("10.9.0.0/24");
    assertThat(scope("web")).isEqualTo(before);
    assertThat(configure("-cn VM Network:vms"))
        .containsExactly(
            "Container network vms is port group VM Network: addresses by DHCP, trust level published: new.");
  }

  @Test
  void what_is_wrong_with_new_ones_is_told_at_once() {
    world.scope(blue, "mine", World.subnet("10.30.0.0/24"));
    refuse(
        """
        Container network nope cannot be removed: VCH "blue" has none of that name; it has dyn, web
        Port group "lan" cannot be container network again: it is container network web of this VCH already
        Duplicate container network name dyn: port groups "dyn" and "spare" need different names
        subnet 10.30.0.0/16 overlaps with scope mine subnet 10.30.0.0/24
        Error adding container network "gone": network 'nowhere' not found
        Suggested values for --container-network: "VM Network", "dyn", "lan", "spare\"""",
        "-rm nope",
        "-cn lan:again",
        "-cn spare:dyn",
        "-cn nowhere:gone",
        "-cng dyn:10.30.0.1/16");
    refuse(
        "external network cannot overlap with default bridge network: subnet 172.16.9.0/24 overlaps with 172.16.0.0/16",
        "-cng dyn:172.16.9.1/24");
  }

  @Test
  void a_trust_level_changes_live() {
    run("aa", "web");
    run("bb", "web");
    world.create(blue, "cc", w -> w.on(world.at("web")));
    assertThat(configure("-cnf lan:outbound"))
        .containsExactly(
            "The firewall of container network web changes from level published to outbound, at once for running containers: aa, bb.");
    assertThat(external("web").trust()).isEqualTo(TrustLevel.OUTBOUND);
    assertThat(configure("-cnf web:closed"))
        .containsExactly(
            "The firewall of container network web changes from level outbound to closed, at once for running containers: aa, bb.",
            "Connections over container network web stop: level closed lets not even replies pass.");
    assertThat(configure("-cnf dyn:open"))
        .containsExactly(
            "The firewall of container network dyn changes from level published to open.");
  }

  @Test
  void publications_follow_the_level() {
    var web = world.run(blue, "web", w -> w.on(world.at("web")).publish(80, 8080).publish(81, 81));
    assertThat(world.container(web.id()).publications()).hasSize(2);
    assertThat(configure("-cnf web:peers"))
        .contains(
            "Container web publishes ports on container network web, which level peers does not allow: they are not published from now on, and it cannot start again at this level.");
    assertThat(world.container(web.id()).publications())
        .extracting(p -> p.host().toString())
        .containsExactly("80");
    configure("-cnf web:closed");
    assertThat(world.container(web.id()).publications()).isEmpty();
    configure("-cnf web:open");
    assertThat(world.container(web.id()).publications()).hasSize(2);
  }

  @Test
  void a_range_leaves_those_outside_their_addresses() {
    run("aa", "web");
    run("bb", "web", "10.2.1.200");
    assertThat(configure("-cnr web:10.2.1.128/25", "-cnr web:10.2.7.1-9"))
        .containsExactly(
            "Addresses of container network web come from 10.2.1.128-10.2.1.255, 10.2.7.1-10.2.7.9 instead of 10.2.1.0-10.2.1.255.",
            "Containers that hold an address outside of it keep it: aa (10.2.1.0).");
    assertThat(World.ip(run("cc", "web"))).hasToString("10.2.1.128");
    assertThat(configure("-cnr web:"))
        .containsExactly(
            "Addresses of container network web come from the whole subnet instead of 10.2.1.128-10.2.1.255, 10.2.7.1-10.2.7.9.");
    assertThat(external("web").pools()).isEmpty();
    configure("-cnf web:peers");
    assertThat(configure("-cnr web:10.2.1.128/25"))
        .contains(
            "Level peers of container network web lets in whoever has an address of the range, at once for running containers: aa, bb, cc.");
    refuse(
        "IP range \"10.3.0.0-10.3.0.255\" is not in subnet \"10.2.0.0/16\"",
        "-cnr web:10.3.0.0/24");
  }

  @Test
  void a_gateway_stays_while_addresses_are_held() {
    var a = world.create(blue, "aa", w -> w.on(world.at("web")));
    refuse(
        "Container network web cannot change from 10.2.0.0/16 by gateway 10.2.0.1 to 10.2.0.0/16 by gateway 10.2.0.2 while containers hold"
            + " addresses on it: aa; remove or disconnect them first",
        "-cng web:10.2.0.2/16");
    world.remove(a);
    assertThat(configure("-cng web:10.2.0.2/16", "-cng web:fd00::1/64"))
        .containsExactly(
            "Container network web has 10.2.0.0/16 by gateway 10.2.0.2, fd00::/64 by gateway fd00::1 instead of 10.2.0.0/16 by gateway 10.2.0.1.");
    assertThat(scope("web").ipv6()).isTrue();
    configure("-cng web:10.7.0.1/16", "-cnr web:10.7.1.0/24");
    assertThat(scope("web").subnets()).hasSize(2);
    assertThat(external("web").pools()).containsExactly(Range.parse("10.7.1.0-10.7.1.255"));
    assertThat(configure("-cng web:", "-cnr web:"))
        .contains(
            "Container network web has addresses by DHCP instead of 10.7.0.0/16 by gateway 10.7.0.1, fd00::/64 by gateway fd00::1.");
    assertThat(scope("web").subnets()).isEmpty();
  }

  @Test
  void leased_addresses_are_held_too() {
    var a = run("aa", "dyn");
    var lease =
        new Lease(
            Cidr.parse("10.8.0.7/24"),
            Ip.parse("10.8.0.1"),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            World.AT,
            World.AT.plus(Duration.ofHours(1)));
    world.decide(i -> ExternalRules.leased(i, a.id(), a.endpoints().getFirst().id(), lease));
    refuse(
        "Container network dyn cannot change from addresses by DHCP to 10.8.0.0/24 by gateway 10.8.0.1 while containers hold addresses on it:"
            + " aa; remove or disconnect them first",
        "-cng dyn:10.8.0.1/24");
  }

  @Test
  void subnets_of_two_networks_can_be_exchanged_for_others_in_one_command() {
    configure("-cng dyn:10.5.0.1/16");
    configure("-cng dyn:10.2.0.1/16", "-cng web:10.5.0.1/16", "-cnr web:");
    assertThat(net(scope("dyn"))).hasToString("10.2.0.0/16");
    assertThat(net(scope("web"))).hasToString("10.5.0.0/16");
    refuse("subnet 10.5.0.0/16 overlaps with scope web subnet 10.5.0.0/16", "-cng dyn:10.5.0.9/16");
  }

  @Test
  void name_servers_and_routers() {
    run("aa", "web");
    assertThat(configure("-cnd web:10.2.0.9", "-cnd web:1.1.1.1", "-cnra web:accept"))
        .containsExactly(
            "Name servers of container network web are 10.2.0.9, 1.1.1.1 instead of the gateway, at once for running containers: aa.",
            "IPv6 router advertisements on container network web are accepted, at once by running containers: aa.");
    assertThat(configure("-cnd web:", "-cnra web:refuse"))
        .containsExactly(
            "Name servers of container network web are the gateway instead of 10.2.0.9, 1.1.1.1, at once for running containers: aa.",
            "IPv6 router advertisements on container network web are refused, at once by running containers: aa.",
            "Addresses by earlier router advertisements stay until they run out.");
    refuse(
        "DNS IP 10.2.1.0 of container network web is the address of container aa",
        "-cnd web:10.2.1.0");
  }

  @Test
  void name_servers_of_the_vch() {
    assertThat(configure("-dns 9.9.9.9", "-dns 1.1.1.1"))
        .containsExactly(
            "Name servers of the VCH are 9.9.9.9, 1.1.1.1 instead of those of the machine, at once.");
    assertThat(world.image.vch(blue.id()).orElseThrow().dnsServers())
        .containsExactly(Ip.parse("9.9.9.9"), Ip.parse("1.1.1.1"));
    assertThat(configure("-dns "))
        .containsExactly(
            "Name servers of the VCH are those of the machine instead of 9.9.9.9, 1.1.1.1, at once.");
    refuse("Invalid DNS server specified: 0.0.0.0", "-dns 0.0.0.0");
  }

  @Test
  void unused_networks_are_removed() {
    var a = world.create(blue, "aa", w -> w.on(world.at("web")));
    refuse(
        "Container network web cannot be removed: containers have a place on it: aa; remove or disconnect them first",
        "-rm web");
    world.remove(a);
    assertThat(configure("-rm lan")).containsExactly("Container network web is removed.");
    assertThat(world.image.scopeNamed(blue.id(), "web")).isEmpty();
    // gone and come in one command, under another name
    assertThat(configure("-rm dyn", "-cn dyn:other"))
        .containsExactly(
            "Container network dyn is removed.",
            "Container network other is port group dyn: addresses by DHCP, trust level published: new.");
    world.decide(i -> PortGroupRules.remove(i, "lan"));
  }

  @Test
  void who_could_lift_a_firewall_keeps_the_network_open() {
    configure("-cnf web:open");
    world.create(
        blue,
        "root",
        w -> {
          w.on(world.at("web"));
          w.spec = ExternalRulesTest.spec(false, "NET_ADMIN", null);
          return w;
        });
    refuse(
        "container root would have CAP_NET_ADMIN, with which it can lift the firewall of container network web: leave it out, or create the VCH with --allow-net-admin",
        "-cnf web:published");
    assertThat(configure("-cnf dyn:closed")).isNotEmpty();
  }

  @Test
  void who_is_not_there_is_not_configured() {
    var c = command();
    var other =
        new ConfigureVch(
            new vch.portlayer.vch.VchId("nope"),
            c.dnsServers(),
            c.containerNetworks(),
            c.removed(),
            c.newGroups(),
            c.newLinks(),
            c.newScopes(),
            c.machineRoutes(),
            c.at());
    refused(
        world,
        Refusal.NotFound.class,
        "VCH \"nope\" not found; there are: \"blue\"",
        i -> VchRules.configure(i, other));
  }
}
