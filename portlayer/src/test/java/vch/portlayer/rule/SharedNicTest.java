package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.subnet;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Family;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

class SharedNicTest {
  private static final BridgeSettings SHARED =
      new BridgeSettings(Subnet.parse("172.16.0.0/12"), 16, false, true, 1500, true);

  private final World world = new World();
  private final Vch blue = world.vch("blue", SHARED);
  private final Scope n = world.scope(blue, "n", subnet("10.1.0.0/24"));
  private final Scope m = world.scope(blue, "m", subnet("10.2.0.0/24"));

  private EndpointRequest request(String network, Optional<String> mac, Optional<String> link) {
    return new EndpointRequest(
        new EndpointId(world.hex(64)),
        network,
        List.of(),
        List.of(),
        mac,
        List.of(),
        List.of(),
        0,
        link,
        Map.of(),
        Optional.empty(),
        7);
  }

  private Endpoint connect(Container c, EndpointRequest request) {
    return world.decide(i -> EndpointRules.connect(i, c.id(), request));
  }

  private Container now(Container c) {
    return world.image.container(c.id()).orElseThrow();
  }

  private void oneNic(Container c, String link, Mac mac) {
    assertThat(now(c).endpoints())
        .allMatch(e -> e.link().equals(link) && e.mac().equals(mac) && e.addresses().size() == 1);
  }

  @Test
  void all_bridge_networks_of_a_container_are_on_its_first_nic() {
    var web = world.create(blue, "web", w -> w.on(world.at("n"), world.at("m")));
    var mac = now(web).endpoints().getFirst().mac();
    oneNic(web, "eth0", mac);
    world.start(web);
    connect(web, world.at("bridge"));
    assertThat(now(web).endpoints()).hasSize(3);
    oneNic(web, "eth0", mac);
  }

  @Test
  void the_nic_stays_when_its_first_network_goes() {
    var web = world.create(blue, "web", w -> w.on(world.at("n")));
    var mac = now(web).endpoints().getFirst().mac();
    world.start(web);
    connect(web, world.at("m"));
    world.decide(i -> EndpointRules.disconnect(i, web.id(), n.id()));
    oneNic(web, "eth0", mac);
    connect(web, world.at("n"));
    oneNic(web, "eth0", mac);
    // Whoever gets the address that it had has another Ethernet address.
    world.decide(i -> EndpointRules.disconnect(i, web.id(), n.id()));
    var other = world.create(blue, "other", w -> w.on(world.at("n", "10.1.0.2")));
    assertThat(now(other).endpoints().getFirst().mac()).isNotEqualTo(mac);
  }

  @Test
  void a_network_that_is_not_there_at_create_joins_the_nic_at_start() {
    var web = world.create(blue, "web", w -> w.on(world.at("later"), world.at("n")));
    connect(web, world.at("m"));
    world.scope(blue, "later");
    world.start(web);
    assertThat(now(web).endpoints()).hasSize(3);
    oneNic(web, "eth1", now(web).endpoints().get(1).mac());
    world.start(web);
  }

  @Test
  void a_container_cannot_have_two_ethernet_addresses_or_links() {
    var web =
        world.create(
            blue,
            "web",
            w -> w.on(request("n", Optional.of("02:00:00:00:00:01"), Optional.empty())));
    refused(
        world,
        Refusal.Invalid.class,
        "invalid endpoint settings:\nthe container has MAC address 02:00:00:00:00:01 on all bridge networks of this VCH"
            + " (--bridge-isolation=shared), so it cannot have 02:00:00:00:00:02 on network m",
        i ->
            EndpointRules.connect(
                i, web.id(), request("m", Optional.of("02:00:00:00:00:02"), Optional.empty())));
    refused(
        world,
        Refusal.Invalid.class,
        "invalid endpoint settings:\nthe container has interface eth0 on all bridge networks of this VCH"
            + " (--bridge-isolation=shared), so it cannot have lan0 on network m",
        i ->
            EndpointRules.connect(
                i, web.id(), request("m", Optional.empty(), Optional.of("lan0"))));
    assertThat(connect(web, request("m", Optional.of("02:00:00:00:00:01"), Optional.empty())).mac())
        .isEqualTo(Mac.parse("02:00:00:00:00:01"));
  }

  @Test
  void an_ethernet_address_is_used_once_on_the_segment() {
    var mac = Optional.of("02:00:00:00:00:01");
    var web = world.create(blue, "web", w -> w.on(request("n", mac, Optional.empty())));
    world.start(web);
    var other = world.create(blue, "other", w -> w.on(request("m", mac, Optional.empty())));
    refused(
        world,
        Refusal.Forbidden.class,
        "MAC address 02:00:00:00:00:01 is already in use on network m by container web",
        i -> ContainerRules.starting(i, other.id(), true, new java.util.Random(1)));
  }

  @Test
  void a_network_has_ipv6_where_it_is_asked_for() {
    var command = World.with(world.scopeCommand(blue, "six"), EnumSet.allOf(Family.class));
    var six = world.decide(i -> ScopeRules.create(i, command));
    assertThat(six.subnet(Family.IPV6)).isPresent();
    var web = world.create(blue, "web", w -> w.on(world.at("m")));
    var joined = connect(web, world.at("six"));
    assertThat(joined.addresses())
        .extracting(a -> a.address().family())
        .containsExactly(Family.IPV4, Family.IPV6);
    assertThat(joined.link()).isEqualTo("eth0");
  }

  @Test
  void what_one_segment_cannot_have_is_refused_with_the_reason() {
    var command = world.scopeCommand(blue, "six");
    refused(
        world,
        Refusal.Invalid.class,
        "network six cannot have MTU 1400: bridge networks of VCH blue share one segment (--bridge-isolation=shared), whose"
            + " MTU is 1500",
        i -> ScopeRules.create(i, Parts.of(command).set("mtu", Optional.of(1400)).made()));
    assertThat(m.mtu()).isEqualTo(1500);
  }
}
