package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Traffic.REFUSED;
import static vch.app.compat.Traffic.SILENCE;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// IPv6 on bridge networks, with real packets: `two` has both families, `six` only IPv6, `inner` is
/// internal, `quiet` has no traffic between containers. This VCH has no IPv6 address of its own.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Ipv6Test {
  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch vch = new TestVch(machine, "blue");
  private final Map<String, Spot> spots = new ConcurrentHashMap<>();

  /// Of `vch create`.
  String[] options() {
    return new String[0];
  }

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue", options());
    vch.docker("network", "create", "--ipv6", "two").ok();
    vch.docker("network", "create", "--ipv6", "--ipv4=false", "--subnet", "fd11::/64", "six").ok();
    vch.docker("network", "create", "--ipv6", "--internal", "inner").ok();
    vch.docker(
            "network",
            "create",
            "--ipv6",
            "-o",
            "com.docker.network.bridge.enable_icc=false",
            "quiet")
        .ok();
    vch.sleeper("web", "--net", "two", "-p", "8080:80");
    vch.sleeper("peer", "--net", "two");
    vch.sleeper("forger", "--net", "two", "--cap-add", "NET_ADMIN");
    vch.sleeper("alone", "--net", "six", "--ip6", "fd11::77");
    vch.sleeper("friend", "--net", "six");
    vch.sleeper("db", "--net", "inner");
    vch.sleeper("hush", "--net", "quiet");
    vch.sleeper("mute", "--net", "quiet");
    for (var name : List.of("web", "peer", "alone", "db", "hush")) {
      traffic.serve(in(name), 80, name);
    }
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  private Spot in(String container) {
    return spots.computeIfAbsent(container, c -> Spot.in(vch, c));
  }

  private String address(String container) {
    return inspect(container, "GlobalIPv6Address");
  }

  private String inspect(String container, String field) {
    return vch.docker(
            "inspect",
            "--format",
            "{{range .NetworkSettings.Networks}}{{." + field + "}}{{end}}",
            container)
        .ok();
  }

  private String gateway(String network) {
    return vch.docker(
            "network", "inspect", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}", network)
        .ok()
        .replaceAll(".* (?=[0-9a-f]*:)", "")
        .strip();
  }

  @Test
  void members_reach_each_other_by_address_and_by_name() {
    assertThat(traffic.tcp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
    assertThat(traffic.udp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
    assertThat(traffic.tcp(in("friend"), address("alone"), 80))
        .isEqualTo("alone " + address("friend"));
    assertThat(in("peer").pings(gateway("two"))).isTrue();
    vch.docker("exec", "peer", "ping6", "-c", "1", "web").saying("1 packets received");
    vch.docker("exec", "friend", "ping6", "-c", "1", "alone").saying("1 packets received");
    vch.docker("exec", "peer", "nslookup", "-type=aaaa", "web").saying(address("web"));
    vch.docker("exec", "friend", "nslookup", "-type=aaaa", "alone").saying("fd11::77");
    assertThat(vch.docker("exec", "friend", "nslookup", "-type=a", "alone").ok())
        .as("no IPv4 address, and nobody else is asked")
        .doesNotContain("Address: 1")
        .doesNotContain("NXDOMAIN");
    vch.docker("exec", "peer", "nslookup", address("web")).saying("web.two");
    vch.docker("exec", "web", "cat", "/etc/hosts").saying(address("web") + "\t");
    vch.docker("exec", "web", "cat", "/etc/resolv.conf").saying("nameserver 172.");
    vch.docker("exec", "alone", "cat", "/etc/resolv.conf").saying("nameserver fd11::1\n");
  }

  @Test
  void inspect_shows_addresses_and_gateways() {
    assertThat(inspect("alone", "GlobalIPv6Address")).isEqualTo("fd11::77");
    assertThat(inspect("alone", "GlobalIPv6PrefixLen")).isEqualTo("64");
    assertThat(inspect("alone", "IPv6Gateway")).isEqualTo("fd11::1");
    assertThat(inspect("alone", "IPAddress")).isEmpty();
    assertThat(inspect("alone", "IPAMConfig.IPv6Address")).isEqualTo("fd11::77");
    assertThat(address("web")).startsWith("fd").isNotEqualTo(address("peer"));
    assertThat(inspect("web", "IPAddress")).startsWith("172.");
    vch.docker("network", "inspect", "-f", "{{.EnableIPv4}} {{.EnableIPv6}}", "six")
        .saying("false true");
    vch.docker("network", "inspect", "-f", "{{.EnableIPv4}} {{.EnableIPv6}}", "two")
        .saying("true true");
    vch.docker("network", "inspect", "-f", "{{range .Containers}}{{.IPv6Address}} {{end}}", "six")
        .saying("fd11::77/64");
    vch.docker("run", "--rm", "--net", "two", "--ip6", "fd11::5", "busybox", "true")
        .refused("no configured subnet contains IP address fd11::5");
    vch.docker("run", "--rm", "--net", "six", "--ip6", "fd11::77", "busybox", "true")
        .refused("Address already in use");
  }

  @Test
  void a_container_is_ready_to_speak_at_once() {
    // Nothing is detected or waited for: the first packet of the first process leaves.
    vch.docker("run", "--rm", "--net", "six", "busybox", "ping6", "-c", "1", "-W", "1", "fd11::77")
        .saying("1 packets received");
  }

  @Test
  void no_packet_crosses_between_networks() {
    for (var to : List.of(address("alone"), gateway("six"), address("db"), gateway("inner"))) {
      assertThat(traffic.tcp(in("web"), to, 80)).as(to).isEqualTo(REFUSED);
      assertThat(traffic.udp(in("web"), to, 80)).as(to).isEqualTo(REFUSED);
      assertThat(in("web").pings(to)).as(to).isFalse();
    }
    assertThat(traffic.tcp(in("web"), gateway("six"), 53)).isEqualTo(REFUSED);
    for (var to : List.of(address("web"), gateway("two"), address("alone"))) {
      assertThat(traffic.tcp(in("db"), to, 80)).as(to).isIn(REFUSED, SILENCE);
    }
    assertThat(in("db").run("ip", "-6", "route", "show", "default").ok()).isEmpty();
    assertThat(traffic.tcp(in("mute"), address("hush"), 80)).isEqualTo(SILENCE);
    assertThat(in("mute").pings(address("hush"))).isFalse();
    assertThat(in("mute").pings(gateway("quiet"))).isTrue();
  }

  @Test
  void without_an_address_outside_there_is_no_way_out_and_that_is_told_at_once() {
    for (var name : List.of("web", "alone")) {
      assertThat(traffic.tcp(in(name), "2001:db8::1", 80)).as(name).isEqualTo(REFUSED);
      assertThat(traffic.udp(in(name), "2001:db8::1", 80)).as(name).isEqualTo(REFUSED);
    }
  }

  @Test
  void an_address_that_a_container_gives_itself_leads_nowhere() {
    var prefix = gateway("two").replaceAll("1$", "");
    for (var taken : List.of(prefix + "7777", address("web"), gateway("two"))) {
      vch.docker("exec", "forger", "ip", "addr", "add", taken + "/64", "dev", "eth0").ok();
      try {
        var ping =
            vch.docker(
                "exec", "forger", "ping6", "-c", "1", "-W", "1", "-I", taken, address("peer"));
        assertThat(ping.out()).as(taken).contains("0 packets received");
        assertThat(traffic.tcp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
      } finally {
        vch.docker("exec", "forger", "ip", "addr", "del", taken + "/64", "dev", "eth0").ok();
      }
    }
    assertThat(in("forger").pings(address("peer"))).isTrue();
  }

  @Test
  void a_container_is_no_router_and_answers_for_nobody_else() {
    var forger = in("forger");
    var own = forger.mac();
    var web = in("web").mac();
    var peer = in("peer").mac();
    var self = address("forger");
    var local = Frames6.linkLocal(own);
    var gate = gateway("two");
    assertThat(traffic.tcp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
    in("peer").run("sysctl", "-q", "-w", "net.ipv6.conf.eth0.accept_ra=2").ok();
    var frames =
        List.of(
            Frames6.advertisement(own, own, local, address("web")),
            Frames6.advertisement(own, own, self, address("web")),
            Frames6.advertisement(own, own, self, gate),
            Frames6.advertisement(own, own, address("web"), address("web")),
            Frames6.advertisement(web, web, address("web"), address("web")),
            Frames6.behindOptions(Frames6.advertisement(own, own, self, address("web"))),
            Frames6.router(own, local),
            Frames6.router(own, self),
            Frames6.redirect(peer, own, local, address("web")));
    for (var frame : frames) {
      forger.send("eth0", frame);
      for (var to : List.of(address("web"), gate)) {
        var entry = in("peer").run("ip", "-6", "neigh", "show", to).out();
        assertThat(entry).as(frame).doesNotContain(own);
      }
      assertThat(traffic.tcp(in("peer"), address("web"), 80))
          .as(frame)
          .isEqualTo("web " + address("peer"));
    }
    assertThat(in("peer").run("ip", "-6", "route", "show", "default").ok())
        .contains("via " + gate)
        .doesNotContain("fe80");
    // An honest one is heard: the frames are well made.
    in("peer").run("ip", "-6", "neigh", "flush", "dev", "eth0").ok();
    in("peer").run("busybox", "ping6", "-c", "1", "-W", "1", self).ok();
    forger.send("eth0", Frames6.advertisement(own, own, self, self));
    assertThat(in("peer").run("ip", "-6", "neigh", "show", self).out()).contains(own);
  }

  @Test
  void connecting_stopping_and_a_killed_daemon_keep_the_addresses() {
    vch.sleeper("mobile", "--net", "six");
    vch.docker("network", "connect", "two", "mobile").ok();
    var both = inspect("mobile", "GlobalIPv6Address");
    var two = on("two", "mobile");
    traffic.serve(Spot.in(vch, "mobile"), 80, "mobile");
    vch.docker("exec", "peer", "nslookup", "-type=aaaa", "mobile").saying(two);
    var asker = address("peer");
    machine.killDaemon();
    assertThat(traffic.tcp(in("peer"), two, 80)).isEqualTo("mobile " + asker);
    machine.startDaemon();
    Invariants.hold(machine, "after a kill");
    assertThat(inspect("mobile", "GlobalIPv6Address")).isEqualTo(both);
    vch.docker("restart", "-t", "0", "mobile").ok();
    assertThat(inspect("mobile", "GlobalIPv6Address")).isEqualTo(both);
    vch.docker("network", "disconnect", "six", "mobile").ok();
    assertThat(in("peer").pings(two)).isTrue();
    vch.docker("rm", "-f", "mobile").ok();
  }

  private String on(String network, String container) {
    return vch.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\").GlobalIPv6Address}}",
            container)
        .ok();
  }

  @Test
  void what_is_taken_away_from_outside_is_repaired() {
    var endpoint = new Spot(machine.run.resolve("netns").resolve("e-" + vch.id()).toString());
    var segment =
        endpoint
            .run("ip", "-6", "-o", "addr", "show", "to", gateway("six"))
            .ok()
            .replaceAll("^[0-9]+: ([^ ]+) .*", "$1");
    endpoint.run("ip", "-6", "addr", "del", gateway("six") + "/64", "dev", segment).ok();
    TestMachine.until("the gateway is back", () -> in("alone").pings(gateway("six")));
    endpoint.run("ip", "link", "set", segment, "down").ok();
    TestMachine.until("the segment is back", () -> in("alone").pings(gateway("six")));
    in("friend").run("ip", "-6", "addr", "flush", "dev", "eth0", "scope", "global").ok();
    TestMachine.until("the address is back", () -> in("friend").pings(address("alone")));
    in("friend").run("ip", "link", "del", "eth0").ok();
    TestMachine.until("the link is back", () -> in("friend").pings(address("alone")));
    endpoint.run("nft", "flush", "ruleset").ok();
    TestMachine.until("the rules are back", () -> in("friend").pings(address("alone")));
    Invariants.hold(machine, "after repairs");
  }
}
