package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Traffic.REFUSED;
import static vch.app.compat.Traffic.SILENCE;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What must not reach what: scopes, hosts, the machine, neighbours, forgers. Host `blue` has a
/// default bridge (web, peer, forger), a network (red) and an internal one (db, admin); `model` is
/// on both of these. Host `green` has its Docker API on a client network of its own, and no traffic
/// between containers of its default bridge.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationTest {
  private static final String NEIGHBOUR = "192.168.218.77";
  private static final String GREEN_RANGE = "10.50.0.0/16";

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch blue = new TestVch(machine, "blue");
  private TestVch green = new TestVch(machine, "green");
  private final Map<String, Spot> spots = new ConcurrentHashMap<>();
  private final Map<String, String> addresses = new ConcurrentHashMap<>();
  private final Map<String, String> gateways = new ConcurrentHashMap<>();
  private final Spot here = Spot.named(machine.namespace);
  private Spot neighbour = here;
  private Spot client = here;
  private String publicly = "";

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.vch("portgroup", "create", "clients", "--nat", "--subnet", "10.77.0.0/24").ok();
    blue = machine.create("blue");
    green =
        machine.create(
            "green",
            "--client-network",
            "clients",
            "--icc=false",
            "--bridge-network-range",
            GREEN_RANGE,
            "--bridge-network-width",
            "24");
    publicly = blue.publicAddress();
    var clients = machine.vch("portgroup", "inspect", "clients", "--format", "{{.Link}}").ok();
    neighbour = Spot.named(machine.host("nb", machine.vmNetwork(), NEIGHBOUR + "/24").namespace());
    client = Spot.named(machine.host("cl", clients, "10.77.0.77/24").namespace());
    blue.docker("network", "create", "red").ok();
    blue.docker("network", "create", "--internal", "inner").ok();
    blue.sleeper("web", "-p", "8080:80", "-p", "8080:80/udp");
    blue.sleeper("peer");
    blue.sleeper("forger", "--cap-add", "NET_ADMIN");
    blue.sleeper("red", "--net", "red");
    blue.sleeper("db", "--net", "inner");
    blue.sleeper("admin", "--net", "inner", "--privileged");
    blue.sleeper("model", "--net", "inner");
    blue.docker("network", "connect", "red", "model").ok();
    green.sleeper("mute");
    green.sleeper("deaf", "-p", "8081:80");
    for (var name : List.of("web", "peer", "red", "db", "model")) {
      traffic.serve(Spot.in(blue, name), 80, name);
    }
    for (var name : List.of("mute", "deaf")) {
      traffic.serve(Spot.in(green, name), 80, name);
    }
    traffic.serve(neighbour, 80, "neighbour");
    traffic.serve(here, 80, "machine");
    traffic.serve(client, 80, "client");
    // Whoever wants in routes to the containers by the host's public address.
    for (var spot : List.of(here, neighbour)) {
      spot.run("ip", "route", "add", "172.16.0.0/12", "via", publicly).ok();
      spot.run("ip", "route", "add", GREEN_RANGE, "via", green.publicAddress()).ok();
    }
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  private Spot in(String container) {
    return spots.computeIfAbsent(container, c -> Spot.in(blue, c));
  }

  private String address(String container) {
    return addresses.computeIfAbsent(container, blue::address);
  }

  private String on(String network, String container) {
    return blue.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}",
            container)
        .ok();
  }

  private String mac(String container) {
    return in(container).mac();
  }

  private String gateway(String network) {
    return gateways.computeIfAbsent(
        network,
        n ->
            blue.docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", n)
                .ok());
  }

  /// Neither by TCP nor by UDP nor by ICMP; all is tried at once, since silence takes its time.
  private void unreachable(Spot from, String... addresses) {
    var came = new ConcurrentHashMap<String, String>();
    try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var address : addresses) {
        each.submit(() -> came.put("tcp to " + address, traffic.tcp(from, address, 80)));
        each.submit(() -> came.put("udp to " + address, traffic.udp(from, address, 80)));
        each.submit(() -> came.put("ping to " + address, from.pings(address) ? "answer" : SILENCE));
      }
    }
    assertThat(came)
        .hasSize(3 * addresses.length)
        .allSatisfy((what, said) -> assertThat(said).as(what).isIn(REFUSED, SILENCE));
  }

  @Test
  void the_way_out_and_the_way_within_are_open() {
    assertThat(traffic.tcp(in("web"), NEIGHBOUR, 80)).isEqualTo("neighbour " + publicly);
    assertThat(traffic.udp(in("red"), NEIGHBOUR, 80)).isEqualTo("neighbour " + publicly);
    assertThat(traffic.tcp(in("model"), "192.168.218.1", 80)).isEqualTo("machine " + publicly);
    assertThat(traffic.tcp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
    assertThat(traffic.udp(in("model"), on("inner", "db"), 80))
        .isEqualTo("db " + on("inner", "model"));
    assertThat(in("peer").pings(gateway("bridge"))).isTrue();
    assertThat(in("db").pings(gateway("inner"))).isTrue();
    assertThat(neighbour.pings(publicly)).isTrue();
  }

  @Test
  void a_scope_does_not_reach_another() {
    assertThat(traffic.tcp(in("web"), address("red"), 80)).as("told at once").isEqualTo(REFUSED);
    assertThat(traffic.udp(in("web"), address("red"), 80)).as("told at once").isEqualTo(REFUSED);
    unreachable(in("web"), address("red"), address("db"), gateway("red"), gateway("inner"));
    unreachable(in("red"), address("web"), address("db"), gateway("bridge"), gateway("inner"));
    unreachable(in("db"), address("web"), address("red"), gateway("bridge"), gateway("red"));
    for (var other : List.of("red", "inner")) {
      assertThat(traffic.tcp(in("web"), gateway(other), 53)).isEqualTo(REFUSED);
    }
  }

  @Test
  void a_host_does_not_reach_the_containers_of_another() {
    // The machine has a route to green's containers, and blue's have a way out.
    unreachable(in("web"), green.address("mute"));
    unreachable(Spot.in(green, "mute"), address("web"));
    assertThat(traffic.tcp(in("web"), green.publicAddress(), 8081))
        .as("published")
        .isEqualTo("deaf " + publicly);
  }

  @Test
  void machine_and_neighbour_do_not_reach_containers_by_a_route() {
    for (var from : List.of(here, neighbour)) {
      unreachable(from, address("web"), address("red"), address("db"), green.address("mute"));
      unreachable(from, gateway("bridge"), gateway("inner"));
      for (var network : List.of("bridge", "inner")) {
        assertThat(traffic.tcp(from, gateway(network), 53)).isIn(REFUSED, SILENCE);
        assertThat(traffic.tcp(from, gateway(network), 2376)).isIn(REFUSED, SILENCE);
      }
      assertThat(traffic.tcp(from, publicly, 53)).isEqualTo(REFUSED);
      assertThat(traffic.udp(from, publicly, 53)).isEqualTo(REFUSED);
    }
  }

  @Test
  void an_internal_network_has_no_way_out_even_with_routes_of_ones_own() {
    var gate = gateway("inner");
    for (var via : List.of(gate, on("inner", "model"))) {
      blue.docker("exec", "admin", "ip", "route", "replace", "default", "via", via).ok();
      Spot.in(blue, "model").run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1").ok();
      unreachable(
          in("admin"), NEIGHBOUR, "192.168.218.1", publicly, address("web"), address("red"));
      assertThat(traffic.tcp(in("admin"), publicly, 8080))
          .as("publications of others")
          .isIn(REFUSED, SILENCE);
      assertThat(traffic.tcp(in("admin"), gate, 8080))
          .as("publications of others")
          .isIn(REFUSED, SILENCE);
    }
    blue.docker("exec", "admin", "ip", "route", "del", "default").ok();
    assertThat(traffic.tcp(in("admin"), on("inner", "db"), 80))
        .isEqualTo("db " + on("inner", "admin"));
    blue.docker("run", "--rm", "--net", "inner", "busybox", "ip", "route").saying("dev eth0");
    assertThat(blue.docker("run", "--rm", "--net", "inner", "busybox", "ip", "route").ok())
        .doesNotContain("default");
  }

  @Test
  void an_address_that_a_container_gives_itself_leads_nowhere() {
    var free = "172.16.77.77";
    for (var taken : List.of(free, address("web"), gateway("bridge"))) {
      blue.docker("exec", "forger", "ip", "addr", "add", taken + "/16", "dev", "eth0").ok();
      try {
        var pings =
            blue.docker(
                "exec",
                "forger",
                "sh",
                "-c",
                "arping -c 1 -w 1 -A -I eth0 -s %1$s %1$s & ping -c 1 -W 1 -I %1$s %2$s & ping -c 1 -W 1 -I %1$s %3$s & wait"
                    .formatted(taken, address("peer"), NEIGHBOUR));
        assertThat(pings.ok()).contains("0 packets received").doesNotContain("1 packets received");
        assertThat(traffic.tcp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
        assertThat(traffic.tcp(in("peer"), NEIGHBOUR, 80)).isEqualTo("neighbour " + publicly);
      } finally {
        blue.docker("exec", "forger", "ip", "addr", "del", taken + "/16", "dev", "eth0").ok();
      }
    }
    assertThat(in("forger").pings(address("peer"))).isTrue();
  }

  @Test
  void a_container_with_another_ethernet_address_is_cut_off() {
    var own = mac("forger");
    for (var other : List.of(mac("web"), "02:00:00:00:00:99")) {
      blue.docker("exec", "forger", "ip", "link", "set", "eth0", "address", other).ok();
      assertThat(in("forger").pings(address("peer"))).isFalse();
      assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("web " + NEIGHBOUR);
    }
    blue.docker("exec", "forger", "ip", "link", "set", "eth0", "address", own).ok();
    TestMachine.until("its own address works again", () -> in("forger").pings(address("peer")));
  }

  @Test
  void forged_frames_draw_no_traffic_away() {
    var web = mac("web");
    var own = mac("forger");
    var forger = in("forger");
    var gate = gateway("bridge");
    var frames =
        List.of(
            Frames.lldp(web),
            Frames.arp(own, own, address("web")),
            Frames.arp(own, own, gate),
            Frames.arp(web, web, address("web")),
            Frames.arp(own, web, address("forger")),
            Frames.udp("ffffffffffff", web, address("web"), "172.16.255.255", 9, "x"),
            Frames.tagged("ffffffffffff", web, address("web"), "172.16.255.255", 9, "x"));
    assertThat(traffic.udp(neighbour, publicly, 8080)).isEqualTo("web " + NEIGHBOUR);
    assertThat(traffic.tcp(in("peer"), address("web"), 80)).isEqualTo("web " + address("peer"));
    for (var frame : frames) {
      forger.send("eth0", frame);
      assertThat(traffic.udp(neighbour, publicly, 8080)).as(frame).isEqualTo("web " + NEIGHBOUR);
      assertThat(traffic.udp(in("peer"), address("web"), 80))
          .as(frame)
          .isEqualTo("web " + address("peer"));
      assertThat(traffic.udp(in("peer"), NEIGHBOUR, 80))
          .as(frame)
          .isEqualTo("neighbour " + publicly);
    }
  }

  @Test
  void forged_datagrams_arrive_nowhere() {
    var heard = new CopyOnWriteArrayList<String>();
    for (var spot : List.of(in("peer"), neighbour)) {
      traffic.datagrams(
          spot,
          4000,
          (said, from) -> {
            heard.add(
                new String(said, StandardCharsets.US_ASCII)
                    + " from "
                    + from.getAddress().getHostAddress());
            return new byte[0];
          });
    }
    var forger = in("forger");
    var own = mac("forger");
    var self = address("forger");
    var peer = address("peer");
    var gate = in("peer").run("ip", "neigh", "show", gateway("bridge")).out();
    var router = gate.replaceAll("(?s).*lladdr ([0-9a-f:]+).*", "$1");
    assertThat(router).as(gate).matches("[0-9a-f:]{17}");
    forger.send("eth0", Frames.udp(mac("peer"), own, address("web"), peer, 4000, "source of web"));
    forger.send(
        "eth0", Frames.udp(mac("peer"), mac("web"), address("web"), peer, 4000, "all of web"));
    forger.send("eth0", Frames.udp(mac("peer"), own, NEIGHBOUR, peer, 4000, "source of neighbour"));
    forger.send("eth0", Frames.tagged(mac("peer"), own, address("web"), peer, 4000, "tagged"));
    forger.send("eth0", Frames.udp(router, own, address("web"), NEIGHBOUR, 4000, "out as web"));
    forger.send("eth0", Frames.udp(router, own, "8.8.8.8", NEIGHBOUR, 4000, "out as somebody"));
    forger.send("eth0", Frames.udp(router, own, self, peer, 4000, "by the router"));
    // What the neighbour forges: a container's address, the machine's behind the router.
    var outside = neighbour.mac();
    var nic =
        machine
            .here("ip", "-o", "neigh", "show", publicly)
            .out()
            .replaceAll("(?s).*lladdr ([0-9a-f:]+).*", "$1");
    neighbour.send(
        "eth0", Frames.udp(nic, outside, address("web"), peer, 4000, "web from outside"));
    neighbour.send("eth0", Frames.udp(nic, outside, NEIGHBOUR, peer, 4000, "straight in"));
    neighbour.send(
        "eth0", Frames.udp(nic, outside, address("web"), publicly, 8080, "published, forged"));
    forger.send("eth0", Frames.udp(mac("peer"), own, self, peer, 4000, "honest"));
    forger.send("eth0", Frames.udp(router, own, self, NEIGHBOUR, 4000, "honest"));
    TestMachine.until("the honest ones are heard", () -> heard.size() >= 2);
    assertThat(heard).containsExactlyInAnyOrder("honest from " + self, "honest from " + publicly);
  }

  @Test
  void there_is_no_other_family_to_go_by() {
    blue.docker("exec", "admin", "sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6")
        .ok();
    var db = in("db");
    db.run("sysctl", "-q", "-w", "net.ipv6.conf.eth0.disable_ipv6=0").ok();
    var address =
        db.run("ip", "-6", "-o", "addr", "show", "dev", "eth0")
            .out()
            .replaceAll("(?s).*inet6 ([0-9a-f:]+)/.*", "$1");
    assertThat(address).startsWith("fe80:");
    assertThat(
            in("admin").run("busybox", "ping6", "-c", "1", "-W", "1", address + "%eth0").status())
        .isNotZero();
    db.run("sysctl", "-q", "-w", "net.ipv6.conf.eth0.disable_ipv6=1").ok();
  }

  @Test
  void the_docker_api_answers_on_the_client_network_only() {
    var api =
        green.machine().vch("inspect", "--name", "green", "--format", "{{.Client.Address}}").ok();
    assertThat(api).startsWith("10.77.0.");
    var keys = machine.state.resolve("vchs").resolve(green.id()).resolve("tls");
    client
        .run(
            "docker",
            "--tlsverify",
            "--tlscacert",
            keys + "/ca.pem",
            "--tlscert",
            keys + "/cert.pem",
            "--tlskey",
            keys + "/key.pem",
            "-H",
            "tcp://" + api + ":2376",
            "ps")
        .saying("deaf");
    assertThat(client.run("curl", "-sk", "-m", "2", "https://" + api + ":2376/_ping").out())
        .as("without a certificate")
        .isEmpty();
    var inside = Spot.in(green, "mute");
    var gate =
        green
            .docker(
                "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge")
            .ok();
    neighbour.run("ip", "route", "add", "10.77.0.0/24", "via", green.publicAddress()).ok();
    for (var port : new int[] {2375, 2376, 2377, 2378}) {
      for (var address : List.of(api, green.publicAddress())) {
        assertThat(traffic.tcp(neighbour, address, port)).as(address + ":" + port).isIn(REFUSED);
      }
      for (var address : List.of(api, green.publicAddress(), gate)) {
        assertThat(traffic.tcp(inside, address, port)).as(address + ":" + port).isIn(REFUSED);
      }
      for (var address : List.of(publicly, gateway("bridge"))) {
        assertThat(traffic.tcp(in("web"), address, port)).as(address + ":" + port).isIn(REFUSED);
      }
    }
    // What is published is published on public only.
    assertThat(traffic.tcp(neighbour, green.publicAddress(), 8081)).isEqualTo("deaf " + NEIGHBOUR);
    assertThat(traffic.tcp(client, api, 8081)).isEqualTo(REFUSED);
    neighbour.run("ip", "route", "del", "10.77.0.0/24").ok();
  }

  @Test
  void the_client_network_is_no_way_in_and_no_way_out() {
    var api = machine.vch("inspect", "--name", "green", "--format", "{{.Client.Address}}").ok();
    var mute = Spot.in(green, "mute");
    unreachable(mute, "10.77.0.77", "10.77.0.1");
    client.run("ip", "route", "add", GREEN_RANGE, "via", api).ok();
    client.run("ip", "route", "add", "192.168.218.0/24", "via", api).ok();
    unreachable(client, green.address("mute"), NEIGHBOUR, green.publicAddress());
    assertThat(traffic.tcp(client, green.publicAddress(), 8081))
        .as("publications are of the public role")
        .isIn(REFUSED, SILENCE);
    client.run("ip", "route", "del", "192.168.218.0/24").ok();
  }

  @Test
  void without_traffic_between_containers_they_meet_by_publications_only() {
    unreachable(Spot.in(green, "mute"), green.address("deaf"));
    unreachable(Spot.in(green, "deaf"), green.address("mute"));
    assertThat(traffic.tcp(Spot.in(green, "mute"), NEIGHBOUR, 80))
        .isEqualTo("neighbour " + green.publicAddress());
    assertThat(traffic.tcp(Spot.in(green, "mute"), green.publicAddress(), 8081))
        .startsWith("deaf ");
    blue.docker("network", "create", "-o", "com.docker.network.bridge.enable_icc=false", "quiet")
        .ok();
    blue.sleeper("one", "--net", "quiet");
    blue.sleeper("two", "--net", "quiet");
    traffic.serve(in("one"), 80, "one");
    unreachable(in("two"), address("one"));
    // By way of the router neither.
    in("two").run("ip", "route", "replace", address("one"), "via", gateway("quiet")).ok();
    unreachable(in("two"), address("one"));
    blue.docker("exec", "two", "nslookup", "-type=a", "one").saying(address("one"));
  }
}
