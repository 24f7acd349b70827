package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.testkit.Parts;

class LinkSettingsTest {
  private final List<String> problems = new ArrayList<>();

  private Map<String, String> read(String text, Optional<Scope> scope) {
    return LinkSettings.read(Optional.of(text), scope, problems);
  }

  @Test
  void settings_are_paths_with_a_place_for_the_link() {
    assertThat(
            read(
                "net.ipv4.conf.IFNAME.log_martians=01,net.ipv6.neigh.ifname.retrans_time_ms= 500 ,net.mpls.conf.IFNAME.input=1",
                Optional.empty()))
        .isEqualTo(
            Map.of(
                "net/ipv4/conf/IFNAME/log_martians",
                "1",
                "net/ipv6/neigh/IFNAME/retrans_time_ms",
                "500",
                "net/mpls/conf/IFNAME/input",
                "1"));
    assertThat(problems).isEmpty();
    assertThat(LinkSettings.read(Optional.empty(), Optional.empty(), problems)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "net.ipv4.ip_forward=1",
        "net.ipv4.conf.eth0.forwarding=1",
        "net.core.conf.IFNAME.forwarding=1",
        "kernel.ipv4.conf.IFNAME.forwarding=1",
        "net.ipv4.conf.IFNAME.forwarding",
        "net.ipv4.conf.IFNAME.forwarding=",
        "net.ipv4.conf.IFNAME.../../forwarding=1",
        "net.ipv4.conf.IFNAME.forwarding=1\n2",
      })
  void others_are_refused(String setting) {
    read(setting, Optional.empty());
    assertThat(problems)
        .containsExactly(
            "unrecognised network interface sysctl '"
                + setting
                + "'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'");
  }

  @Test
  void what_follows_from_the_network_cannot_be_set() {
    read("net.ipv6.conf.IFNAME.disable_ipv6=1", Optional.empty());
    assertThat(problems)
        .containsExactly(
            "network interface sysctl 'net.ipv6.conf.IFNAME.disable_ipv6=1' cannot be set: it follows from the network; leave it out");
    problems.clear();
    var world = new World();
    var blue = world.vch("blue");
    var bridge = world.scope(blue, "net");
    read("net.ipv6.conf.IFNAME.accept_ra=2", Optional.of(bridge));
    assertThat(problems).isEmpty();
    var lan = new Lans(world).add(blue, "lan", Lans.on("lan"));
    read("net.ipv6.conf.IFNAME.accept_ra=2", Optional.of(lan));
    assertThat(problems).hasSize(1);
  }

  /// `docker create`, then `vch configure`.
  @Test
  void a_network_that_is_made_later_has_its_say_when_the_container_starts() {
    var world = new World();
    var blue = world.vch("blue");
    var asked =
        Parts.of(world.at("lan"))
            .set("sysctls", Optional.of("net.ipv6.conf.IFNAME.accept_ra=2"))
            .made();
    var web = world.create(blue, "web", w -> w.on(asked));
    new Lans(world).add(blue, "lan", Lans.on("lan").gateways("10.2.0.1/16"));
    refused(
        world,
        Refusal.Invalid.class,
        "invalid config for network lan: invalid endpoint settings:\n"
            + "network interface sysctl 'net.ipv6.conf.IFNAME.accept_ra=2' cannot be set: it follows from the network; leave it out",
        i -> ContainerRules.starting(i, web.id(), true, new Random(1)));
    var fine = world.create(blue, "fine", w -> w.on(world.at("lan")));
    assertThat(world.start(fine).live()).isTrue();
  }
}
