package vch.portlayer.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.NameLink;
import vch.portlayer.rule.World;
import vch.portlayer.rule.WorldRequests;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Vch;

class NamesTest {
  private static final Answer UNKNOWN = new Answer.Unknown();
  private static final Answer NOTHING = new Answer.Addresses(List.of());

  private final World world = new World();
  private final WorldRequests requests = new WorldRequests(world);
  private final Vch blue = world.vch("blue");
  private final Scope net = world.scope(blue, "net");

  private Answer ask(Container asker, String name) {
    return Names.addresses(world.image, world.container(asker.id()), name, Family.IPV4);
  }

  private static Answer at(Ip... addresses) {
    return new Answer.Addresses(List.of(addresses));
  }

  private Answer reverse(Container asker, Ip address) {
    return Names.names(world.image, blue.id(), Optional.of(world.container(asker.id())), address);
  }

  @Test
  void a_member_goes_by_name_short_id_host_name_alias_and_with_the_network() {
    var web =
        world.run(blue, "Web", w -> w.on(requests.aliased("net", "www", "Site")).hostname("front"));
    var client = world.run(blue, "client", w -> w.on(requests.at("net")));
    for (var name :
        List.of(
            "Web",
            "web",
            "WEB",
            web.id().brief(),
            web.id().value(),
            "front",
            "www",
            "site",
            "web.net",
            "WWW.NET",
            web.id().brief() + ".net")) {
      assertThat(ask(client, name)).as(name).isEqualTo(at(World.ip(web)));
    }
    for (var name : List.of("", "nobody", "web.other", "net", ".net", "web.net.net")) {
      assertThat(ask(client, name)).as(name).isEqualTo(UNKNOWN);
    }
    assertThat(ask(client, "client")).isEqualTo(at(World.ip(client)));
  }

  @Test
  void a_known_name_without_an_address_of_the_family_is_an_empty_success() {
    var web = world.run(blue, "web", w -> w.on(requests.at("net")));
    assertThat(Names.addresses(world.image, web, "web", Family.IPV6)).isEqualTo(NOTHING);
  }

  @Test
  void several_owners_of_an_alias_give_several_addresses() {
    var one = world.run(blue, "one", w -> w.on(requests.aliased("net", "db")));
    var two = world.run(blue, "two", w -> w.on(requests.aliased("net", "db")));
    assertThat(((Answer.Addresses) ask(one, "db")).addresses())
        .containsExactlyInAnyOrder(World.ip(one), World.ip(two));
    world.stop(one);
    assertThat(ask(two, "db")).isEqualTo(at(World.ip(two)));
  }

  @Test
  void only_shared_networks_count_and_the_first_one_that_knows_the_name() {
    world.scope(blue, "other");
    var far = world.run(blue, "far", w -> w.on(requests.at("other")));
    var near = world.run(blue, "near", w -> w.on(requests.at("net")));
    assertThat(ask(near, "far")).isEqualTo(UNKNOWN);
    assertThat(ask(near, "far.other")).isEqualTo(UNKNOWN);
    requests.connect(near, "other");
    assertThat(ask(near, "far")).isEqualTo(at(World.ip(far)));
    requests.connect(far, "net");
    assertThat(ask(near, "far")).isEqualTo(at(World.ip(world.container(far.id()), net)));
    assertThat(ask(near, "far.other")).isEqualTo(at(World.ip(far)));
  }

  @Test
  void a_rename_shows_at_once_and_a_stopped_member_never_leaks() {
    var web = world.run(blue, "web", w -> w.on(requests.at("net")));
    var client = world.run(blue, "client", w -> w.on(requests.at("net")));
    requests.rename(web, "www");
    assertThat(ask(client, "web")).isEqualTo(UNKNOWN);
    assertThat(ask(client, "www")).isEqualTo(at(World.ip(web)));
    world.stop(web);
    assertThat(ask(client, "www")).isEqualTo(NOTHING);
  }

  @Test
  void the_default_bridge_has_own_names_and_links_only() {
    var db = world.run(blue, "db");
    var web = world.run(blue, "web", w -> w.links(new NameLink("db", "store")));
    assertThat(ask(db, "web")).isEqualTo(UNKNOWN);
    assertThat(ask(db, "db")).isEqualTo(at(World.ip(db)));
    for (var name : List.of("store", "STORE", "db", db.id().brief())) {
      assertThat(ask(web, name)).as(name).isEqualTo(at(World.ip(db)));
    }
    requests.rename(db, "database");
    assertThat(ask(web, "store"))
        .isEqualTo(at(World.ip(db))); // a link is to a container, as in Docker, not to a name
  }

  @Test
  void bridge_names_turn_names_on() {
    var red =
        world.vch(
            "red", new BridgeSettings(Subnet.parse("172.16.0.0/12"), 16, true, true, 1500, false));
    var db = world.run(red, "db");
    var web = world.run(red, "web");
    assertThat(Names.addresses(world.image, web, "db", Family.IPV4)).isEqualTo(at(World.ip(db)));
  }

  @Test
  void links_are_private_to_who_declared_them_and_end_with_the_target() {
    var db = world.run(blue, "db", w -> w.on(requests.at("net")));
    var web =
        world.run(blue, "web", w -> w.on(requests.linked("net", new NameLink("db", "store"))));
    var client = world.run(blue, "client", w -> w.on(requests.at("net")));
    assertThat(ask(web, "store")).isEqualTo(at(World.ip(db)));
    assertThat(ask(client, "store")).isEqualTo(UNKNOWN);
    requests.rename(db, "database");
    assertThat(ask(web, "store")).isEqualTo(at(World.ip(db)));
    world.stop(db);
    assertThat(ask(web, "store")).isEqualTo(NOTHING);
  }

  @Test
  void who_is_no_container_knows_no_names() {
    var web = world.run(blue, "web", w -> w.on(requests.at("net")));
    assertThat(Names.names(world.image, blue.id(), Optional.empty(), World.ip(web)))
        .isEqualTo(new Answer.Names(List.of()));
  }

  @Test
  void addresses_have_names_best_first() {
    var web = world.run(blue, "web", w -> w.on(requests.aliased("net", "www")));
    var client = world.run(blue, "client", w -> w.on(requests.at("net")));
    assertThat(reverse(client, World.ip(web)))
        .isEqualTo(new Answer.Names(List.of("web.net", "web", "www")));
    assertThat(reverse(client, Ip.parse("172.17.9.9"))).isEqualTo(new Answer.Names(List.of()));
    assertThat(reverse(client, Ip.parse("8.8.8.8"))).isEqualTo(UNKNOWN);
    world.stop(web);
    assertThat(reverse(client, World.ip(web))).isEqualTo(new Answer.Names(List.of()));
    var plain = world.run(blue, "plain");
    var stranger = world.run(blue, "stranger", w -> w.links(new NameLink("plain", "p")));
    assertThat(reverse(plain, World.ip(plain))).isEqualTo(new Answer.Names(List.of("plain")));
    assertThat(reverse(plain, World.ip(stranger))).isEqualTo(new Answer.Names(List.of()));
    assertThat(reverse(stranger, World.ip(plain))).isEqualTo(new Answer.Names(List.of("plain")));
    assertThat(reverse(client, World.ip(plain))).isEqualTo(new Answer.Names(List.of()));
  }
}
