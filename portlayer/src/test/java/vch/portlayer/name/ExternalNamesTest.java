package vch.portlayer.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.Lease;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.Resolver;
import vch.portlayer.rule.EndpointRequest;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.rule.World;
import vch.portlayer.rule.WorldRequests;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.vch.Vch;

/// Names of members of container networks, and whom these ask for all others.
class ExternalNamesTest {
  private static final Answer UNKNOWN = new Answer.Unknown();
  private static final Ip LAN_DNS = Ip.parse("10.2.0.53");
  private static final Ip GATEWAY = Ip.parse("10.2.0.1");

  private final World world = new World();
  private final WorldRequests requests = new WorldRequests(world);
  private final Vch blue = world.vch("blue");
  private final Scope net = world.scope(blue, "net");
  private int scopes;

  /// @param subnet with the gateway's address; empty: by DHCP
  private Scope lan(String name, String subnet, TrustLevel trust, Ip... dns) {
    var id = new ScopeId(Integer.toHexString(0xa + scopes++).repeat(64));
    var subnets =
        subnet.isEmpty()
            ? List.<SubnetConfig>of()
            : List.of(
                new SubnetConfig(
                    Subnet.parse(subnet),
                    Subnet.parse(subnet).first().plus(1),
                    Optional.empty(),
                    Map.of(),
                    true,
                    true));
    var group = blue.nics().getFirst().portGroup();
    var scope =
        new Scope(
            id,
            blue.id(),
            name,
            new ScopeKind.External(group, trust, List.of(), List.of(dns), false),
            subnets,
            1500,
            true,
            false,
            false,
            false,
            Map.of(),
            Map.of(),
            Instant.EPOCH,
            Optional.empty());
    world.image = world.image.after(List.of(new Change.ScopePut(scope)));
    return scope;
  }

  private Container run(String name, EndpointRequest... on) {
    return settle(world.run(blue, name, w -> w.on(on)));
  }

  /// Static addresses are found free.
  private Container settle(Container c) {
    for (var place : ExternalRules.places(world.image, c)) {
      if (!place.addresses().isEmpty()) {
        world.decide(i -> ExternalRules.settled(i, c.id(), place.id()));
      }
    }
    return world.container(c.id());
  }

