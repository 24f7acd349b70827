package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Traffic.SILENCE;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What goes on and what ends when the trust level of a container network changes, when members
/// come and go, and what ranges of ports do. Each test has a network of its own.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LevelChangesTest {
  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private final List<Lan> lans = new ArrayList<>();
  private TestVch blue = new TestVch(machine, "blue");
  private TestVch green = new TestVch(machine, "green");

  @BeforeAll
  void start() {
    machine.startDaemon();
    for (int i = 0; i < 4; i++) {
      lans.add(Lan.create(machine, "lan" + i));
    }
    blue = machine.create("blue");
    green =
        machine.create(
            "green", "-cn", "lan1:club", "-cng", "club:10.32.1.1/24", "-cnr", "club:10.32.1.50-59");
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  /// A network of host `blue` on the LAN, whose gateway, host `.1`, is returned.
  private Spot network(int lan, String level) {
    var name = lans.get(lan).name();
    machine
        .vch(
            "configure",
            "blue",
            "-cn",
            name,
            "-cng",
            name + ":10.32." + lan + ".1/24",
            "-cnf",
            name + ":" + level)
        .ok();
    return lans.get(lan).host("g" + lan, "10.32." + lan + ".1/24");
  }

  private void level(int lan, String level) {
    machine.vch("configure", "blue", "-cnf", lans.get(lan).name() + ":" + level).ok();
  }

  private static Spot run(TestVch vch, String name, String... options) {
    var words = Command.words(List.of("run", "-d", "--name", name), options);
    vch.docker(Command.words(words, "busybox", "sleep", "3600").toArray(String[]::new)).ok();
    return Spot.in(vch, name);
  }

  /// What should be heard may take its time.
  private static boolean soon(BooleanSupplier heard) {
    for (int i = 0; i < 10; i++) {
      if (heard.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  /// Connections that a level would not let begin end with it; all others go on.
  @Test
  void a_change_ends_what_the_level_does_not_let_in_and_nothing_else() throws Exception {
    var host = network(0, "open");
    var web = run(blue, "web", "--net", "lan0", "-p", "80:80", "-p", "80:80/udp", "-p", "8080:81");
    blue.docker("network", "connect", "bridge", "web").ok();
    var address = address("web", "lan0");
    for (int port : List.of(5000, 80)) {
      traffic.datagrams(web, port, (_, _) -> "web".getBytes());
    }
    traffic.datagrams(host, 5000, (_, _) -> "host".getBytes());
    try (var published = traffic.connect(host, web, address, 80);
        var other = traffic.connect(host, web, address, 4000);
        var pushed = traffic.connect(web, host, "10.32.0.1", 4001);
        var pulled = traffic.connect(web, host, "10.32.0.1", 4002);
        var publishedTalk = traffic.talk(host, address, 80);
        var otherTalk = traffic.talk(host, address, 5000);
        var ownTalk = traffic.talk(web, "10.32.0.1", 5000)) {
      for (var talk : List.of(publishedTalk, otherTalk, ownTalk)) {
        assertThat(talk.ask()).isNotEqualTo(SILENCE);
      }
      level(0, "published");
      assertThat(soon(pushed::carriesBack)).as("what a server says unasked").isTrue();
      assertThat(soon(pulled::carriesThere)).isTrue();
      assertThat(soon(published::carriesThere)).isTrue();
      assertThat(soon(published::carriesBack)).isTrue();
      assertThat(soon(() -> publishedTalk.ask().equals("web"))).isTrue();
      assertThat(soon(() -> ownTalk.ask().equals("host"))).isTrue();
      assertThat(otherTalk.ask()).isEqualTo(SILENCE);
      assertThat(other.carriesThere()).isFalse();

      level(0, "outbound");
      assertThat(soon(pushed::carriesBack)).isTrue();
      assertThat(soon(pulled::carriesThere)).isTrue();
      assertThat(soon(() -> ownTalk.ask().equals("host"))).isTrue();
      assertThat(publishedTalk.ask()).isEqualTo(SILENCE);
      assertThat(published.carriesThere()).isFalse();

      level(0, "closed");
      assertThat(pushed.carriesBack()).isFalse();
      assertThat(pulled.carriesThere()).isFalse();
      assertThat(ownTalk.ask()).isNotEqualTo("host");
    }
  }

  /// Without a range, peers are the running members in this host, as they come and go.
  @Test
  void peers_without_a_range_are_the_members() {
    machine
        .vch(
            "configure",
            "blue",
            "-cn",
            "lan1:club",
            "-cng",
            "club:10.32.1.1/24",
            "-cnf",
            "club:peers")
        .ok();
    var stranger = lans.get(1).host("g1", "10.32.1.1/24", "10.32.1.3/24");
    var web = run(blue, "club-web", "--net", "club");
    traffic.serve(web, 80, "web");
    var address = blue.address("club-web");
    var foreign = run(green, "foreign", "--net", "club");
    assertThat(traffic.tcp(stranger, address, 80)).isEqualTo(SILENCE);
    assertThat(traffic.tcp(foreign, address, 80)).as("of another host").isEqualTo(SILENCE);

    var member = run(blue, "club-member", "--net", "club", "--ip", "10.32.1.77");
    assertThat(soon(() -> traffic.tcp(member, address, 80).equals("web 10.32.1.77"))).isTrue();
    assertThat(soon(() -> member.pings(address))).isTrue();
    blue.docker("stop", "-t", "0", "club-member").ok();
    stranger.run("ip", "addr", "add", "10.32.1.77/32", "dev", "eth0").ok();
    stranger.run("ip", "route", "replace", address, "dev", "eth0", "src", "10.32.1.77").ok();
    assertThat(traffic.tcp(stranger, address, 80)).as("with a member's address").isEqualTo(SILENCE);
    stranger.run("ip", "addr", "del", "10.32.1.77/32", "dev", "eth0").ok();

    blue.docker("create", "--name", "club-late", "busybox", "sleep", "3600").ok();
    blue.docker("start", "club-late").ok();
    blue.docker("network", "connect", "club", "club-late").ok();
    var late = Spot.in(blue, "club-late");
    assertThat(soon(() -> traffic.udp(late, address, 80).startsWith("web"))).isTrue();
    blue.docker("network", "disconnect", "club", "club-late").ok();
    assertThat(traffic.tcp(late, address, 80)).isNotEqualTo("web");
  }

  @Test
  void ranges_of_ports_open_and_lead_elsewhere() {
    var host = network(2, "published");
    var web =
        run(
            blue,
            "ranges",
            "--net",
            "lan2",
            "-p",
            "8000-8010:8000-8010",
            "-p",
            "8000-8010:8000-8010/udp",
            "-p",
            "9000-9001:9100-9101");
    for (int port : List.of(7999, 8000, 8005, 8010, 8011, 9100, 9101, 9102)) {
      traffic.serve(web, port, "port " + port);
    }
    var address = blue.address("ranges");
    for (int port : List.of(8000, 8005, 8010)) {
      assertThat(soon(() -> traffic.tcp(host, address, port).startsWith("port " + port))).isTrue();
      assertThat(soon(() -> traffic.udp(host, address, port).startsWith("port " + port))).isTrue();
    }
    for (int port : List.of(9000, 9001)) {
      assertThat(soon(() -> traffic.tcp(host, address, port).startsWith("port " + (port + 100))))
          .isTrue();
    }
    for (int port : List.of(7999, 8011, 9002, 9102)) {
      assertThat(traffic.tcp(host, address, port)).as("port " + port).isEqualTo(SILENCE);
    }
    assertThat(traffic.udp(host, address, 9000)).as("other protocol").isEqualTo(SILENCE);
    assertThat(blue.docker("port", "ranges").ok().lines())
        .contains("8005/tcp -> " + address + ":8005", "9101/tcp -> " + address + ":9001");
  }

  /// A bridge network of the same container is none of the level's business.
  @Test
  void a_closed_container_is_reached_over_its_bridge_network() {
    var host = network(3, "closed");
    var both = run(blue, "both", "--net", "bridge", "-p", "8088:80");
    blue.docker("network", "connect", "lan3", "both").ok();
    traffic.serve(both, 80, "both");
    var mate = run(blue, "mate");
    var onBridge = address("both", "bridge");
    assertThat(soon(() -> traffic.tcp(mate, onBridge, 80).startsWith("both"))).isTrue();
    assertThat(soon(() -> mate.pings(onBridge))).isTrue();
    assertThat(
            soon(
                () ->
                    traffic
                        .tcp(Spot.named(machine.namespace), blue.publicAddress(), 8088)
                        .startsWith("both")))
        .as("published by the bridge network")
        .isTrue();
    var onLan = address("both", "lan3");
    assertThat(traffic.tcp(host, onLan, 80)).isEqualTo(SILENCE);
    host.run("ip", "route", "add", onBridge, "via", onLan).ok();
    assertThat(traffic.tcp(host, onBridge, 80)).isEqualTo(SILENCE);
    assertThat(traffic.tcp(host, onLan, 8088)).isEqualTo(SILENCE);
  }

  private String address(String container, String network) {
    return blue.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}",
            container)
        .ok();
  }
}
