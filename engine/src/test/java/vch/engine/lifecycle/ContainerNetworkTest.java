package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.desired.LinkNames;
import vch.engine.fake.FakeDhcp;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.ObjectText;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.container.Phase;
import vch.portlayer.container.Resolver;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.testkit.Parts;

/// Containers on container networks: places that settle, by probe or by lease.
class ContainerNetworkTest {
  private static final Mac STRANGER = Mac.parse("02:aa:00:00:00:01");

  private final House house = new House();

  @BeforeEach
  void networks() {
    var group = Samples.lan(new PortGroupKind.Internal(), "pllan");
    var subnet =
        new SubnetConfig(
            Subnet.parse("10.2.0.0/16"),
            Ip.parse("10.2.0.1"),
            Optional.empty(),
            Map.of(),
            true,
            true);
    house.engine.decide(
        _ ->
            Decision.of(
                "",
                new Change.PortGroupPut(group),
                new Change.ScopePut(scope(8, "lan", List.of(subnet), TrustLevel.PUBLISHED)),
                new Change.ScopePut(scope(9, "dyn", List.of(), TrustLevel.OPEN))));
    house.time.settle();
    house.happened();
  }

  private static Scope scope(int n, String name, List<SubnetConfig> subnets, TrustLevel trust) {
    return new Scope(
        id(n),
        Samples.BLUE,
        name,
        new ScopeKind.External(
            Samples.LAN,
            trust,
            subnets.isEmpty() ? List.of() : List.of(Range.parse("10.2.0.10-10.2.0.12")),
            List.of(),
            false),
        subnets,
        1500,
        true,
        false,
        false,
        false,
        Map.of(),
        Map.of(),
        Samples.NOON,
        Optional.empty());
  }

