package vch.portlayer.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.reach.Verdict.DROPPED;
import static vch.portlayer.reach.Verdict.REACHED;
import static vch.portlayer.reach.Verdict.REFUSED;

import java.util.List;
import org.junit.jupiter.api.Test;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.Role;

/// Container networks: trust levels, redirects, and how they go together with bridge scopes.
class ReachExternalTest {
  private static final String PUBLIC = "192.168.218.2";
  private static final String NEIGHBOUR = "10.2.0.200";

  private final Town town = new Town();
  private final PortGroupId lan = town.lan("lan");

  private void network(TrustLevel trust, String... pools) {
    town.network("ext", lan, trust, "10.2.0.1/16", pools);
  }

  @Test
  void closed_lets_nothing_in_and_nothing_out() {
    network(TrustLevel.CLOSED);
    town.run("web", "ext");
    assertThat(town.verdict(NEIGHBOUR, "web:80")).isEqualTo(DROPPED);
    assertThat(town.verdict(NEIGHBOUR, "web")).isEqualTo(DROPPED);
    assertThat(town.why(NEIGHBOUR, "web")).isEqualTo("network ext is closed: nothing comes in");
    assertThat(town.verdict("web", NEIGHBOUR + ":80")).isEqualTo(DROPPED);
  }

  @Test
  void outbound_lets_replies_in() {
    network(TrustLevel.OUTBOUND);
    town.run("web", "ext");
    assertThat(town.verdict(NEIGHBOUR, "web")).isEqualTo(DROPPED);
    assertThat(town.verdict("web", NEIGHBOUR + ":80")).isEqualTo(REACHED);
  }

  @Test
  void peers_without_a_range_are_the_live_members() {
    network(TrustLevel.PEERS);
    town.run("web", "ext");
    town.run("db", "ext");
    assertThat(town.verdict("web", "db:80")).isEqualTo(REACHED);
    assertThat(town.verdict(NEIGHBOUR, "db:80")).isEqualTo(DROPPED);
    assertThat(town.why(NEIGHBOUR, "db")).contains("only peers come in, and this is none");
  }

  @Test
  void peers_with_a_range_are_who_has_an_address_in_it() {
    network(TrustLevel.PEERS, "10.2.0.100-10.2.0.255");
    town.run("db", "ext");
    assertThat(town.verdict(NEIGHBOUR, "db:80")).isEqualTo(REACHED);
    assertThat(town.verdict("10.2.0.50", "db:80")).isEqualTo(DROPPED);
  }

  @Test
  void published_opens_what_is_published_and_redirects() {
    network(TrustLevel.PUBLISHED);
    town.publishing("web", 8080, "ext");
    assertThat(town.verdict(NEIGHBOUR, "web:8080")).isEqualTo(REACHED);
    assertThat(town.why(NEIGHBOUR, "web:8080"))
        .contains("asked at 8080/tcp, port 80 answers")
        .contains("network ext is published: the port is published");
    assertThat(town.verdict(NEIGHBOUR, "web:80")).isEqualTo(REACHED);
    assertThat(town.verdict(NEIGHBOUR, "web:81")).isEqualTo(DROPPED);
    assertThat(town.verdict(NEIGHBOUR, "web:80/udp")).isEqualTo(DROPPED);
    assertThat(town.verdict(NEIGHBOUR, "web")).isEqualTo(REACHED);
    assertThat(town.verdict(NEIGHBOUR, PUBLIC + ":8080")).isEqualTo(REFUSED);
  }

  @Test
  void open_lets_everything_in() {
    network(TrustLevel.OPEN);
    town.run("web", "ext");
    assertThat(town.verdict(NEIGHBOUR, "web:81/udp")).isEqualTo(REACHED);
  }

  @Test
  void a_closed_container_stays_reachable_over_its_bridge_network() {
    network(TrustLevel.CLOSED);
    town.world.scope(town.blue, "back");
    town.run("db", "ext", "back");
    town.run("web", "back");
    assertThat(town.verdict("web", "db:80")).isEqualTo(REACHED);
    assertThat(town.verdict("web", "db@ext:80")).isNotEqualTo(REFUSED);
  }

  @Test
  void ports_published_on_a_bridge_network_stay_there_when_a_container_network_joins() {
    network(TrustLevel.PUBLISHED);
    town.world.scope(town.blue, "back");
    town.publishing("view", 8080, "back", "ext");
    assertThat(town.verdict("192.168.218.50", PUBLIC + ":8080")).isEqualTo(REACHED);
    // The default route leaves by ext, but what is sent from the address on back does not.
    assertThat(town.seen("192.168.218.50", PUBLIC + ":8080")).isEqualTo("192.168.218.50");
    assertThat(town.verdict(NEIGHBOUR, "view@ext:80")).isEqualTo(DROPPED);
    assertThat(town.verdict(NEIGHBOUR, "view@ext:8080")).isEqualTo(DROPPED);
  }

