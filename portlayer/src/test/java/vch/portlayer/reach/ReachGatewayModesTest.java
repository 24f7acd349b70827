package vch.portlayer.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.reach.Verdict.DROPPED;
import static vch.portlayer.reach.Verdict.REACHED;
import static vch.portlayer.reach.Verdict.REFUSED;

import org.junit.jupiter.api.Test;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.TrustLevel;

/// Members of bridge scopes at their own addresses. The VCH is 192.168.218.2 on the built-in port
/// group.
class ReachGatewayModesTest {
  private static final String PUBLIC = "192.168.218.2";
  private static final String STRANGER = "192.168.218.50";

  private final Town town = new Town();

  private void network(GatewayMode mode, boolean portsRouted) {
    town.requests.mode(town.blue, "net", mode, portsRouted);
    town.publishing("web", 8080, "net");
  }

  @Test
  void routed_is_pinged_and_asked_at_published_ports() {
    network(GatewayMode.ROUTED, false);
    assertThat(town.verdict(STRANGER, "web@net:80")).isEqualTo(REACHED);
    assertThat(town.seen(STRANGER, "web@net:80")).isEqualTo(STRANGER);
    assertThat(town.verdict(STRANGER, "web@net")).isEqualTo(REACHED);
    assertThat(town.verdict(STRANGER, "web@net:81")).isEqualTo(DROPPED);
    assertThat(town.verdict(STRANGER, PUBLIC + ":8080")).isEqualTo(REFUSED);
    assertThat(town.verdict("machine", "web@net:80")).isEqualTo(REACHED);
    assertThat(town.why(STRANGER, "web@net:80"))
        .contains("taken that network net is routed to the public address of VCH blue")
        .contains("its gateway mode is routed");
  }

  @Test
  void routed_leaves_under_its_own_address_and_other_networks_reach_it_as_the_world_does() {
    network(GatewayMode.ROUTED, false);
    town.run("view", "bridge");
    town.world.internal(town.blue, "vault");
    town.run("db", "vault");
    assertThat(town.verdict("view", "web@net:80")).isEqualTo(REACHED);
    assertThat(town.verdict("view", "web@net:81")).isEqualTo(REFUSED);
    assertThat(town.verdict("web", "view:80")).isEqualTo(REFUSED);
    assertThat(town.verdict("db", "web@net:80")).isEqualTo(REFUSED);
    assertThat(town.why("web", "8.8.8.8:53/udp")).contains("its own address");
  }

  @Test
  void unprotected_is_asked_at_all_ports_from_outside_only() {
    network(GatewayMode.NAT_UNPROTECTED, false);
    town.run("view", "bridge");
    assertThat(town.verdict(STRANGER, "web@net:81")).isEqualTo(REACHED);
    assertThat(town.verdict(STRANGER, PUBLIC + ":8080")).isEqualTo(REACHED);
    assertThat(town.verdict("view", "web@net:81")).isEqualTo(REFUSED);
    assertThat(town.why("web", "8.8.8.8:53/udp")).doesNotContain("its own address");
  }

  @Test
  void a_trusted_role_leads_to_published_ports() {
    network(GatewayMode.NAT, true);
    assertThat(town.verdict(STRANGER, "web@net:80")).isEqualTo(REACHED);
    assertThat(town.verdict(STRANGER, "web@net:81")).isEqualTo(DROPPED);
    assertThat(town.verdict(STRANGER, "web@net")).isEqualTo(DROPPED);
    assertThat(town.why(STRANGER, "web@net:80")).contains("and it trusts the public role");
  }

  @Test
  void nobody_has_the_address_of_the_gateway_where_it_is_isolated() {
    town.requests.mode(town.blue, "net", GatewayMode.ISOLATED, false);
    var web = town.run("web", "net");
    var gateway = vch.portlayer.rule.World.ip(web).toString().replaceFirst("[0-9]+$", "1");
    assertThat(town.verdict("web", gateway)).isEqualTo(DROPPED);
    assertThat(town.why("web", gateway)).contains("nobody on network net has " + gateway);
  }

  @Test
  void routed_answers_though_the_default_route_is_elsewhere() {
    town.network("ext", town.lan("lan"), TrustLevel.OPEN, "10.2.0.1/16");
    town.requests.mode(town.blue, "net", GatewayMode.ROUTED, false);
    town.publishing("web", 8080, "net", "ext");
    assertThat(town.verdict(STRANGER, "web@net:80")).isEqualTo(REACHED);
  }
}
