package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Traffic.REFUSED;
import static vch.app.compat.Traffic.SILENCE;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The way out and in by IPv6, with packets from a neighbour on the public network, from the
/// machine and from containers. The public role has an address of each family; `two` has both
/// families, `four` IPv4 only, `six` IPv6 only.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Ipv6WayOutTest {
  private static final String NEIGHBOUR = Lan6.NEIGHBOUR;
  private static final String BEYOND = "2001:db8::1";
  private static final String PUBLIC = Lan6.PUBLIC;

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch vch = new TestVch(machine, "blue");
  private Spot neighbour = Spot.named(machine.namespace);
  private final Spot here = Spot.named(machine.namespace);

  /// Of `vch create`.
  String[] options() {
    return new String[0];
  }

  @BeforeAll
  void start() {
    machine.startDaemon();
    var lan = Lan6.of(machine, options());
    vch = lan.vch();
    neighbour = Spot.named(lan.neighbour().namespace());
    // Another network behind the machine, to which it masquerades.
    machine.here("ip", "link", "add", "out", "type", "bridge").ok();
    machine.here("ip", "link", "set", "out", "up").ok();
    machine.here("ip", "addr", "add", "2001:db8::ff/64", "dev", "out", "nodad").ok();
    var beyond = machine.host("by", "out", "203.0.113.1/24");
    beyond.run("ip", "addr", "add", BEYOND + "/64", "dev", "eth0", "nodad").ok();
    traffic.serve(neighbour, 80, "neighbour");
    traffic.serve(here, 80, "machine");
    traffic.serve(Spot.named(beyond.namespace()), 80, "beyond");
    vch.docker("network", "create", "--ipv6", "two").ok();
    vch.docker("network", "create", "four").ok();
    vch.docker("network", "create", "--ipv6", "--ipv4=false", "--subnet", "fd11::/64", "six").ok();
    vch.docker("network", "create", "--ipv6", "--internal", "inner").ok();
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  @AfterEach
  void remove() {
    vch.removeContainers();
  }

  private Spot run(String name, String... options) {
    vch.sleeper(name, options);
    return Spot.in(vch, name);
  }

  private String address(String container) {
    return vch.docker(
            "inspect",
            "--format",
            "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}",
            container)
        .ok();
  }

  @Test
  void the_public_role_has_an_address_of_each_family() {
    var shown =
        machine
            .vch(
                "inspect",
                "--name",
                "blue",
                "--format",
                "{{.Public.Address}} {{.Public.IPv6Address}} {{.Public.IPv6Subnet}} {{.Public.IPv6Gateway}}")
            .ok();
    assertThat(shown).isEqualTo("10.80.0.2 " + PUBLIC + " fd80::/64 fd80::1");
    machine
        .vch("portgroup", "inspect", "lan6", "--format", "{{.Subnet}} {{.IPv6Subnet}}")
        .saying("10.80.0.0/24 fd80::/64");
    assertThat(neighbour.pings(PUBLIC)).isTrue();
    assertThat(here.pings(PUBLIC)).isTrue();
  }

  @Test
  void what_leaves_takes_the_address_of_the_public_role() {
    var web = run("web", "--net", "two");
    assertThat(traffic.tcp(web, NEIGHBOUR, 80)).isEqualTo("neighbour " + PUBLIC);
    assertThat(traffic.udp(web, NEIGHBOUR, 80)).isEqualTo("neighbour " + PUBLIC);
    assertThat(traffic.tcp(web, "fd80::1", 80)).isEqualTo("machine " + PUBLIC);
    assertThat(traffic.tcp(run("alone", "--net", "six"), NEIGHBOUR, 80))
        .isEqualTo("neighbour " + PUBLIC);
    assertThat(traffic.tcp(web, BEYOND, 80)).isEqualTo("beyond 2001:db8::ff");
    assertThat(web.pings(BEYOND)).isTrue();
    assertThat(traffic.tcp(run("db", "--net", "inner"), NEIGHBOUR, 80)).isIn(REFUSED, SILENCE);
    assertThat(traffic.tcp(run("old", "--net", "four"), NEIGHBOUR, 80)).isIn(REFUSED, SILENCE);
    // A neighbour that routes to a container gets no answer, nor one that forges.
    for (var from : List.of(neighbour, here)) {
      from.run("ip", "route", "add", address("web") + "/128", "via", PUBLIC).ok();
      assertThat(traffic.tcp(from, address("web"), 80)).isIn(REFUSED, SILENCE);
      assertThat(from.pings(address("web"))).isFalse();
    }
    assertThat(traffic.tcp(neighbour, PUBLIC, 53)).isEqualTo(REFUSED);
  }

  @Test
  void a_publication_is_reached_by_both_families_and_the_server_sees_the_client_itself() {
    var web =
        run(
            "web",
            "--net",
            "two",
            "-p",
            "8080:80",
            "-p",
            "5353:53/udp",
            "-p",
            "9000-9009:9000-9009",
            "-p",
            "7000-7001:80-81");
    traffic.serve(web, 80, "web");
    traffic.serve(web, 53, "names");
    traffic.serve(web, 9005, "range");
    for (var pair : List.of(List.of(PUBLIC, NEIGHBOUR), List.of("10.80.0.2", "10.80.0.77"))) {
      var to = pair.getFirst();
      var from = pair.getLast();
      assertThat(traffic.tcp(neighbour, to, 8080)).isEqualTo("web " + from);
      assertThat(traffic.udp(neighbour, to, 5353)).isEqualTo("names " + from);
      assertThat(traffic.tcp(neighbour, to, 9005)).isEqualTo("range " + from);
      assertThat(traffic.tcp(neighbour, to, 7000)).isEqualTo("web " + from);
      assertThat(traffic.tcp(neighbour, to, 7002)).isEqualTo(REFUSED);
    }
    assertThat(traffic.tcp(here, PUBLIC, 8080)).isEqualTo("web fd80::1");
    assertThat(vch.docker("port", "web", "80").ok().lines())
        .containsExactlyInAnyOrder("0.0.0.0:8080", "[::]:8080", "0.0.0.0:7000", "[::]:7000");
    vch.docker("ps", "--format", "{{.Ports}}").saying("[::]:8080->80/tcp");
    vch.docker("inspect", "--format", "{{json .NetworkSettings.Ports}}", "web")
        .saying("{\"HostIp\":\"::\",\"HostPort\":\"5353\"}");
    vch.docker("stop", "-t", "0", "web").ok();
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo(REFUSED);
  }

  @Test
  void a_host_address_says_the_family() {
    var web =
        run(
            "web",
            "--net",
            "two",
            "-p",
            "[::]:8080:80",
            "-p",
            "0.0.0.0:8081:80",
            "-p",
            "[" + PUBLIC + "]:8082:80",
            "-p",
            "10.80.0.2:8082:81");
    traffic.serve(web, 80, "web");
    traffic.serve(web, 81, "other");
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo("web " + NEIGHBOUR);
    assertThat(traffic.tcp(neighbour, "10.80.0.2", 8080)).isEqualTo(REFUSED);
    assertThat(traffic.tcp(neighbour, PUBLIC, 8081)).isEqualTo(REFUSED);
    assertThat(traffic.tcp(neighbour, "10.80.0.2", 8081)).isEqualTo("web 10.80.0.77");
    assertThat(traffic.tcp(neighbour, PUBLIC, 8082)).isEqualTo("web " + NEIGHBOUR);
    assertThat(traffic.tcp(neighbour, "10.80.0.2", 8082)).isEqualTo("other 10.80.0.77");
    assertThat(vch.docker("port", "web", "80").ok().lines())
        .containsExactlyInAnyOrder("[::]:8080", "0.0.0.0:8081", "[" + PUBLIC + "]:8082");
    vch.docker("run", "-d", "--net", "two", "-p", "8080:80", "busybox", "sleep", "9")
        .refused("port is already allocated (by container web)");
    vch.docker("run", "-d", "--net", "two", "-p", "[fd99::1]:80:80", "busybox", "sleep", "9")
        .refused("not for fd99::1");
    // Another family, so another port.
    traffic.serve(run("next", "--net", "two", "-p", "0.0.0.0:8080:80"), 80, "next");
    assertThat(traffic.tcp(neighbour, "10.80.0.2", 8080)).isEqualTo("next 10.80.0.77");
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo("web " + NEIGHBOUR);
  }

  @Test
  void who_has_one_family_is_published_on_that_one() {
    var old = run("old", "--net", "four", "-p", "8080:80");
    traffic.serve(old, 80, "old");
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo(REFUSED);
    assertThat(traffic.tcp(neighbour, "10.80.0.2", 8080)).isEqualTo("old 10.80.0.77");
    assertThat(vch.docker("port", "old").ok()).isEqualTo("80/tcp -> 0.0.0.0:8080");
    var alone = run("alone", "--net", "six", "-p", "8081:80");
    traffic.serve(alone, 80, "alone");
    assertThat(traffic.tcp(neighbour, PUBLIC, 8081)).isEqualTo("alone " + NEIGHBOUR);
    assertThat(vch.docker("port", "alone").ok()).isEqualTo("80/tcp -> [::]:8081");
    vch.docker("create", "--net", "four", "-p", "[::]:8090:80", "busybox", "true")
        .saying("no IPv6 address");
    // One more network, of the other family.
    vch.docker("network", "connect", "two", "old").ok();
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo("old " + NEIGHBOUR);
  }

  @Test
  void hairpin_by_the_public_address_and_by_the_gateway() {
    var web = run("web", "--net", "six", "-p", "8080:80", "-p", "8053:53/udp");
    traffic.serve(web, 80, "web");
    traffic.serve(web, 53, "names");
    var peer = run("peer", "--net", "six");
    var other = run("other", "--net", "two");
    for (var spot : List.of(web, peer)) {
      assertThat(traffic.tcp(spot, PUBLIC, 8080)).isEqualTo("web fd11::1");
      assertThat(traffic.udp(spot, PUBLIC, 8053)).isEqualTo("names fd11::1");
      assertThat(traffic.tcp(spot, "fd11::1", 8080)).isEqualTo("web fd11::1");
    }
    assertThat(traffic.tcp(other, PUBLIC, 8080)).isEqualTo("web " + address("other"));
    assertThat(traffic.tcp(run("inner", "--net", "inner"), PUBLIC, 8080)).isIn(REFUSED, SILENCE);
    vch.docker("exec", "peer", "nslookup", "-type=aaaa", "web").saying(address("web"));
  }

  @Test
  void a_datagram_flow_follows_a_publication_that_moves() throws Exception {
    traffic.serve(run("one", "--net", "two", "-p", "8080:80/udp"), 80, "one");
    try (var client = traffic.talk(neighbour, PUBLIC, 8080)) {
      assertThat(client.ask()).isEqualTo("one " + NEIGHBOUR);
      vch.docker("rm", "-f", "one").ok();
      traffic.serve(run("other", "--net", "two", "-p", "8080:80/udp"), 80, "other");
      assertThat(client.ask()).isEqualTo("other " + NEIGHBOUR);
    }
  }

  @Test
  void a_killed_daemon_and_its_successor_change_nothing() {
    traffic.serve(run("web", "--net", "two", "-p", "8080:80"), 80, "web");
    machine.killDaemon();
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo("web " + NEIGHBOUR);
    machine.startDaemon();
    assertThat(machine.vch("plan").ok()).isBlank();
    assertThat(traffic.tcp(neighbour, PUBLIC, 8080)).isEqualTo("web " + NEIGHBOUR);
    Invariants.hold(machine, "after a kill");
  }
}
