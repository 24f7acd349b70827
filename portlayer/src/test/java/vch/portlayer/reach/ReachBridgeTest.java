package vch.portlayer.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.reach.Verdict.DROPPED;
import static vch.portlayer.reach.Verdict.REACHED;
import static vch.portlayer.reach.Verdict.REFUSED;

import org.junit.jupiter.api.Test;
import vch.portlayer.address.Family;
import vch.portlayer.rule.World;
import vch.portlayer.rule.WorldRequests;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.testkit.Parts;

/// Bridge scopes and publications. The VCH is 192.168.218.2 on the built-in port group.
class ReachBridgeTest {
  private static final String PUBLIC = "192.168.218.2";
  private static final String STRANGER = "192.168.218.50";

  private final Town town = new Town();
  private final Scope back = town.world.scope(town.blue, "back");
  private final Scope vault = town.world.internal(town.blue, "vault");

  @Test
  void members_of_a_network_reach_each_other() {
    town.run("web", "back");
    town.run("db", "back");
    assertThat(town.verdict("web", "db:5432")).isEqualTo(REACHED);
    assertThat(town.verdict("web", "db")).isEqualTo(REACHED);
    assertThat(town.why("web", "db:5432"))
        .contains("members of network back reach each other")
        .contains("whether a program listens on 5432/tcp of db is for you to see");
  }

  @Test
  void networks_are_refused_to_each_other() {
    town.run("web", "bridge");
    town.run("db", "back");
    assertThat(town.verdict("web", "db:80")).isEqualTo(REFUSED);
    assertThat(town.why("web", "db:80")).contains("networks bridge and back do not reach");
  }

  @Test
  void a_container_on_two_networks_is_asked_on_both() {
    town.run("web", "bridge");
    town.run("db", "back", "bridge");
    var answer = town.ask("web", "db:80");
    assertThat(answer.paths()).extracting(Path::verdict).containsExactly(REACHED, REFUSED);
    assertThat(town.ask("web", "db@back:80").paths()).hasSize(1);
    assertThat(town.verdict("web", "db@back:80")).isEqualTo(REFUSED);
  }

  @Test
  void an_internal_network_lets_nothing_out_and_nothing_in() {
    town.run("web", "bridge");
    town.publishing("db", 8080, "vault");
    town.run("app", "vault");
    assertThat(town.verdict("app", "db:80")).isEqualTo(REACHED);
    assertThat(town.verdict("db", "8.8.8.8:53/udp")).isEqualTo(REFUSED);
    assertThat(town.why("db", "8.8.8.8:53/udp")).contains("no route");
    assertThat(town.verdict(STRANGER, PUBLIC + ":8080")).isEqualTo(REFUSED);
    assertThat(town.verdict("web", "db:80")).isEqualTo(REFUSED);
    assertThat(vault.internal()).isTrue();
  }

  @Test
  void members_do_not_reach_each_other_where_the_network_forbids_it() {
    var quiet = Parts.of(back).set("kind", new ScopeKind.Bridge(false, false, true)).made();
    town.put(new Change.ScopePut(quiet));
    town.publishing("web", 8080, "back");
    town.run("app", "back");
    var web = town.ask("app", "web:80");
    assertThat(web.verdict()).isEqualTo(REACHED); // by its publication
    assertThat(town.verdict("app", "web@back:80")).isEqualTo(DROPPED);
  }

  @Test
  void a_publication_leads_in_from_outside_and_shows_who_asks() {
    town.publishing("web", 8080, "back");
    assertThat(town.verdict(STRANGER, PUBLIC + ":8080")).isEqualTo(REACHED);
    assertThat(town.seen(STRANGER, PUBLIC + ":8080")).isEqualTo(STRANGER);
    assertThat(town.seen("machine", PUBLIC + ":8080")).isEqualTo("192.168.218.1");
    assertThat(town.verdict(STRANGER, PUBLIC + ":8081")).isEqualTo(REFUSED);
    assertThat(town.verdict(STRANGER, PUBLIC + ":8080/udp")).isEqualTo(REFUSED);
  }

  @Test
  void a_container_asked_by_name_is_reached_by_its_publication() {
    town.publishing("web", 8080, "back");
    var answer = town.ask("machine", "web:80");
    assertThat(answer.verdict()).isEqualTo(REACHED);
    assertThat(answer.paths().getFirst().to()).hasToString(PUBLIC);
    assertThat(answer.paths().getFirst().traffic()).hasToString("8080/tcp");
    assertThat(answer.paths().getLast().verdict()).isEqualTo(DROPPED);
    assertThat(town.verdict("machine", "web")).isEqualTo(DROPPED);
  }

