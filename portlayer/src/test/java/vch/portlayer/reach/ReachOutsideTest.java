package vch.portlayer.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.reach.Verdict.DROPPED;
import static vch.portlayer.reach.Verdict.REACHED;
import static vch.portlayer.reach.Verdict.REFUSED;

import org.junit.jupiter.api.Test;

/// Bridge scopes on port group `up`. Scope `front` knows the host 10.1.0.200, the internal scope
/// `vault` knows 10.2.0.200.
class ReachOutsideTest {
  private static final String NAS = "10.1.0.200";

  private final Town town = Town.joined("up");

  ReachOutsideTest() {
    town.requests.knowing(town.blue, "front", "10.1.0.0/24", NAS, false);
    town.requests.knowing(town.blue, "vault", "10.2.0.0/24", "10.2.0.200", true);
    town.run("web", "front");
    town.run("db", "vault");
    town.run("far", "bridge");
  }

  @Test
  void a_known_host_and_members_reach_each_other() {
    assertThat(town.verdict(NAS, "web:80")).isEqualTo(REACHED);
    assertThat(town.seen(NAS, "web:80")).isEqualTo(NAS);
    assertThat(town.why(NAS, "web:80"))
        .contains("network front knows 10.1.0.200, an auxiliary address of it: a neighbour")
        .contains("whether a program listens on 80/tcp of web is for you to see");
    assertThat(town.verdict("web", NAS + ":80")).isEqualTo(REACHED);
    assertThat(town.why("web", NAS + ":80"))
        .contains("a neighbour")
        .contains("10.1.0.200 is not ours");
  }

  @Test
  void other_hosts_and_other_networks_are_out_of_reach() {
    assertThat(town.verdict("10.1.0.201", "web:80")).isEqualTo(DROPPED);
    assertThat(town.why("10.1.0.201", "web:80"))
        .isEqualTo(
            "on port group up network front knows the hosts of its auxiliary addresses only (none, if it is internal), and not"
                + " 10.1.0.201");
    assertThat(town.verdict(NAS, "far:80")).isEqualTo(DROPPED);
    assertThat(town.verdict("web", "10.1.0.201:80")).isEqualTo(DROPPED);
    assertThat(town.verdict("far", NAS + ":80")).isEqualTo(REFUSED);
  }

  @Test
  void an_internal_network_knows_nobody() {
    assertThat(town.verdict("10.2.0.200", "db:80")).isEqualTo(DROPPED);
    assertThat(town.verdict("db", "10.2.0.200:80")).isEqualTo(DROPPED);
  }

  @Test
  void a_gateway_is_there_for_members() {
    assertThat(town.verdict(NAS, "10.1.0.1:53/udp")).isEqualTo(DROPPED);
    assertThat(town.why(NAS, "10.1.0.1:53/udp"))
        .isEqualTo(
            "gateway 10.1.0.1 of network front is there for its members, not for hosts on port group up");
  }
}
