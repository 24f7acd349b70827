package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.subnet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.Vch;

class EndpointRulesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");
  private Scope n = world.scope(blue, "n", subnet("10.1.0.0/24"));

  @BeforeEach
  void anotherNetwork() {
    world.scope(blue, "m");
  }

  private Endpoint connect(Container c, EndpointRequest request) {
    return world.decide(i -> EndpointRules.connect(i, c.id(), request));
  }

  private void refuse(
      Class<? extends Refusal> kind, String text, Container c, EndpointRequest request) {
    refused(world, kind, text, i -> EndpointRules.connect(i, c.id(), request));
  }

  private EndpointRequest request(
      String network,
      int priority,
      Optional<String> mac,
      Optional<String> link,
      List<String> aliases) {
    return new EndpointRequest(
        new EndpointId(world.hex(64)),
        network,
        List.of(),
        List.of(),
        mac,
        aliases,
        List.of(),
        priority,
        link,
        Map.of(),
        Optional.empty(),
        5);
  }

  @Test
  void a_running_container_gets_its_place_at_once() {
    var web = world.run(blue, "web");
    var endpoint = connect(web, world.at("n"));
    assertThat(endpoint.link()).isEqualTo("eth1");
    assertThat(endpoint.addresses()).hasSize(1);
    assertThat(connect(web, world.at("m", "")).link()).isEqualTo("eth2");
    refuse(
        Refusal.Forbidden.class,
        "endpoint with name web already exists in network n",
        web,
        world.at("n"));
    refuse(
        Refusal.Forbidden.class,
        "endpoint with name web already exists in network n",
        web,
        world.at(n.id().value()));
    refuse(Refusal.NotFound.class, "network nix not found", web, world.at("nix"));
    world.decide(i -> EndpointRules.disconnect(i, web.id(), n.id()));
    refused(
        world,
        Refusal.Failed.class,
        "container " + web.id() + " is not connected to network n",
        i -> EndpointRules.disconnect(i, web.id(), n.id()));
    assertThat(world.image.members(n.id())).isEmpty();
    assertThat(connect(web, world.at("n")).link()).isEqualTo("eth3");
  }

  @Test
  void a_stopped_container_keeps_what_start_must_decide() {
    var web = world.create(blue, "web");
    assertThat(connect(web, world.at("later")).scope()).isEmpty();
    connect(web, world.at("n"));
    assertThat(EndpointRules.connect(world.image, web.id(), world.at("n")).changes()).isEmpty();
    var db = world.create(blue, "db", w -> w.on(world.at("n", "10.1.0.77")));
    var app = world.create(blue, "app");
    assertThat(connect(app, world.at("n", "10.1.0.77")).addresses()).isEmpty();
    refused(
        world,
        Refusal.Failed.class,
        "container " + app.id() + " is not connected to the network m",
        i -> EndpointRules.disconnect(i, app.id(), ScopeRules.find(i, blue.id(), "m").id()));
    world.start(db);
    var live = world.run(blue, "live");
    refuse(
        Refusal.Forbidden.class,
        "Address already in use (10.1.0.77 is held by container db)",
        live,
        world.at("n", "10.1.0.77"));
  }

  /// As Docker has it; compose recreates containers so.
  @Test
  void who_runs_and_asks_for_an_address_comes_before_who_kept_it_and_does_not_run() {
    var db = world.stop(world.run(blue, "db", w -> w.on(world.at("n", "10.1.0.77"))));
    var live = world.run(blue, "live");
    assertThat(connect(live, world.at("n", "10.1.0.77")).addresses())
        .containsExactly(Cidr.parse("10.1.0.77/24"));
    assertThat(world.container(db.id()).endpoints().getFirst().addresses()).isEmpty();
    refused(
        world,
        Refusal.Forbidden.class,
        "Address already in use (10.1.0.77 is held by container live)",
        i -> ContainerRules.starting(i, db.id(), true, new SplittableRandom(1)));
    world.remove(world.stop(live));
    assertThat(World.ip(world.start(db))).hasToString("10.1.0.77");
    var dynamic = world.stop(world.run(blue, "dynamic", w -> w.on(world.at("n"))));
    var kept = World.ip(dynamic).toString();
    var next = world.create(blue, "next", w -> w.on(world.at("n", kept)));
    assertThat(World.ip(world.start(next))).hasToString(kept);
    assertThat(World.ip(world.start(dynamic)).toString()).isNotEqualTo(kept);
  }

  @Test
  void modes_that_cannot_be_connected() {
    var web = world.run(blue, "web");
    refuse(
        Refusal.Invalid.class,
        "cannot connect container to host network - container must be created in host network mode",
        web,
        world.at("host"));
    var none =
        "container cannot be connected to multiple networks with one of the networks in private (none) mode";
    refuse(Refusal.Invalid.class, none, web, world.at("none"));
    refuse(
        Refusal.Invalid.class,
        none,
        world.create(blue, "lone", w -> w.on(world.at("none"))),
        world.at("n"));
    var side = world.create(blue, "side", w -> w.sharing("web"));
    refuse(
        Refusal.Invalid.class,
        "container sharing network namespace with another container or host cannot be connected to any other network",
        side,
        world.at("n"));
    var gone = world.create(blue, "gone");
    world.decide(i -> ContainerRules.removing(i, gone.id()));
    refuse(
        Refusal.Failed.class,
        "Container "
            + gone.id()
            + " is marked for removal and cannot be connected or disconnected to the network",
        gone,
        world.at("n"));
  }

  @Test
  void wrong_settings_are_reported_together() {
    var web = world.run(blue, "web", w -> w.on(world.at("n")));
    refuse(
        Refusal.Invalid.class,
        "invalid endpoint settings:\ninvalid MAC address: 02:42\nuser-specified IP address is supported on user-defined networks only\n"
            + "network-scoped aliases are only supported for user-defined networks\ninvalid network alias \"a/b\": a name without spaces"
            + " and slashes is needed\ninterface name \"eth0\" is in use for network n",
        web,
        new EndpointRequest(
            new EndpointId(world.hex(64)),
            "bridge",
            List.of("172.16.0.9"),
            List.of(),
            Optional.of("02:42"),
            List.of("a/b"),
            List.of(),
            0,
            Optional.of("eth0"),
            Map.of(),
            Optional.empty(),
            5));
    refuse(
        Refusal.Invalid.class,
        "invalid endpoint settings:\ninvalid MAC address: 01:00:5e:00:00:01 is not the address of one host",
        web,
        request("m", 0, Optional.of("01:00:5e:00:00:01"), Optional.empty(), List.of()));
    refuse(
        Refusal.Invalid.class,
        "invalid endpoint settings:\ninvalid interface name \"a/b\": 1 to 15 characters without spaces, '/', ':' and '%' are needed",
        web,
        request("m", 0, Optional.empty(), Optional.of("a/b"), List.of()));
    refuse(
        Refusal.Invalid.class,
        "invalid endpoint settings:\ninvalid interface name \"default\": the kernel keeps it for itself",
        web,
        request("m", 0, Optional.empty(), Optional.of("default"), List.of()));
    refuse(
        Refusal.Invalid.class,
        "no configured subnet contains IP address 10.2.0.9 (network m has 172.17.0.0/16)",
        web,
        world.at("m", "10.2.0.9"));
  }

  @Test
  void link_names_never_meet() {
    var web = world.run(blue, "web");
    connect(web, request("n", 0, Optional.empty(), Optional.of("eth2"), List.of()));
    assertThat(connect(web, world.at("m")).link()).isEqualTo("eth3");
  }

  @Test
  void the_default_route_is_deterministic() {
    world.internal(blue, "in");
    var web = world.run(blue, "web", w -> w.on(world.at("in")));
    assertThat(EndpointRules.defaultRoute(world.image, web)).isEmpty();
    connect(web, world.at("m"));
    connect(web, world.at("n"));
    assertThat(route(web)).isEqualTo("m");
    connect(web, request("bridge", 5, Optional.empty(), Optional.empty(), List.of()));
    assertThat(route(web)).isEqualTo("bridge");
    world.decide(
        i -> EndpointRules.disconnect(i, web.id(), ScopeRules.find(i, blue.id(), "bridge").id()));
    assertThat(route(web)).isEqualTo("m");
  }

  @Test
  void publications_lead_to_the_first_network_unless_it_is_internal() {
    world.internal(blue, "in");
    var web = world.run(blue, "web", w -> w.on(world.at("in")));
    assertThat(EndpointRules.published(world.image, world.container(web.id()))).isEmpty();
    connect(web, world.at("m"));
    connect(web, request("n", 5, Optional.empty(), Optional.empty(), List.of()));
    assertThat(
            EndpointRules.published(world.image, world.container(web.id())).orElseThrow().network())
        .isEqualTo("n");
    var app = world.run(blue, "app", w -> w.on(world.at("m")));
    connect(app, request("n", 5, Optional.empty(), Optional.empty(), List.of()));
    assertThat(
            EndpointRules.published(world.image, world.container(app.id())).orElseThrow().network())
        .isEqualTo("m");
  }

  @Test
  void who_is_connected_to_a_way_out_while_it_runs_publishes_from_then_on() {
    world.internal(blue, "in");
    var web = world.run(blue, "web", w -> w.on(world.at("in")).publish(8080, 80));
    assertThat(world.container(web.id()).publications()).isEmpty();
    connect(web, world.at("m"));
    assertThat(world.container(web.id()).publications()).hasSize(1);
    connect(web, world.at("n"));
    assertThat(world.container(web.id()).publications()).hasSize(1);
    var late = world.run(blue, "late", w -> w.on(world.at("in")).publish(8080, 80));
    var place = world.at("m");
    refuse(
        Refusal.Failed.class,
        "driver failed programming external connectivity on endpoint late ("
            + place.id()
            + "): Bind for 0.0.0.0:8080 failed: port is already allocated (by container web)",
        late,
        place);
  }

  @Test
  void each_family_may_leave_by_another_network_and_be_published_there() {
    var six = World.with(world.scopeCommand(blue, "six"), Set.of(Family.IPV6));
    world.decide(i -> ScopeRules.create(i, six));
    var web = world.run(blue, "web", w -> w.on(world.at("m")));
    connect(web, world.at("six"));
    var now = world.container(web.id());
    assertThat(EndpointRules.defaultRoute(world.image, now, Family.IPV4).orElseThrow().network())
        .isEqualTo("m");
    assertThat(EndpointRules.defaultRoute(world.image, now, Family.IPV6).orElseThrow().network())
        .isEqualTo("six");
    assertThat(EndpointRules.published(world.image, now, Family.IPV6).orElseThrow().network())
        .isEqualTo("six");
    assertThat(EndpointRules.published(world.image, now).orElseThrow().network()).isEqualTo("m");
  }

  private String route(Container c) {
    return EndpointRules.defaultRoute(world.image, world.container(c.id())).orElseThrow().network();
  }

  @Test
  void a_foreign_network_cannot_be_named() {
    var red = world.vch("red");
    var theirs = world.scope(red, "theirs");
    var web = world.run(blue, "web");
    refuse(
        Refusal.NotFound.class,
        "network " + theirs.id() + " not found",
        web,
        world.at(theirs.id().value()));
    refused(
        world,
        Refusal.NotFound.class,
        "network " + theirs.id() + " not found",
        i -> EndpointRules.disconnect(i, web.id(), theirs.id()));
  }

  private EndpointRequest linkLocal(String network, String... addresses) {
    return new EndpointRequest(
        new EndpointId(world.hex(64)),
        network,
        List.of(),
        List.of(addresses),
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        5);
  }

  @Test
  void link_local_addresses_are_further_ones_that_one_container_of_a_network_has() {
    var web = world.run(blue, "web");
    var endpoint = connect(web, linkLocal("n", "169.254.7.9", "169.254.7.9"));
    assertThat(endpoint.linkLocal()).containsExactly(Ip.parse("169.254.7.9"));
    assertThat(endpoint.addresses()).hasSize(1);
    refuse(
        Refusal.Forbidden.class,
        "Address already in use (169.254.7.9 is held by container web)",
        world.run(blue, "db"),
        linkLocal("n", "169.254.7.9"));
    refuse(
        Refusal.Invalid.class,
        "invalid endpoint settings:\ninvalid link-local IP address: x\n"
            + "invalid link-local IP address: 10.0.0.1 (one of 169.254.0.0/16 or fe80::/64 is needed)",
        web,
        linkLocal("m", "x", "10.0.0.1"));
    refuse(
        Refusal.Invalid.class,
        "link-local address fe80::9 needs a network with IPv6, which network m does not have",
        web,
        linkLocal("m", "fe80::9"));
  }

  @Test
  void settings_are_looked_at_before_it_is_noticed_that_a_stopped_container_is_there_already() {
    var box = world.create(blue, "box", w -> w);
    assertThat(connect(box, world.at("bridge")).network()).isEqualTo("bridge");
    refuse(
        Refusal.Invalid.class,
        "invalid endpoint settings:\nuser-specified IP address is supported on user-defined networks only",
        box,
        world.at("bridge", "172.16.0.9"));
  }
}