  private Container leased(Container c, String address, String router, String... dns) {
    var place = ExternalRules.places(world.image, c).getFirst();
    var lease =
        new Lease(
            Cidr.parse(address),
            Ip.parse("10.9.0.1"),
            router.isEmpty() ? List.of() : List.of(Ip.parse(router)),
            List.of(dns).stream().map(Ip::parse).toList(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(60));
    world.decide(i -> ExternalRules.leased(i, c.id(), place.id(), lease));
    return world.container(c.id());
  }

  private Answer ask(Container asker, String name) {
    return Names.addresses(world.image, world.container(asker.id()), name, Family.IPV4);
  }

  private Answer reverse(Container asker, String address) {
    return Names.names(
        world.image, blue.id(), Optional.of(world.container(asker.id())), Ip.parse(address));
  }

  private static Answer at(Ip... addresses) {
    return new Answer.Addresses(List.of(addresses));
  }

  @Test
  void members_of_a_container_network_go_by_name_for_each_other() {
    var lan = lan("lan", "10.2.0.0/16", TrustLevel.PUBLISHED);
    var web = run("web", requests.aliased("lan", "www"));
    var client = run("client", requests.linked("lan", new NameLink("web", "store")));
    var both = run("both", requests.at("net"), requests.at("lan"));
    var bridged = run("bridged", requests.at("net"));
    for (var name : List.of("web", "WWW", "web.lan", web.id().brief())) {
      assertThat(ask(client, name)).as(name).isEqualTo(at(World.ip(web)));
      assertThat(ask(both, name)).as(name).isEqualTo(at(World.ip(web)));
      assertThat(ask(bridged, name)).as(name).isEqualTo(UNKNOWN);
    }
    assertThat(ask(client, "store")).isEqualTo(at(World.ip(web)));
    assertThat(ask(web, "store")).isEqualTo(UNKNOWN);
    assertThat(ask(client, "both")).isEqualTo(at(World.ip(both, lan)));
    assertThat(ask(bridged, "both")).isEqualTo(at(World.ip(both, net)));
    assertThat(Names.addresses(world.image, client, "web", Family.IPV6)).isEqualTo(at());
    world.stop(web);
    assertThat(ask(client, "web")).isEqualTo(at());
  }

  @Test
  void leased_addresses_have_names_as_soon_as_they_are_there() {
    lan("dhcp", "", TrustLevel.PUBLISHED);
    var web = world.run(blue, "web", w -> w.on(requests.at("dhcp")));
    var client =
        leased(world.run(blue, "client", w -> w.on(requests.at("dhcp"))), "10.9.0.7/24", "");
    assertThat(ask(client, "web")).isEqualTo(at());
    leased(web, "10.9.0.8/24", "");
    assertThat(ask(client, "web")).isEqualTo(at(Ip.parse("10.9.0.8")));
    assertThat(reverse(client, "10.9.0.8")).isEqualTo(new Answer.Names(List.of("web.dhcp", "web")));
    leased(web, "10.9.0.9/24", "");
    assertThat(ask(client, "web")).isEqualTo(at(Ip.parse("10.9.0.9")));
    assertThat(reverse(client, "10.9.0.8")).isEqualTo(UNKNOWN);
  }

  @Test
  void an_address_that_is_still_probed_is_not_told() {
    lan("lan", "10.2.0.0/16", TrustLevel.PUBLISHED);
    var client = run("client", requests.at("lan"));
    var web = world.run(blue, "web", w -> w.on(requests.at("lan")));
    assertThat(ask(client, "web")).isEqualTo(at());
    settle(web);
    assertThat(ask(client, "web")).isEqualTo(at(World.ip(web)));
  }

  @Test
  void other_hosts_of_the_lan_have_their_names_elsewhere() {
    lan("lan", "10.2.0.0/16", TrustLevel.PUBLISHED);
    var web = run("web", requests.at("lan"));
    var client = run("client", requests.at("lan"));
    var bridged = run("bridged", requests.at("net"));
    var address = World.ip(web).toString();
    assertThat(reverse(client, address)).isEqualTo(new Answer.Names(List.of("web.lan", "web")));
    assertThat(reverse(client, "10.2.77.77")).isEqualTo(UNKNOWN);
    assertThat(reverse(bridged, address)).isEqualTo(UNKNOWN);
    world.stop(web);
    assertThat(reverse(client, address)).isEqualTo(new Answer.Names(List.of()));
  }

  // --- whom to ask

  private List<Ip> listed(Container c) {
    return NameServers.ofNetworks(world.image, world.container(c.id()));
  }

  private Optional<List<Ip>> inside(Container c) {
    return NameServers.inside(world.image, world.container(c.id()));
  }

  @Test
  void servers_are_those_of_the_network_else_of_the_lease_else_the_gateway() {
    lan("named", "10.2.0.0/16", TrustLevel.PUBLISHED, LAN_DNS);
    lan("plain", "10.3.0.0/16", TrustLevel.PUBLISHED);
    lan("dhcp", "", TrustLevel.PUBLISHED);
    assertThat(listed(run("c-a", requests.at("named")))).containsExactly(LAN_DNS);
    assertThat(listed(run("c-b", requests.at("plain")))).containsExactly(Ip.parse("10.3.0.1"));
    var leased = world.run(blue, "c-c", w -> w.on(requests.at("dhcp")));
    assertThat(listed(leased)).isEmpty();
    leased(leased, "10.9.0.7/24", "10.9.0.2");
    assertThat(listed(leased)).containsExactly(Ip.parse("10.9.0.2"));
    leased(leased, "10.9.0.7/24", "10.9.0.2", "10.9.0.3", "10.9.0.4");
    assertThat(listed(leased)).containsExactly(Ip.parse("10.9.0.3"), Ip.parse("10.9.0.4"));
    assertThat(inside(leased)).contains(listed(leased));
    assertThat(listed(run("c-d", requests.at("net")))).isEmpty();
  }

  @Test
  void the_network_with_the_default_route_goes_first_and_one_without_servers_is_passed_over() {
    lan("dhcp", "", TrustLevel.PUBLISHED);
    lan("named", "10.2.0.0/16", TrustLevel.PUBLISHED, LAN_DNS);
    var c = run("c-c", requests.at("dhcp"), requests.at("named"));
    assertThat(listed(c)).containsExactly(LAN_DNS);
    leased(c, "10.9.0.7/24", "10.9.0.2");
    assertThat(listed(c)).containsExactly(Ip.parse("10.9.0.2"));
  }

  @Test
  void what_the_user_named_goes_before_all() {
    lan("named", "10.2.0.0/16", TrustLevel.PUBLISHED, LAN_DNS);
    var own = new Resolver(List.of(Ip.parse("1.1.1.1")), List.of(), List.of(), List.of());
    var c = settle(world.run(blue, "c-c", w -> requests.resolver(w.on(requests.at("named")), own)));
    assertThat(listed(c)).containsExactly(Ip.parse("1.1.1.1"));
    assertThat(inside(c)).contains(List.of(Ip.parse("1.1.1.1")));
    var bridged = world.run(blue, "c-d", w -> requests.resolver(w.on(requests.at("net")), own));
    assertThat(listed(bridged)).isEmpty();
    assertThat(inside(bridged)).isEmpty();
  }

  @Test
  void who_is_on_container_networks_only_has_a_server_of_its_own() {
    lan("lan", "10.2.0.0/16", TrustLevel.PUBLISHED);
    var c = run("c-c", requests.at("lan"));
    assertThat(NameServers.own(world.image, c)).isTrue();
    requests.connect(c, "net");
    assertThat(NameServers.own(world.image, world.container(c.id()))).isFalse();
    assertThat(NameServers.own(world.image, world.run(blue, "plain"))).isFalse();
  }

  @Test
  void a_way_out_by_a_bridge_asks_the_vch_unless_somebody_named_a_server() {
    lan("plain", "10.2.0.0/16", TrustLevel.PUBLISHED);
    lan("named", "10.3.0.0/16", TrustLevel.PUBLISHED, LAN_DNS);
    assertThat(inside(run("c-a", requests.at("net"), requests.at("plain")))).isEmpty();
    assertThat(inside(run("c-b", requests.at("net"), requests.at("named"))))
        .contains(List.of(LAN_DNS));
    requests.internal(blue, "in");
    assertThat(inside(run("c-c", requests.at("in"), requests.at("plain"))))
        .contains(List.of(GATEWAY));
    assertThat(inside(run("c-d", requests.at("in")))).isEmpty();
  }

  @Test
  void nothing_is_asked_where_nothing_may_leave() {
    lan("vault", "10.2.0.0/16", TrustLevel.CLOSED, LAN_DNS);
    assertThat(inside(run("c-c", requests.at("vault")))).contains(List.of());
  }
}
