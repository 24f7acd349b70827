package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Lease;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.Vch;

/// Addresses on container networks.
class ExternalPlacesTest {
  private final World world = new World();
  private final Lans lans = new Lans(world);
  private final Vch blue = world.vch("blue");
  private int runs;

  private static String ip(Container c, Scope scope) {
    return Lans.ip(c, scope, Family.IPV4);
  }

  private Container run(String name) {
    return world.run(blue, name, w -> w.on(world.at("lan")));
  }

  private List<String> next(Scope lan, int count) {
    var out = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      out.add(ip(run("d" + ++runs), lan));
    }
    return out;
  }

  private void refuse(Class<? extends Refusal> kind, String text, String address) {
    refused(
        world,
        kind,
        text,
        i ->
            ContainerRules.create(
                i, world.containerCommand(blue, "refused", w -> w.on(world.at("lan", address)))));
  }

  private static Lans.Wish seg() {
    return Lans.on("seg").gateways("10.2.0.1/16");
  }

  @Test
  void without_a_range_the_subnet_is_the_pool_less_gateway_and_name_servers() {
    var lan = lans.add(blue, "lan", seg().gateways("10.2.0.2/29").dns("10.2.0.4", "9.9.9.9"));
    assertThat(next(lan, 4))
        .containsExactly("10.2.0.1/29", "10.2.0.3/29", "10.2.0.5/29", "10.2.0.6/29");
    var last = world.create(blue, "last", w -> w.on(world.at("lan")));
    refused(
        world,
        Refusal.Failed.class,
        "no available IPv4 addresses on this network's address pools: lan (" + lan.id() + ")",
        i -> ContainerRules.starting(i, last.id(), true, new Random(1)));
  }

  @Test
  void pools_are_used_one_after_the_other_and_freed_addresses_rest() {
    var lan =
        lans.add(
            blue,
            "lan",
            seg()
                .dns("10.2.0.11")
                .pools("10.2.0.10-10.2.0.12", "10.2.0.1-10.2.0.2", "10.2.9.9-10.2.9.9"));
    var first = run("first");
    assertThat(ip(first, lan)).isEqualTo("10.2.0.10/16");
    assertThat(next(lan, 1)).containsExactly("10.2.0.12/16");
    // .10 is free again and rests until all others have been used.
    world.stop(first);
    world.remove(first);
    assertThat(next(lan, 3)).containsExactly("10.2.0.2/16", "10.2.9.9/16", "10.2.0.10/16");
    assertThat(world.created(blue, "none", w -> w.on(world.at("lan"))).warnings())
        .containsExactly(
            "no available IPv4 addresses on this network's address pools: lan ("
                + lan.id()
                + "): this container cannot start before the address is free");
  }

  @Test
  void another_range_begins_at_its_first_address() {
    var lan = lans.add(blue, "lan", seg().pools("10.2.0.10-10.2.0.20"));
    assertThat(next(lan, 1)).containsExactly("10.2.0.10/16");
    lans.change(lan, blue, seg().pools("10.2.7.1-10.2.7.9"));
    assertThat(next(lan, 2)).containsExactly("10.2.7.1/16", "10.2.7.2/16");
  }

  @Test
  void both_families_have_pools_of_their_own() {
    var lan =
        lans.add(
            blue,
            "lan",
            Lans.on("seg")
                .gateways("10.2.0.1/16", "fd02::1/64")
                .pools("10.2.0.10-10.2.0.12")
                .dns("fd02::2"));
    var c = run("c1");
    assertThat(ip(c, lan)).isEqualTo("10.2.0.10/16");
    assertThat(Lans.ip(c, lan, Family.IPV6)).isEqualTo("fd02::3/64");
  }

  @Test
  void an_address_asked_for_must_be_in_the_range() {
    lans.add(blue, "lan", seg().pools("10.2.0.1-10.2.0.12", "10.2.1.0-10.2.1.255").dns("10.2.0.5"));
    refuse(
        Refusal.Invalid.class,
        "10.2.0.13 is outside the range of network lan: 10.2.0.1-10.2.0.12, 10.2.1.0-10.2.1.255",
        "10.2.0.13");
    refuse(
        Refusal.Invalid.class,
        "fd02::9 is outside the subnets of network lan: 10.2.0.0/16",
        "fd02::9");
    var web = world.run(blue, "web", w -> w.on(world.at("lan", "10.2.1.7")));
    assertThat(ip(web, world.image.scopeNamed(blue.id(), "lan").orElseThrow()))
        .isEqualTo("10.2.1.7/16");
    warned("10.2.1.7", "held by container web");
    warned("10.2.0.1", "the gateway of network lan");
    warned("10.2.0.5", "a name server of network lan");
  }

  @Test
  void without_a_range_it_must_be_in_the_subnet() {
    lans.add(blue, "lan", seg());
    refuse(
        Refusal.Invalid.class,
        "10.3.0.1 is outside the subnets of network lan: 10.2.0.0/16",
        "10.3.0.1");
    warned("10.2.0.0", "the network address of 10.2.0.0/16");
    warned("10.2.255.255", "the broadcast address of 10.2.0.0/16");
  }

  private void warned(String address, String owner) {
    assertThat(world.created(blue, "", w -> w.on(world.at("lan", address))).warnings())
        .containsExactly(
            "Address already in use ("
                + address
                + " is "
                + owner
                + "): this container cannot start before the address is free");
  }

  @Test
  void by_dhcp_no_address_can_be_asked_for_and_none_is_given_here() {
    lans.add(blue, "lan", Lans.on("seg"));
    refuse(
        Refusal.Invalid.class,
        "Cannot set static IP (10.2.0.9) when default gateway is not set for network lan: its addresses come by DHCP",
        "10.2.0.9");
    var c = run("c1");
    assertThat(c.endpoints().getFirst().addresses()).isEmpty();
    assertThat(c.endpoints().getFirst().settled()).isFalse();
    assertThat(world.image.scopeNamed(blue.id(), "lan").orElseThrow().leased()).isTrue();
  }

  @Test
  void two_vchs_on_one_port_group_never_get_one_address() {
    var red = world.vch("red");
    var ours = lans.add(blue, "lan", seg().pools("10.2.0.10-10.2.0.13"));
    var theirs = lans.add(red, "theirs", seg().pools("10.2.0.10-10.2.0.13"));
    // The same subnet on another segment is another network.
    var green = world.vch("green");
    var apart =
        lans.add(
            green, "lan", Lans.on("other").gateways("10.2.0.1/16").pools("10.2.0.10-10.2.0.13"));
    var a = run("a1");
    var b = world.run(red, "b1", w -> w.on(world.at("theirs")));
    var c = world.run(green, "c1", w -> w.on(world.at("lan")));
    assertThat(List.of(ip(a, ours), ip(b, theirs), ip(c, apart)))
        .containsExactly("10.2.0.10/16", "10.2.0.11/16", "10.2.0.10/16");
    warned("10.2.0.11", "held by container b1 of another VCH on the same port group");
    // A stopped container keeps its address, there, too.
    world.stop(b);
    assertThat(next(ours, 2)).containsExactly("10.2.0.12/16", "10.2.0.13/16");
    world.remove(b);
    assertThat(next(ours, 1)).containsExactly("10.2.0.11/16");
  }

  @Test
  void addresses_of_roles_and_of_the_machine_on_the_segment_are_passed_over() {
    // VM Network is 192.168.218.0/24: the machine is .1, blue .2.
    world.vch("red"); // .3
    var lan =
        lans.add(
            blue,
            "lan",
            Lans.on("VM Network")
                .gateways("192.168.218.9/24")
                .pools("192.168.218.1-192.168.218.5"));
    assertThat(next(lan, 2)).containsExactly("192.168.218.4/24", "192.168.218.5/24");
    warned("192.168.218.1", "the machine's own address on port group VM Network");
    warned("192.168.218.3", "the address of role public, client, management of VCH red");
  }

  @Test
  void an_address_in_conflict_makes_room_for_the_next() {
    var lan = lans.add(blue, "lan", seg().pools("10.2.0.10-10.2.0.11"));
    var c = run("c1");
    var place = c.endpoints().getFirst().id();
    world.decide(i -> ExternalRules.another(i, c.id(), place, Ip.parse("10.2.0.10")));
    assertThat(ip(world.container(c.id()), lan)).isEqualTo("10.2.0.11/16");
    assertThat(world.image.holder(blue.id(), Ip.parse("10.2.0.10"))).isEmpty();
    world.decide(i -> ExternalRules.settled(i, c.id(), place));
    assertThat(world.container(c.id()).endpoints().getFirst().settled()).isTrue();
    // What follows goes on after it.
    assertThat(next(lan, 1)).containsExactly("10.2.0.10/16");
    refused(
        world,
        Refusal.Failed.class,
        "no available IPv4 addresses on this network's address pools: lan (" + lan.id() + ")",
        i -> ExternalRules.another(i, c.id(), place, Ip.parse("10.2.0.11")));
  }

  @Test
  void a_place_is_probed_anew_at_each_start_and_keeps_its_address() {
    var lan = lans.add(blue, "lan", seg());
    var c = run("c1");
    var place = c.endpoints().getFirst().id();
    world.decide(i -> ExternalRules.settled(i, c.id(), place));
    world.stop(world.container(c.id()));
    var again = world.start(world.container(c.id()));
    assertThat(ip(again, lan)).isEqualTo("10.2.0.2/16");
    assertThat(again.endpoints().getFirst().settled()).isFalse();
  }

  private static Lease lease(String address) {
    return new Lease(
        Cidr.parse(address),
        Ip.parse("10.9.0.2"),
        List.of(Ip.parse("10.9.0.1")),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Instant.EPOCH.plusSeconds(60));
  }

  @Test
  void a_lease_is_held_like_any_address() {
    var lan = lans.add(blue, "lan", Lans.on("seg"));
    var c = run("c1");
    var other = run("other");
    var place = c.endpoints().getFirst().id();
    var lease = lease("10.9.0.7/24");
    world.decide(i -> ExternalRules.leased(i, c.id(), place, lease));
    assertThat(ip(world.container(c.id()), lan)).isEqualTo("10.9.0.7/24");
    assertThat(world.container(c.id()).endpoints().getFirst().settled()).isTrue();
    assertThat(ExternalRules.leased(world.image, c.id(), place, lease).changes()).isEmpty();
    refused(
        world,
        Refusal.Failed.class,
        "DHCP on network lan gave 10.9.0.7, which is held by container c1",
        i -> ExternalRules.leased(i, other.id(), other.endpoints().getFirst().id(), lease));
    var bridge = World.net(world.image.scopeNamed(blue.id(), "bridge").orElseThrow());
    refused(
        world,
        Refusal.Failed.class,
        "DHCP on network lan gave "
            + bridge.first().plus(9)
            + ", which is inside the subnet of network bridge: ask for another range there, or remove that network",
        i ->
            ExternalRules.leased(
                i, c.id(), place, lease(bridge.first().plus(9) + "/" + bridge.length())));
    world.decide(i -> EndpointRules.disconnect(i, c.id(), lan.id()));
    refused(
        world,
        Refusal.Failed.class,
        "container c1 was disconnected meanwhile",
        i -> ExternalRules.settled(i, c.id(), place));
  }

  @Test
  void the_default_route_prefers_container_networks() {
    world.portGroup("nat9", new PortGroupKind.Internal());
    var lan = lans.add(blue, "lan", seg());
    var dhcp = lans.add(blue, "dhcp", Lans.on("nat9"));
    world.scope(blue, "n");
    var c = world.run(blue, "c1", w -> w.on(world.at("n"), world.at("dhcp"), world.at("lan")));
    assertThat(
            EndpointRules.defaultRoute(world.image, c, Family.IPV4)
                .flatMap(e -> e.scope())
                .orElseThrow())
        .isEqualTo(dhcp.id());
    assertThat(ExternalRules.places(world.image, c))
        .extracting(e -> e.scope().orElseThrow())
        .containsExactly(dhcp.id(), lan.id());
  }
}