  private static ScopeId id(int n) {
    return Samples.scopeId(n);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private Endpoint place(ContainerId id, int scope) {
    return house.of(id).on(id(scope)).orElseThrow();
  }

  private String ip(ContainerId id, int scope) {
    return place(id, scope).address(Family.IPV4).orElseThrow().address().toString();
  }

  private boolean onLink(ContainerId id, String address) {
    var ns = LinkNames.container(house.of(id));
    return house.machine.observe(List.of()).stream()
        .anyMatch(
            o ->
                o instanceof MachineObject.Address a
                    && a.namespace().equals(ns)
                    && a.cidr().address().toString().equals(address));
  }

  @Test
  void an_address_that_nobody_has_is_put_on_the_link_and_announced() {
    var id = house.run(1, w -> w.on("lan"));
    assertThat(ip(id, 8)).isEqualTo("10.2.0.10");
    assertThat(place(id, 8).settled()).isTrue();
    assertThat(onLink(id, "10.2.0.10")).isTrue();
    assertThat(house.machine.neighbourhood().announcements())
        .anyMatch(a -> a.address().equals(Ip.parse("10.2.0.10")));
    assertThat(house.machine.observe(List.of()))
        .anyMatch(
            o ->
                o instanceof MachineObject.Route r
                    && r.namespace().equals(LinkNames.container(house.of(id)))
                    && r.via().equals(Optional.of(Ip.parse("10.2.0.1"))));
  }

  @Test
  void an_address_that_a_host_of_the_lan_has_is_passed_over() {
    house.machine.neighbourhood().addForeign("pllan", Ip.parse("10.2.0.10"), STRANGER);
    var id = house.run(1, w -> w.on("lan"));
    assertThat(ip(id, 8)).isEqualTo("10.2.0.11");
    assertThat(onLink(id, "10.2.0.10")).isFalse();
    assertThat(onLink(id, "10.2.0.11")).isTrue();
  }

  @Test
  void where_every_address_is_taken_the_start_is_refused_and_nothing_stays() {
    for (int i = 10; i <= 12; i++) {
      house.machine.neighbourhood().addForeign("pllan", Ip.parse("10.2.0." + i), STRANGER);
    }
    var id = house.create(1, w -> w.on("lan"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("lan");
    assertThat(house.phase(id)).isNotEqualTo(Phase.RUNNING);
    assertThat(house.processes.latest(id)).isEmpty();
    assertThat(house.machine.observe(List.of()))
        .noneMatch(o -> o.namespace().value().startsWith("c-"));
  }

  @Test
  void an_address_that_was_asked_for_and_is_taken_names_the_other() {
    house.machine.neighbourhood().addForeign("pllan", Ip.parse("10.2.0.12"), STRANGER);
    var id = house.create(1);
    house.lives.attachments().connect(id, House.request(91, "lan", "10.2.0.12"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage(
            "address 10.2.0.12 of network lan is in use by another host with MAC address 02:aa:00:00:00:01: choose another"
                + " address, or take that host off the network");
  }

  @Test
  void a_running_container_is_connected_and_probes_first() {
    var id = house.run(1);
    house.lives.attachments().connect(id, House.request(90, "lan"));
    assertThat(onLink(id, "10.2.0.10")).isTrue();
    house.machine.neighbourhood().addForeign("pllan", Ip.parse("10.2.0.11"), STRANGER);
    var other = house.run(2);
    assertThatThrownBy(
            () -> house.lives.attachments().connect(other, House.request(91, "lan", "10.2.0.11")))
        .hasMessageContaining("02:aa:00:00:00:01");
    assertThat(house.of(other).on(id(8))).isEmpty();
  }

  @Test
  void another_host_that_takes_the_address_later_is_answered_and_remembered() {
    var id = house.run(1, w -> w.on("lan"));
    house.machine.neighbourhood().hear("pllan", STRANGER, Ip.parse("10.2.0.10"));
    house.time.settle();
    assertThat(house.lives.conflict(place(id, 8).id(), Ip.parse("10.2.0.10")))
        .hasValueSatisfying(c -> assertThat(c.other()).isEqualTo(STRANGER));
    house.machine.neighbourhood().hear("pllan", place(id, 8).mac(), Ip.parse("10.2.0.10"));
    house.time.settle();
    assertThat(house.lives.conflict(place(id, 8).id(), Ip.parse("10.2.0.10")).orElseThrow().other())
        .isEqualTo(STRANGER);
  }

  /// Rules, and routes that are not in the main table.
  private List<String> ways(ContainerId id) {
    var ns = LinkNames.container(house.of(id));
    return house.machine.observe(List.of()).stream()
        .filter(
            o ->
                o.namespace().equals(ns)
                    && (o instanceof MachineObject.Rule
                        || (o instanceof MachineObject.Route r
                            && r.table() != MachineObject.Route.MAIN)))
        .map(ObjectText::within)
        .sorted()
        .toList();
  }

  @Test
  void on_several_networks_each_address_leaves_by_its_own_router() {
    var id = house.run(1, w -> w.on("lan"));
    assertThat(ways(id)).isEmpty();
    house.lives.attachments().connect(id, House.request(90, "dyn"));
    assertThat(ways(id))
        .containsExactly(
            "route 10.2.0.0/16 table 39424 dev eth0",
            "route 10.77.0.0/24 table 39425 dev eth1",
            "route default table 39424 via 10.2.0.1 dev eth0",
            "route default table 39425 via 10.77.0.1 dev eth1",
            "rule from 10.2.0.10 lookup 39424",
            "rule from 10.77.0.100 lookup 39425");
    house.dhcp.renew(place(id, 9).id(), routed("10.77.0.7", "10.77.0.2"));
    house.time.settle();
    assertThat(ways(id))
        .contains(
            "route default table 39425 via 10.77.0.2 dev eth1", "rule from 10.77.0.7 lookup 39425")
        .hasSize(6);
    house.dhcp.renew(place(id, 9).id(), routed("10.77.0.7"));
    house.time.settle();
    assertThat(ways(id)).as("without a router there").noneMatch(w -> w.contains("39425"));
    house.lives.attachments().disconnect(id, id(9), false);
    assertThat(ways(id)).isEmpty();
  }

  private static Lease routed(String address, String... routers) {
    var like = FakeDhcp.lease(Ip.parse(address));
    return new Lease(
        like.address(),
        like.server(),
        Stream.of(routers).map(Ip::parse).toList(),
        like.dns(),
        like.routes(),
        like.mtu(),
        like.domain(),
        like.obtained(),
        like.expires());
  }

  @Test
  void a_lease_is_obtained_kept_over_a_stop_and_given_back_on_removal() {
    var id = house.run(1, w -> w.on("dyn"));
    assertThat(ip(id, 9)).isEqualTo("10.77.0.100");
    assertThat(onLink(id, "10.77.0.100")).isFalse(); // the client's matter
    house.lives.kill(id, "KILL");
    house.time.settle();
    assertThat(house.dhcp.running).isEmpty();
    assertThat(ip(id, 9)).isEqualTo("10.77.0.100");
    house.lives.start(id);
    assertThat(house.dhcp.running.get(place(id, 9).id()).wanted())
        .contains(Ip.parse("10.77.0.100"));
    house.lives.remove(id, true, false);
    assertThat(house.dhcp.released).containsExactly("10.77.0.100 on pllan");
  }

  private String resolvConf(ContainerId id) {
    return house.processes.latest(id).orElseThrow().files().resolvConf();
  }

  private String hosts(ContainerId id) {
    return house.processes.latest(id).orElseThrow().files().hosts();
  }

  @Test
  void names_are_asked_of_the_vch_and_then_of_the_servers_of_the_network() {
    var id = house.run(1, w -> w.on("lan"));
    assertThat(house.followed).contains(id);
    assertThat(resolvConf(id))
        .isEqualTo("nameserver 127.0.0.11\nnameserver 10.2.0.1\noptions ndots:0\n");
    assertThat(hosts(id)).endsWith("10.2.0.10\t" + house.of(id).hostname() + "\n");
  }

  @Test
  void who_is_on_a_bridge_too_asks_its_gateway_alone() {
    var id = house.run(1, w -> w.on("lan"));
    house.followed.clear();
    house.lives.attachments().connect(id, House.request(90, "bridge"));
    assertThat(house.followed).contains(id);
    assertThat(resolvConf(id)).isEqualTo("nameserver 172.16.0.1\noptions ndots:0\n");
    assertThat(hosts(id)).contains("10.2.0.10\t").contains("172.16.0.2\t");
    house.lives.attachments().disconnect(id, Samples.scopeId(1), false);
    assertThat(resolvConf(id)).startsWith("nameserver 127.0.0.11\n");
  }

  @Test
  void options_of_the_container_are_effective() {
    var own =
        new Resolver(
            List.of("1.1.1.1", "2.2.2.2", "3.3.3.3").stream().map(Ip::parse).toList(),
            List.of("example.com"),
            List.of("timeout:2", "ndots:1"),
            List.of());
    var id = house.run(1, w -> w.on("lan").resolver(own));
    assertThat(resolvConf(id))
        .isEqualTo(
            """
            nameserver 127.0.0.11
            nameserver 1.1.1.1
            nameserver 2.2.2.2
            search example.com
            options timeout:2 ndots:1
            """);
  }

  @Test
  void servers_and_domain_of_a_lease_are_taken_and_followed() {
    var id = house.run(1, w -> w.on("dyn"));
    house.followed.clear();
    house.dhcp.renew(place(id, 9).id(), lease("10.77.0.100", "other.example", "10.77.0.53"));
    house.time.settle();
    assertThat(house.followed).contains(id);
    assertThat(resolvConf(id))
        .isEqualTo(
            """
            nameserver 127.0.0.11
            nameserver 10.77.0.53
            search other.example
            options ndots:0
            """);
    house.followed.clear();
    house.dhcp.renew(place(id, 9).id(), lease("10.77.0.100", "other.example", "10.77.0.53"));
    house.time.settle();
    assertThat(house.followed).isEmpty(); // a renewal like any other
  }

  private static Lease lease(String address, String domain, String dns) {
    var like = FakeDhcp.lease(Ip.parse(address));
    return new Lease(
        like.address(),
        like.server(),
        like.routers(),
        List.of(Ip.parse(dns)),
        like.routes(),
        like.mtu(),
        Optional.of(domain),
        like.obtained(),
        like.expires());
  }

  @Test
  void a_network_with_an_ipv6_gateway_only_asks_for_no_lease() {
    var six =
        new SubnetConfig(
            Subnet.parse("2001:db8:3::/64"),
            Ip.parse("2001:db8:3::1"),
            Optional.empty(),
            Map.of(),
            true,
            true);
    house.engine.decide(
        _ ->
            Decision.of(
                "", new Change.ScopePut(scope(9, "dyn", List.of(six), TrustLevel.PUBLISHED))));
    var id = house.run(1, w -> w.on("dyn"));
    assertThat(house.dhcp.leases).isEmpty();
    assertThat(place(id, 9).settled()).isTrue();
    assertThat(onLink(id, "2001:db8:3::2")).isTrue();
  }

  @Test
  void without_an_offer_the_start_says_so() {
    house.dhcp.failing = Optional.of("no DHCP offer on network dyn within 10 s");
    var id = house.create(1, w -> w.on("dyn"));
    assertThatThrownBy(() -> house.lives.start(id))
        .hasMessage(
            "container c1 has no address on network dyn: no DHCP offer on network dyn within 10 s");
    assertThat(house.dhcp.running).isEmpty();
  }

  @Test
  void a_renewal_with_another_address_reaches_the_record() {
    var id = house.run(1, w -> w.on("dyn"));
    house.dhcp.renew(place(id, 9).id(), FakeDhcp.lease(Ip.parse("10.77.0.7")));
    house.time.settle();
    assertThat(ip(id, 9)).isEqualTo("10.77.0.7");
  }

  @Test
  void a_lease_goes_on_while_no_daemon_runs() {
    var id = house.run(1, w -> w.on("dyn"));
    house.kill();
    house.dhcp.leases.put(place(id, 9).id(), FakeDhcp.lease(Ip.parse("10.77.0.8")));
    house.begin();
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    assertThat(ip(id, 9)).isEqualTo("10.77.0.8");
    assertThat(house.dhcp.running).containsKey(place(id, 9).id());
  }

  @Test
  void a_daemon_that_died_while_a_place_settled_goes_on() {
    var id = house.run(1, w -> w.on("lan"));
    house.engine.note(
        image -> {
          Container c = image.container(id).orElseThrow();
          var next =
              c.withEndpoints(c.endpoints().stream().map(e -> e.withSettled(false)).toList());
          return Decision.of("", new Change.ContainerPut(next));
        });
    house.restart();
    assertThat(place(id, 8).settled()).isTrue();
    assertThat(onLink(id, "10.2.0.10")).isTrue();
  }

  @Test
  void members_of_a_network_of_level_peers_know_each_other() {
    house.engine.decide(
        image -> {
          var scope = image.scope(id(8)).orElseThrow();
          var kind = (ScopeKind.External) scope.kind();
          var open =
              new ScopeKind.External(
                  kind.portGroup(), TrustLevel.PEERS, List.of(), List.of(), false);
          return Decision.of("", new Change.ScopePut(Parts.of(scope).set("kind", open).made()));
        });
    var one = house.run(1, w -> w.on("lan"));
    var two = house.run(2, w -> w.on("lan"));
    assertThat(peersOf(one)).containsExactly(ip(two, 8));
    assertThat(peersOf(two)).containsExactly(ip(one, 8));
    house.lives.kill(two, "KILL");
    house.time.settle();
    assertThat(peersOf(one)).isEmpty();
  }

  private List<String> peersOf(ContainerId id) {
    var ns = LinkNames.container(house.of(id));
    return house.machine.observe(List.of()).stream()
        .filter(o -> o.namespace().equals(ns))
        .filter(o -> o instanceof MachineObject.Element e && e.set().startsWith("peers_"))
        .map(o -> Part.text(((MachineObject.Element) o).parts()))
        .toList();
  }
}