  @Test
  void a_container_reaches_itself_by_the_public_role_from_a_container_network() {
    var beside = town.blue.nic(Role.PUBLIC).orElseThrow().portGroup();
    town.network(
        "ext", beside, TrustLevel.OUTBOUND, "192.168.218.1/24", "192.168.218.100-192.168.218.110");
    var back = town.world.scope(town.blue, "back");
    town.publishing("view", 8080, "back", "ext");
    assertThat(town.verdict("view", PUBLIC + ":8080")).isEqualTo(REACHED);
    var gateway = back.subnets().getFirst().gateway().toString();
    assertThat(town.seen("view", PUBLIC + ":8080")).isEqualTo(gateway);
    // Others of the network are seen as they are.
    town.run("peer", "ext");
    assertThat(town.seen("peer", PUBLIC + ":8080")).startsWith("192.168.218.");
  }

  @Test
  void a_container_asks_a_container_network_from_its_address_there() {
    network(TrustLevel.OPEN);
    town.world.scope(town.blue, "back");
    town.run("db", "ext");
    town.run("both", "back", "ext");
    town.run("out", "back");
    assertThat(town.seen("both", "db:80")).startsWith("10.2.");
    // By the public role and whatever router leads there.
    assertThat(town.why("out", "db:80")).contains("leaves VCH blue by its public role");
  }

  @Test
  void an_address_that_is_probed_still_answers_nobody() {
    network(TrustLevel.OPEN);
    var web = town.world.start(town.world.create(town.blue, "web", w -> w.on(town.on("ext"))));
    var address = vch.portlayer.rule.World.ip(web).toString();
    assertThat(town.verdict(NEIGHBOUR, address)).isEqualTo(DROPPED);
    assertThat(town.why(NEIGHBOUR, address)).contains("it is being probed");
    assertThat(town.why(NEIGHBOUR, "web")).contains("has no address");
  }

  @Test
  void containers_of_other_vchs_on_the_segment_are_strangers_to_peers_and_guests_of_open() {
    network(TrustLevel.PEERS);
    town.run("web", "ext");
    var green = town.world.vch("green");
    town.network(green, "ext", lan, TrustLevel.OPEN, "10.2.0.1/16");
    var theirs = town.run(town.world.create(green, "theirs", w -> w.on(town.on("ext"))));
    var address = vch.portlayer.rule.World.ip(theirs).toString();
    assertThat(town.verdict("web", address + ":80")).isEqualTo(REACHED);
    assertThat(town.verdict(address, "web:80")).isEqualTo(DROPPED);
  }

  @Test
  void who_asks_from_beyond_a_lan_is_answered_by_that_lan() {
    network(TrustLevel.OPEN);
    town.network("free", town.lan("second"), TrustLevel.OPEN, "10.3.0.1/16");
    town.network("tight", town.lan("third"), TrustLevel.OUTBOUND, "10.4.0.1/16");
    town.run("loose", "free", "ext");
    town.run("held", "tight", "ext");
    // The default route leaves by the network named first; the other has its own for its address.
    for (var name : List.of("loose", "held")) {
      assertThat(town.verdict("198.51.100.9", name + "@ext:80")).isEqualTo(REACHED);
      assertThat(town.why("198.51.100.9", name + "@ext:80")).doesNotContain("the reply");
    }
    // So is a host of the one LAN that asks at the address on the other.
    assertThat(town.verdict("10.3.0.77", "loose@ext:80")).isEqualTo(REACHED);
  }

  @Test
  void without_a_router_of_its_own_a_reply_leaves_by_the_default_route() {
    town.leased("ext", lan, TrustLevel.OPEN);
    town.network("free", town.lan("second"), TrustLevel.OPEN, "10.3.0.1/16");
    town.network("tight", town.lan("third"), TrustLevel.OUTBOUND, "10.4.0.1/16");
    town.lease(town.run("loose", "free", "ext"), "10.2.0.7/16");
    var held = town.run("held", "tight", "ext");
    town.lease(held, "10.2.0.8/16");
    assertThat(town.verdict("198.51.100.9", "loose@ext:80")).isEqualTo(REACHED);
    assertThat(town.why("198.51.100.9", "loose@ext:80"))
        .contains("the reply of loose leaves by network free");
    assertThat(town.verdict("198.51.100.9", "held@ext:80")).isEqualTo(DROPPED);
    assertThat(town.why("198.51.100.9", "held@ext:80"))
        .contains("the reply of held would leave by network tight and is lost");
    town.lease(held, "10.2.0.8/16", "10.2.0.1");
    assertThat(town.verdict("198.51.100.9", "held@ext:80")).isEqualTo(REACHED);
  }
}
