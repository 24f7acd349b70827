package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.net;
import static vch.portlayer.rule.World.subnet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.portlayer.address.Family;
import vch.portlayer.address.Subnet;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

class ScopeRulesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");

  private void invalid(String text, SubnetRequest... subnets) {
    refused(
        world,
        Refusal.Invalid.class,
        "invalid network config:\n" + text,
        i -> ScopeRules.create(i, world.scopeCommand(blue, "n", subnets)));
  }

  private static SubnetRequest request(
      @Nullable String subnet,
      @Nullable String range,
      @Nullable String gateway,
      Map<String, String> aux) {
    return new SubnetRequest(
        Optional.ofNullable(subnet), Optional.ofNullable(range), Optional.ofNullable(gateway), aux);
  }

  @Test
  void networks_take_the_next_whole_block() {
    var one = world.scope(blue, "one");
    var two = world.scope(blue, "two");
    assertThat(net(one)).hasToString("172.17.0.0/16");
    assertThat(net(two)).hasToString("172.18.0.0/16");
    assertThat(one.subnet(Family.IPV4).orElseThrow().gateway()).hasToString("172.17.0.1");
    assertThat(one.mtu()).isEqualTo(1500);
    world.decide(i -> ScopeRules.remove(i, one.id()));
    assertThat(net(world.scope(blue, "three"))).hasToString("172.17.0.0/16");
  }

  @Test
  void a_thousand_networks_fit_and_never_overlap() {
    for (int i = 0; i < 1000; i++) {
      world.scope(blue, "n" + i);
    }
    var subnets = world.image.subnets(blue.id()).toList();
    assertThat(subnets).hasSize(1001).isSorted();
    for (int i = 1; i < subnets.size(); i++) {
      assertThat(subnets.get(i - 1).overlaps(subnets.get(i))).isFalse();
    }
  }

  @Test
  void says_when_the_range_is_full() {
    var small =
        world.vch(
            "small",
            new BridgeSettings(Subnet.parse("10.50.0.0/29"), 30, false, true, 1500, false));
    world.scope(small, "a");
    refused(
        world,
        Refusal.Invalid.class,
        "all predefined address pools have been fully subnetted: bridge network range 10.50.0.0/29 of VCH small has no subnet left;"
            + " remove a network or choose one with --subnet",
        i -> ScopeRules.create(i, world.scopeCommand(small, "b")));
  }

  @Test
  void an_explicit_subnet_is_kept_with_range_gateway_and_auxiliary_addresses() {
    var scope =
        world.scope(
            blue,
            "n",
            request("10.7.0.0/16", "10.7.8.0/24", "10.7.255.254", Map.of("printer", "10.7.8.1")));
    var config = scope.subnet(Family.IPV4).orElseThrow();
    assertThat(config.chosen()).isTrue();
    assertThat(config.gatewayChosen()).isTrue();
    assertThat(config.gateway()).hasToString("10.7.255.254");
    assertThat(World.ip(world.create(blue, "c1", w -> w.on(world.at("n")))))
        .hasToString("10.7.8.0"); // a host of /16
    assertThat(World.ip(world.create(blue, "c2", w -> w.on(world.at("n")))))
        .hasToString("10.7.8.2"); // 1 is the printer
  }

  @Test
  void the_default_gateway_leaves_auxiliary_addresses_alone() {
    var scope = world.scope(blue, "n", request("10.7.0.0/24", null, null, Map.of("a", "10.7.0.1")));
    assertThat(scope.subnet(Family.IPV4).orElseThrow().gateway()).hasToString("10.7.0.2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.1.2.3/16 | | | invalid subnet 10.1.2.3/16: it should be 10.1.0.0/16",
        "10.1/16 | | | invalid subnet 10.1/16: invalid CIDR block notation",
        "10.1.0.0/31 | | | invalid subnet 10.1.0.0/31: it has no room for a gateway and a container, /30 is the smallest",
        "10.1.0.0/16 | fd00::/64 | | invalid ip-range fd00::/64: parent subnet is an IPv4 block",
        "10.1.0.0/16 | 10.0.0.0/8 | | invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.1.0.0/16",
        "10.1.0.0/16 | 10.1.2.3/24 | | invalid ip-range 10.1.2.3/24: it should be 10.1.2.0/24",
        "10.1.0.0/16 | 10.2.0.0/24 | | invalid ip-range 10.2.0.0/24: parent subnet 10.1.0.0/16 doesn't contain ip-range",
        "10.1.0.0/16 | x | | invalid ip-range x: invalid CIDR block notation",
        "10.1.0.0/16 | | 10.2.0.1 | invalid gateway 10.2.0.1: parent subnet 10.1.0.0/16 doesn't contain this address",
        "10.1.0.0/16 | | fd00::1 | invalid gateway fd00::1: parent subnet is an IPv4 block",
        "10.1.0.0/16 | | gw | invalid gateway gw: invalid address",
        "10.1.0.0/16 | | 10.1.0.0 | invalid gateway 10.1.0.0: it is the network address of subnet 10.1.0.0/16",
        "10.1.0.0/16 | | 10.1.255.255 | invalid gateway 10.1.255.255: it is the broadcast address of subnet 10.1.0.0/16",
        " | | 10.1.0.1 | every ip-range or gateway or auxiliary address must have a corresponding subnet",
        "fd00:5::/64 | | | IPv6 subnet fd00:5::/64 needs IPv6 to be enabled on the network (--ipv6)",
      })
  void refuses_wrong_subnets(
      @Nullable String subnet, @Nullable String range, @Nullable String gateway, String text) {
    invalid(text, request(subnet, range, gateway, Map.of()));
  }

  @Test
  void refuses_wrong_auxiliary_addresses() {
    var aux = new TreeMap<>(Map.of("a", "10.9.0.1", "b", "fd00::1", "c", "x"));
    invalid(
        """
        invalid auxiliary address a: parent subnet 10.1.0.0/16 doesn't contain this address
        invalid auxiliary address b: parent subnet is an IPv4 block
        invalid auxiliary address c: invalid address x""",
        request("10.1.0.0/16", null, null, aux));
  }

  @Test
  void reports_all_problems_together() {
    invalid(
        "invalid subnet 10.1.2.3/16: it should be 10.1.0.0/16\ninvalid ip-range 10.2.0.0/24: parent subnet 10.1.0.0/16 doesn't contain ip-range\n"
            + "invalid gateway 10.3.0.1: parent subnet 10.1.0.0/16 doesn't contain this address",
        request("10.1.2.3/16", "10.2.0.0/24", "10.3.0.1", Map.of()));
  }

  @Test
  void refuses_a_gateway_that_is_an_auxiliary_address() {
    refused(
        world,
        Refusal.Failed.class,
        "failed to allocate gateway (10.1.0.9): Address already in use",
        i ->
            ScopeRules.create(
                i,
                world.scopeCommand(
                    blue, "n", request("10.1.0.0/16", null, "10.1.0.9", Map.of("a", "10.1.0.9")))));
  }

  @Test
  void an_overlap_names_the_other_side() {
    world.scope(blue, "one", subnet("10.1.0.0/16"));
    var head = "invalid pool request: Pool overlaps with other one on this address space: subnet ";
    overlap(
        head + "10.0.0.0/8 overlaps with scope one subnet 10.1.0.0/16",
        "10.0.0.0/8"); // a strict superset, VIC's defect
    overlap(head + "10.1.5.0/24 overlaps with scope one subnet 10.1.0.0/16", "10.1.5.0/24");
    overlap(
        head + "172.16.9.0/24 overlaps with scope bridge subnet 172.16.0.0/16", "172.16.9.0/24");
    overlap(
        head
            + "192.168.218.128/25 overlaps with role public, client, management subnet 192.168.218.0/24",
        "192.168.218.128/25");
    overlap(head + "127.5.0.0/16 overlaps with the loopback block", "127.5.0.0/16");
    overlap(head + "224.0.0.0/24 overlaps with the multicast and reserved blocks", "224.0.0.0/24");
    var c = world.scopeCommand(blue, "n", subnet("10.9.0.0/16"));
    refused(
        world,
        Refusal.Forbidden.class,
        head + "10.9.0.0/16 overlaps with route 10.9.8.0/24 of the VCH's endpoint",
        i ->
            ScopeRules.create(
                i,
                Parts.of(c)
                    .set(
                        "endpointRoutes",
                        List.of(Subnet.parse("0.0.0.0/0"), Subnet.parse("10.9.8.0/24")))
                    .made()));
  }

  private void overlap(String text, String subnet) {
    refused(
        world,
        Refusal.Forbidden.class,
        text,
        i -> ScopeRules.create(i, world.scopeCommand(blue, "n", subnet(subnet))));
  }

  @Test
  void two_hosts_may_have_the_same_subnets() {
    var red = world.vch("red");
    world.scope(blue, "n", subnet("10.1.0.0/16"));
    assertThat(net(world.scope(red, "n", subnet("10.1.0.0/16")))).hasToString("10.1.0.0/16");
  }

  @Test
  void refuses_names() {
    world.scope(blue, "n");
    name(Refusal.Invalid.class, " ", "invalid name: name is empty");
    name(
        Refusal.Forbidden.class,
        "bridge",
        "operation is not permitted on predefined bridge network ");
    name(Refusal.Forbidden.class, "host", "operation is not permitted on predefined host network ");
    name(Refusal.Forbidden.class, "none", "operation is not permitted on predefined none network ");
    name(
        Refusal.Forbidden.class,
        "default",
        "operation is not permitted on predefined default network ");
    name(Refusal.Conflict.class, "n", "network with name n already exists");
    name(
        Refusal.Invalid.class,
        "a/b",
        "invalid name: network name \"a/b\" must have at most 255 characters and no '/', ':' or control character");
  }

  private void name(Class<? extends Refusal> kind, String name, String text) {
    refused(world, kind, text, i -> ScopeRules.create(i, world.scopeCommand(blue, name)));
  }

  @Test
  void refuses_what_the_bridge_driver_refuses() {
    refused(
        world,
        Refusal.Forbidden.class,
        "bridge driver doesn't support multiple subnets",
        i ->
            ScopeRules.create(
                i, world.scopeCommand(blue, "n", subnet("10.1.0.0/24"), subnet("10.2.0.0/24"))));
    var c = world.scopeCommand(blue, "n");
    refused(
        world,
        Refusal.Invalid.class,
        "invalid MTU number: 60",
        i -> ScopeRules.create(i, Parts.of(c).set("mtu", Optional.of(60)).made()));
    refused(
        world,
        Refusal.Forbidden.class,
        "only one instance of \"null\" network is allowed",
        i -> ScopeRules.create(i, Parts.of(c).set("kind", new ScopeKind.None()).made()));
  }

  @Test
  void ipv6_without_a_subnet_takes_the_next_one_of_the_prefix_of_the_host() {
    var prefix = ScopeRules.uniqueLocal(blue.id());
    assertThat(prefix.length()).isEqualTo(48);
    assertThat(prefix.first().high() >>> 56).isEqualTo(0xfd);
    var one = world.dual(blue, "one");
    world.dual(blue, "two", subnet(net6(one).toString().replace("::/64", ":1:8000::/66")));
    assertThat(net6(world.dual(blue, "three")).toString())
        .isEqualTo(net6(one).toString().replace("::/64", ":2::/64"));
    assertThat(net6(one)).isEqualTo(new Subnet(prefix.first(), 64));
    assertThat(one.subnet(Family.IPV6).orElseThrow().gateway()).isEqualTo(prefix.first().plus(1));
    assertThat(one.ipv4()).isTrue();
    assertThat(net(one)).hasToString("172.17.0.0/16");
    world.decide(i -> ScopeRules.remove(i, one.id()));
    var red = world.vch("red");
    assertThat(net6(world.dual(red, "one")).overlaps(prefix)).isFalse();
    var member = world.create(blue, "c6", w -> w.on(world.at("two")));
    assertThat(member.endpoints().getFirst().addresses()).hasSize(2);
  }

  @Test
  void ipv6_alone_has_no_ipv4() {
    var command = World.with(world.scopeCommand(blue, "six"), Set.of(Family.IPV6));
    var scope = world.decide(i -> ScopeRules.create(i, command));
    assertThat(scope.subnets()).hasSize(1);
    assertThat(scope.ipv4()).isFalse();
    var first = world.run(blue, "c1", w -> w.on(world.at("six")));
    var second = world.run(blue, "c2", w -> w.on(world.at("six")));
    assertThat(first.endpoints().getFirst().address(Family.IPV4)).isEmpty();
    var gateway = scope.subnet(Family.IPV6).orElseThrow().gateway();
    assertThat(first.endpoints().getFirst().addresses().getFirst().address())
        .isEqualTo(gateway.plus(1));
    assertThat(second.endpoints().getFirst().addresses().getFirst().address())
        .isEqualTo(gateway.plus(2));
  }

  @Test
  void a_family_is_asked_for_before_its_subnet() {
    refused(
        world,
        Refusal.Invalid.class,
        "invalid network config:\nIPv6 subnet fd00::/64 needs IPv6 to be enabled on the network (--ipv6)",
        i -> ScopeRules.create(i, world.scopeCommand(blue, "n", subnet("fd00::/64"))));
    refused(
        world,
        Refusal.Invalid.class,
        "IPv4 or IPv6 must be enabled",
        i -> ScopeRules.create(i, World.with(world.scopeCommand(blue, "n"), Set.of())));
    world.dual(blue, "there", subnet("fd00::/64"));
    refused(
        world,
        Refusal.Forbidden.class,
        "invalid pool request: Pool overlaps with other one on this address space: subnet fd00::8000:0:0:0/65 overlaps with scope there subnet fd00::/64",
        i ->
            ScopeRules.create(
                i,
                World.with(
                    world.scopeCommand(blue, "n", subnet("fd00::8000:0:0:0/65")),
                    Set.of(Family.IPV6))));
  }

  private static Subnet net6(Scope scope) {
    return scope.subnet(Family.IPV6).orElseThrow().subnet();
  }

  @Test
  void remove_is_refused_while_a_member_is_live_and_stopped_ones_lose_their_place() {
    var scope = world.scope(blue, "n");
    var web = world.run(blue, "web", w -> w.on(world.at("n")));
    var app = world.run(blue, "app", w -> w.on(world.at("n")));
    refused(
        world,
        Refusal.Forbidden.class,
        "error while removing network: network n has active endpoints (name:\"app\" id:\""
            + app.endpoints().getFirst().id().brief()
            + "\", name:\"web\" id:\""
            + web.endpoints().getFirst().id().brief()
            + "\")",
        i -> ScopeRules.remove(i, scope.id()));
    world.stop(web);
    world.stop(app);
    world.decide(i -> ScopeRules.remove(i, scope.id()));
    assertThat(world.image.scope(scope.id())).isEmpty();
    assertThat(world.container(web.id()).endpoints().getFirst().addresses()).isEmpty();
    refused(
        world,
        Refusal.NotFound.class,
        "could not find a network matching network mode n: network n not found",
        i -> ContainerRules.starting(i, web.id(), true, new Random(1)));
    var again = world.scope(blue, "n");
    assertThat(net(again).contains(World.ip(world.start(web)))).isTrue();
  }

  @Test
  void builtin_networks_cannot_be_removed() {
    for (var name : List.of("bridge", "none")) {
      refused(
          world,
          Refusal.Forbidden.class,
          name + " is a pre-defined network and cannot be removed",
          i -> ScopeRules.remove(i, ScopeRules.find(i, blue.id(), name).id()));
    }
  }

  @Test
  void finds_by_id_then_name_then_unique_prefix() {
    var one = world.scope(blue, "one");
    assertThat(find(world.image, one.id().value())).isEqualTo(one.id().value());
    assertThat(find(world.image, "one")).isEqualTo(one.id().value());
    assertThat(find(world.image, one.id().brief())).isEqualTo(one.id().value());
    assertThat(ScopeRules.find(world.image, blue.id(), "default").isDefault()).isTrue();
    refused(world, Refusal.NotFound.class, "network nix not found", i -> notFound(i, "nix"));
    refused(world, Refusal.NotFound.class, "network  not found", i -> notFound(i, ""));
    var prefix = one.id().value().substring(0, 3);
    var named = world.scope(blue, prefix); // a name goes before a prefix
    assertThat(find(world.image, prefix)).isEqualTo(named.id().value());
  }

  @Test
  void an_ambiguous_prefix_is_refused() {
    for (int i = 0; i < 20; i++) {
      world.scope(blue, "n" + i);
    }
    var prefix =
        "0123456789abcdef"
            .chars()
            .mapToObj(Character::toString)
            .filter(d -> world.image.scopesWithPrefix(blue.id(), d).count() > 1)
            .findFirst()
            .orElseThrow();
    long count = world.image.scopesWithPrefix(blue.id(), prefix).count();
    refused(
        world,
        Refusal.Invalid.class,
        count + " matches found based on ID prefix: network " + prefix + " is ambiguous",
        i -> notFound(i, prefix));
    assertThatThrownBy(() -> ScopeRules.findToRemove(world.image, blue.id(), prefix))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("network %s is ambiguous (%d matches found based on ID prefix)", prefix, count);
  }

  private String find(Image image, String term) {
    return ScopeRules.find(image, blue.id(), term).id().value();
  }

  private vch.portlayer.state.Decision<?> notFound(Image image, String term) {
    return vch.portlayer.state.Decision.of(ScopeRules.find(image, blue.id(), term));
  }
}
