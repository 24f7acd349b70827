package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Traffic.REFUSED;
import static vch.app.compat.Traffic.SILENCE;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Published ports, with packets from a neighbour on the public network, from the machine and from
/// containers.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublicationsTest {
  private static final String NEIGHBOUR = "192.168.218.77";

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch vch = new TestVch(machine, "blue");
  private Spot neighbour = Spot.named(machine.namespace);
  private String publicly = "";

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue");
    publicly = vch.publicAddress();
    neighbour = Spot.named(machine.host("nb", machine.vmNetwork(), NEIGHBOUR + "/24").namespace());
    vch.docker("network", "create", "red").ok();
    vch.docker("network", "create", "grey").ok();
    vch.docker("network", "create", "--internal", "inner").ok();
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

  /// A container that sleeps, with the options.
  private Spot run(String name, String... options) {
    vch.sleeper(name, options);
    return Spot.in(vch, name);
  }

  @Test
  void tcp_and_udp_answer_and_the_server_sees_the_client_itself() {
    var web = run("web", "-p", "8080:80", "-p", "5353:53/udp");
    traffic.serve(web, 80, "web");
    traffic.serve(web, 53, "names");
    assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("web " + NEIGHBOUR);
    assertThat(traffic.udp(neighbour, publicly, 5353)).isEqualTo("names " + NEIGHBOUR);
    assertThat(traffic.tcp(Spot.named(machine.namespace), publicly, 8080))
        .isEqualTo("web 192.168.218.1");
    assertThat(traffic.udp(neighbour, publicly, 8080)).as("tcp only").isEqualTo(REFUSED);
    run("idle", "-p", "8099:99", "-p", "8099:99/udp");
    assertThat(traffic.tcp(neighbour, publicly, 8099))
        .as("nobody listens in the container")
        .isEqualTo(REFUSED);
    assertThat(traffic.udp(neighbour, publicly, 8099))
        .as("nobody listens in the container")
        .isEqualTo(REFUSED);
    assertThat(traffic.tcp(neighbour, publicly, 5353)).as("udp only").isEqualTo(REFUSED);
    assertThat(vch.docker("port", "web").ok().lines())
        .containsExactlyInAnyOrder("80/tcp -> 0.0.0.0:8080", "53/udp -> 0.0.0.0:5353");
    vch.docker("stop", "-t", "0", "web").ok();
    assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo(REFUSED);
  }

  @Test
  void ranges_with_the_same_and_with_other_ports() {
    var web =
        run(
            "web",
            "-p",
            "9000-9009:9000-9009",
            "-p",
            "7100-7109:100-109",
            "-p",
            "7100-7109:200-209/udp",
            "-p",
            "9000-9009:9000-9009/udp");
    for (int port : new int[] {9000, 9005, 9009, 100, 109, 200, 209}) {
      traffic.serve(web, port, "at " + port);
    }
    for (int port : new int[] {9000, 9005, 9009}) {
      assertThat(traffic.tcp(neighbour, publicly, port)).startsWith("at " + port);
      assertThat(traffic.udp(neighbour, publicly, port)).startsWith("at " + port);
    }
    assertThat(traffic.tcp(neighbour, publicly, 7100)).startsWith("at 100");
    assertThat(traffic.tcp(neighbour, publicly, 7109)).startsWith("at 109");
    assertThat(traffic.udp(neighbour, publicly, 7100)).startsWith("at 200");
    assertThat(traffic.udp(neighbour, publicly, 7109)).startsWith("at 209");
    for (int port : new int[] {8999, 9010, 7099, 7110}) {
      assertThat(traffic.tcp(neighbour, publicly, port)).as("port " + port).isEqualTo(REFUSED);
    }
  }

  @Test
  void a_random_port_stays_over_restarts_of_container_and_daemon() {
    traffic.serve(run("web", "-p", "80", "-p", "81"), 80, "web");
    var ports = vch.docker("port", "web").ok();
    int port = Integer.parseInt(vch.docker("port", "web", "80").ok().replaceAll(".*:", ""));
    assertThat(port).isBetween(32768, 60999);
    assertThat(traffic.tcp(neighbour, publicly, port)).isEqualTo("web " + NEIGHBOUR);
    vch.docker("stop", "-t", "0", "web").ok();
    assertThat(vch.docker("port", "web").out()).isEmpty();
    vch.docker("start", "web").ok();
    assertThat(vch.docker("port", "web").ok()).isEqualTo(ports);
    traffic.serve(Spot.in(vch, "web"), 80, "again");
    machine.killDaemon();
    assertThat(traffic.tcp(neighbour, publicly, port)).isEqualTo("again " + NEIGHBOUR);
    machine.startDaemon();
    assertThat(vch.docker("port", "web").ok()).isEqualTo(ports);
    assertThat(traffic.tcp(neighbour, publicly, port)).isEqualTo("again " + NEIGHBOUR);
    vch.docker("restart", "-t", "0", "web").ok();
    assertThat(vch.docker("port", "web").ok()).isEqualTo(ports);
  }

  @Test
  void publish_all_takes_the_exposed_ports() {
    var web =
        run(
            "web",
            "-P",
            "--expose",
            "80",
            "--expose",
            "90-91/udp",
            "-p",
            "8070:70",
            "--expose",
            "70");
    traffic.serve(web, 91, "exposed");
    var ports = vch.docker("port", "web").ok();
    assertThat(ports.lines()).hasSize(4).anyMatch(l -> l.equals("70/tcp -> 0.0.0.0:8070"));
    int udp = Integer.parseInt(vch.docker("port", "web", "91/udp").ok().replaceAll(".*:", ""));
    assertThat(traffic.udp(neighbour, publicly, udp)).isEqualTo("exposed " + NEIGHBOUR);
    assertThat(vch.docker("ps", "--format", "{{.Ports}}").ok())
        .contains("->80/tcp")
        .contains("0.0.0.0:8070->70/tcp");
  }

  @Test
  void a_host_address_is_honoured() {
    var web = run("web", "-p", publicly + ":8080:80", "-p", "127.0.0.1:8081:80");
    traffic.serve(web, 80, "web");
    assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("web " + NEIGHBOUR);
    assertThat(traffic.tcp(neighbour, publicly, 8081)).isEqualTo(REFUSED);
    assertThat(traffic.tcp(Spot.named(machine.namespace), publicly, 8081))
        .as("what is published on 127.0.0.1 is for the machine alone")
        .isEqualTo("web 192.168.218.1");
    assertThat(vch.docker("port", "web", "80").ok().lines())
        .contains(publicly + ":8080", "127.0.0.1:8081");
    vch.docker(
            "run",
            "-d",
            "--name",
            "elsewhere",
            "-p",
            "10.9.8.7:8082:80",
            "busybox",
            "sleep",
            "3600")
        .refused(
            "host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address "
                + publicly);
    vch.docker("create", "--name", "lonely", "-p", "127.0.0.1:8090:90", "busybox", "true")
        .saying(
            "Port 90/tcp is published on 127.0.0.1: only the machine itself reaches it, at "
                + vch.publicAddress()
                + ":8090");
    // The same port of all addresses and of one address are in each other's way.
    vch.docker("run", "-d", "--name", "all", "-p", "8080:80", "busybox", "sleep", "3600")
        .refused("port is already allocated (by container web)");
  }

  @Test
  void a_port_in_use_is_refused_at_start_naming_its_owner() {
    traffic.serve(run("web", "-p", "8080-8089:80-89"), 85, "web");
    var second =
        vch.docker("create", "--name", "second", "-p", "8085:80", "busybox", "sleep", "3600");
    second.saying("Host port 8085/tcp is published by container web");
    vch.docker("start", "second")
        .refused("driver failed programming external connectivity on endpoint second")
        .refused("Bind for 0.0.0.0:8085 failed: port is already allocated (by container web)");
    assertThat(vch.docker("inspect", "--format", "{{.State.Status}}", "second").ok())
        .isEqualTo("created");
    assertThat(traffic.tcp(neighbour, publicly, 8085)).startsWith("web ");
    vch.docker("run", "-d", "--name", "udp", "-p", "8085:80/udp", "busybox", "sleep", "3600").ok();
    vch.docker("rm", "-f", "web").ok();
    vch.docker("start", "second").ok();
    traffic.serve(Spot.in(vch, "second"), 80, "second");
    assertThat(traffic.tcp(neighbour, publicly, 8085)).isEqualTo("second " + NEIGHBOUR);
    assertThat(traffic.tcp(neighbour, publicly, 8084)).isEqualTo(REFUSED);
  }

  @Test
  void a_service_of_the_host_itself_is_never_published_over() {
    for (int port : new int[] {2376, 2377, 2378}) {
      vch.docker("run", "-d", "-p", port + ":80", "busybox", "sleep", "3600")
          .refused("of VCH blue");
      vch.docker("run", "-d", "-p", "2370-2380:2370-2380", "busybox", "sleep", "3600")
          .refused("of VCH blue");
    }
    // Names are served on bridges only, so port 53 of the public address is free.
    var names =
        run("names", "-p", "53:53/udp", "-p", "53:53/tcp", "-p", "2376:53/udp", "--net", "red");
    traffic.serve(names, 53, "published");
    assertThat(traffic.udp(neighbour, publicly, 53)).isEqualTo("published " + NEIGHBOUR);
    assertThat(traffic.tcp(neighbour, publicly, 53)).isEqualTo("published " + NEIGHBOUR);
    assertThat(traffic.udp(neighbour, publicly, 2376)).isEqualTo("published " + NEIGHBOUR);
    vch.docker("run", "--rm", "--net", "red", "busybox", "nslookup", "-type=a", "names")
        .saying(vch.address("names"));
  }

  @Test
  void hairpin_from_itself_a_neighbour_another_scope_and_another_host() {
    var web = run("web", "-p", "8080:80", "-p", "8090-8091:8090-8091/udp");
    traffic.serve(web, 80, "web");
    traffic.serve(web, 8091, "range");
    var peer = run("peer");
    var red = run("red", "--net", "red");
    var inner = run("inner", "--net", "inner");
    var gateway =
        vch.docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge")
            .ok();
    var redGateway =
        vch.docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "red")
            .ok();
    for (var spot : new Spot[] {web, peer}) {
      assertThat(traffic.tcp(spot, publicly, 8080)).isEqualTo("web " + gateway);
      assertThat(traffic.udp(spot, publicly, 8080)).isEqualTo(REFUSED);
      assertThat(traffic.udp(spot, publicly, 8091)).isEqualTo("range " + gateway);
      assertThat(traffic.tcp(spot, gateway, 8080)).isEqualTo("web " + gateway);
    }
    assertThat(traffic.tcp(red, publicly, 8080)).isEqualTo("web " + vch.address("red"));
    assertThat(traffic.udp(red, publicly, 8091)).isEqualTo("range " + vch.address("red"));
    assertThat(traffic.tcp(red, redGateway, 8080)).isEqualTo("web " + vch.address("red"));
    assertThat(traffic.tcp(inner, publicly, 8080)).isNotEqualTo("web").doesNotContain("web");
    var green = machine.create("green");
    green.docker("run", "-d", "--name", "other", "busybox", "sleep", "3600").ok();
    assertThat(traffic.tcp(Spot.in(green, "other"), publicly, 8080))
        .isEqualTo("web " + green.publicAddress());
    green.docker("rm", "-f", "other").ok();
    machine.vch("delete", "--force", "--name", "green").ok();
  }

  @Test
  void a_publication_belongs_to_the_network_named_at_create_unless_that_is_internal() {
    run("hidden", "--net", "inner", "-p", "8080:80");
    traffic.serve(Spot.in(vch, "hidden"), 80, "hidden");
    assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo(REFUSED);
    assertThat(vch.docker("port", "hidden").out()).isEmpty();
    vch.docker(
            "create", "--name", "led", "--net", "inner", "-p", "8080:80", "busybox", "sleep",
            "3600")
        .ok();
    vch.docker("network", "connect", "red", "led").ok();
    vch.docker("start", "led").ok();
    traffic.serve(Spot.in(vch, "led"), 80, "led");
    assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("led " + NEIGHBOUR);
    assertThat(traffic.tcp(Spot.in(vch, "hidden"), publicly, 8080)).isIn(REFUSED, SILENCE);
    vch.docker(
            "create", "--name", "both", "--net", "red", "-p", "8081:80", "busybox", "sleep", "3600")
        .ok();
    vch.docker("network", "connect", "bridge", "both").ok();
    vch.docker("start", "both").ok();
    traffic.serve(Spot.in(vch, "both"), 80, "both");
    assertThat(traffic.tcp(neighbour, publicly, 8081)).isEqualTo("both " + NEIGHBOUR);
  }

  @Test
  void a_container_on_two_networks_answers_from_everywhere() {
    run("red", "--net", "red");
    vch.docker(
            "run",
            "-d",
            "--name",
            "both",
            "-p",
            "8080:80",
            "--net",
            "name=red",
            "--net",
            "name=grey",
            "busybox",
            "sleep",
            "3600")
        .ok();
    traffic.serve(Spot.in(vch, "both"), 80, "both");
    var grey = run("grey", "--net", "grey");
    var red = Spot.in(vch, "red");
    for (int i = 0; i < 2; i++) {
      assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("both " + NEIGHBOUR);
      assertThat(traffic.tcp(red, publicly, 8080)).as("from its first network").startsWith("both ");
      assertThat(traffic.tcp(grey, publicly, 8080))
          .as("from its second network")
          .startsWith("both ");
      assertThat(traffic.tcp(Spot.in(vch, "both"), publicly, 8080))
          .as("from itself")
          .startsWith("both ");
      // And with the default route by the second.
      vch.docker("network", "disconnect", "grey", "both").ok();
      vch.docker("network", "connect", "--gw-priority", "7", "grey", "both").ok();
    }
  }

  @Test
  void a_publication_follows_its_container_from_network_to_network() throws Exception {
    traffic.serve(run("moves", "--net", "red", "-p", "8080:80", "-p", "8080:80/udp"), 80, "moves");
    try (var talk = traffic.talk(neighbour, publicly, 8080)) {
      assertThat(talk.ask()).isEqualTo("moves " + NEIGHBOUR);
      vch.docker("network", "connect", "grey", "moves").ok();
      vch.docker("network", "disconnect", "red", "moves").ok();
      assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("moves " + NEIGHBOUR);
      assertThat(talk.ask()).as("the same flow").isEqualTo("moves " + NEIGHBOUR);
      vch.docker("network", "disconnect", "grey", "moves").ok();
      assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo(REFUSED);
      vch.docker("network", "connect", "red", "moves").ok();
      assertThat(traffic.tcp(neighbour, publicly, 8080)).isEqualTo("moves " + NEIGHBOUR);
      assertThat(talk.ask()).as("the same flow").isEqualTo("moves " + NEIGHBOUR);
    }
    vch.docker("network", "disconnect", "red", "moves").ok();
    vch.docker("network", "connect", "inner", "moves").ok();
    assertThat(traffic.tcp(neighbour, publicly, 8080)).as("an internal network").isEqualTo(REFUSED);
    traffic.serve(run("late", "--net", "inner", "-p", "8085:80"), 80, "late");
    vch.docker("network", "connect", "red", "late").ok();
    assertThat(traffic.tcp(neighbour, publicly, 8085)).isEqualTo("late " + NEIGHBOUR);
    assertThat(vch.docker("port", "late").ok()).isEqualTo("80/tcp -> 0.0.0.0:8085");
  }

  @Test
  void a_host_range_for_one_port_gives_the_first_free_one() {
    var first = run("first", "-p", "8100-8102:80");
    traffic.serve(first, 80, "first");
    run("second", "-p", "8100-8102:80");
    traffic.serve(Spot.in(vch, "second"), 80, "second");
    assertThat(vch.docker("port", "first", "80").ok()).isEqualTo("0.0.0.0:8100");
    assertThat(vch.docker("port", "second", "80").ok()).isEqualTo("0.0.0.0:8101");
    assertThat(traffic.tcp(neighbour, publicly, 8101)).isEqualTo("second " + NEIGHBOUR);
    run("third", "-p", "8100-8102:80");
    vch.docker("run", "-d", "--name", "fourth", "-p", "8100-8102:80", "busybox", "sleep", "9")
        .refused("port is already allocated (all of them are taken)");
  }

  @Test
  void a_thousand_ports_come_and_go_with_one_start() {
    vch.docker(
            "create",
            "--name",
            "range",
            "-p",
            "20000-20999:20000-20999",
            "-p",
            "21000-21999:1000-1999/udp",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker("start", "range").ok();
    var spot = Spot.in(vch, "range");
    traffic.serve(spot, 20999, "last");
    traffic.serve(spot, 1999, "shifted");
    assertThat(traffic.tcp(neighbour, publicly, 20999)).isEqualTo("last " + NEIGHBOUR);
    assertThat(traffic.udp(neighbour, publicly, 21999)).isEqualTo("shifted " + NEIGHBOUR);
    assertThat(vch.docker("port", "range").ok().lines()).hasSize(2000);
    vch.docker("rm", "-f", "range").ok();
    assertThat(traffic.tcp(neighbour, publicly, 20999)).isEqualTo(REFUSED);
    vch.docker("run", "-d", "--name", "again", "-p", "20500:80", "busybox", "sleep", "3600").ok();
    traffic.serve(Spot.in(vch, "again"), 80, "again");
    assertThat(traffic.tcp(neighbour, publicly, 20500)).isEqualTo("again " + NEIGHBOUR);
  }

  @Test
  void a_datagram_client_that_goes_on_reaches_the_new_container() throws Exception {
    traffic.serve(run("old", "-p", "5000:50/udp", "-p", "5001:50/udp"), 50, "old");
    traffic.serve(run("same", "-p", "5002:50/udp"), 50, "same");
    try (var moved = traffic.talk(neighbour, publicly, 5000);
        var stays = traffic.talk(neighbour, publicly, 5002);
        var early = traffic.talk(neighbour, publicly, 5003)) {
      assertThat(moved.ask()).startsWith("old");
      assertThat(stays.ask()).startsWith("same");
      assertThat(early.ask()).isEqualTo(REFUSED);
      vch.docker("rm", "-f", "old").ok();
      assertThat(moved.ask()).isIn(REFUSED, SILENCE);
      traffic.serve(run("new", "-p", "5000:60/udp", "-p", "5003:60/udp"), 60, "new");
      assertThat(moved.ask()).startsWith("new");
      assertThat(stays.ask()).startsWith("same");
      assertThat(early.ask()).startsWith("new");
    }
  }
}