  @Test
  void hairpin_takes_the_gateways_address_on_its_own_segment_only() {
    town.publishing("web", 8080, "back");
    town.run("near", "back");
    var far = town.run("far", "bridge");
    assertThat(town.seen("near", PUBLIC + ":8080"))
        .isEqualTo(back.subnet(Family.IPV4).orElseThrow().gateway().toString());
    assertThat(town.seen("far", PUBLIC + ":8080")).isEqualTo(World.ip(far).toString());
    assertThat(town.verdict("far", "172.16.0.1:8080")).isEqualTo(REACHED);
  }

  @Test
  void a_gateway_serves_names_and_ping_only() {
    town.run("web", "bridge");
    town.publishing("dns", 53, "bridge");
    assertThat(town.why("web", "172.16.0.1:53")).contains("VCH blue itself answers: DNS");
    assertThat(town.why("web", PUBLIC + ":53")).contains("publication 0.0.0.0:53->80/tcp of dns");
    assertThat(town.verdict("web", "172.16.0.1")).isEqualTo(REACHED);
    assertThat(town.verdict("web", "172.16.0.1:22")).isEqualTo(REFUSED);
    assertThat(town.verdict("web", "172.17.0.1")).isEqualTo(REFUSED);
  }

  @Test
  void the_docker_api_answers_on_its_nic_only() {
    town.run("web", "bridge");
    assertThat(town.why(STRANGER, PUBLIC + ":2376")).contains("the Docker API");
    assertThat(town.verdict("web", PUBLIC + ":2376")).isEqualTo(REFUSED);
    assertThat(town.verdict(STRANGER, PUBLIC)).isEqualTo(REACHED);
  }

  @Test
  void a_forged_source_is_dropped() {
    town.publishing("web", 8080, "back");
    var nic = town.blue.nics().getFirst();
    var forged = new From.Stranger(nic.portGroup(), vch.portlayer.address.Ip.parse("172.17.0.77"));
    var to = new To.Address(vch.portlayer.address.Ip.parse(PUBLIC));
    var answer = Reach.ask(town.world.image, town.blue.id(), forged, to, new Traffic.Ping());
    assertThat(answer.verdict()).isEqualTo(DROPPED);
    assertThat(ReasonText.of(answer.paths().getFirst().reasons().getLast())).contains("forged");
  }

  @Test
  void containers_leave_under_the_public_address() {
    town.run("web", "back");
    assertThat(town.seen("web", STRANGER + ":80")).isEqualTo(PUBLIC);
    assertThat(town.seen("web", "192.168.218.1:80")).isEqualTo(PUBLIC);
    assertThat(town.why("web", "8.8.8.8:53/udp")).contains("8.8.8.8 is not ours");
  }

  @Test
  void ipv6_has_no_way_out_without_a_public_address() {
    var dual = town.world.dual(town.blue, "dual");
    town.run("web", "dual");
    town.run("db", "dual");
    assertThat(town.ask("web", "db:80").paths()).hasSize(2).allMatch(p -> p.verdict() == REACHED);
    assertThat(town.verdict("web", "[2001:db8::1]:80")).isEqualTo(REFUSED);
    assertThat(town.why("web", "[2001:db8::1]:80")).contains("no IPv6 way out");
    assertThat(dual.subnet(Family.IPV6)).isPresent();
  }

  @Test
  void stopped_containers_neither_ask_nor_answer() {
    town.publishing("web", 8080, "back");
    town.run("db", "back");
    town.stop("web");
    assertThat(town.why("web", "db:80")).isEqualTo("container web is not running");
    assertThat(town.why("db", "web:80")).isEqualTo("container web is not running");
    assertThat(town.verdict("db", PUBLIC + ":8080")).isEqualTo(REFUSED);
    new WorldRequests(town.world)
        .rename(town.world.image.containerNamed(town.blue.id(), "web").orElseThrow(), "www");
    assertThat(town.why("db", "www")).isEqualTo("container www is not running");
  }

  @Test
  void a_shared_namespace_is_reached_as_its_owner() {
    town.run("web", "back");
    town.run("db", "back");
    var side = town.world.create(town.blue, "side", w -> w.sharing("db"));
    town.world.start(side);
    assertThat(town.verdict("web", "side:80")).isEqualTo(REACHED);
    assertThat(town.verdict("side", "web:80")).isEqualTo(REACHED);
    assertThat(town.why("side", "db:80")).contains("over loopback");
  }
}
