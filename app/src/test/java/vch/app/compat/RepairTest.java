package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Another administrator breaks what is the daemon's; it puts that right by itself, and connections
/// that were open go on.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepairTest {
  private final TestMachine machine = new TestMachine();
  private Optional<TestVch> blue = Optional.empty();
  private Optional<TestMachine.Host> neighbour = Optional.empty();
  private int lines;

  @BeforeAll
  void start() {
    machine.startDaemon();
    var vch = machine.create("blue");
    vch.docker("network", "create", "--ipv6", "net").ok();
    vch.docker(
            "run",
            "-d",
            "--name",
            "echo",
            "--net",
            "net",
            "-p",
            "7000:7000",
            "busybox",
            "nc",
            "-ll",
            "-p",
            "7000",
            "-e",
            "cat")
        .ok();
    vch.docker("run", "-d", "--name", "client", "--net", "net", "busybox", "sleep", "3600").ok();
    neighbour = Optional.of(machine.host("n", machine.vmNetwork(), "192.168.218.200/24"));
    blue = Optional.of(vch);
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  @AfterEach
  void nothing_is_left_to_do() {
    assertThat(machine.vch("plan").ok()).isEmpty();
  }

  private TestVch vch() {
    return blue.orElseThrow();
  }

  private Path endpoint() {
    return machine.run.resolve("netns/e-" + vch().id());
  }

  private Path container(String name) {
    var id = vch().docker("inspect", "--format", "{{.Id}}", name).ok().substring(0, 12);
    try (var pins = java.nio.file.Files.list(machine.run.resolve("netns"))) {
      return pins.filter(p -> p.getFileName().toString().startsWith("c-" + id))
          .findFirst()
          .orElseThrow();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path place(String word) {
    return switch (word) {
      case "machine" -> Path.of("/run/netns/" + machine.namespace);
      case "endpoint" -> endpoint();
      default -> container(word);
    };
  }

  /// Words in angle brackets stand for names of links.
  private String named(String command) {
    var text = command;
    if (text.contains("<segment>")) {
      text =
          text.replace(
              "<segment>",
              "br-"
                  + vch()
                      .docker("network", "inspect", "--format", "{{.Id}}", "net")
                      .ok()
                      .substring(0, 12));
    }
    if (text.contains("<group>")) {
      text = text.replace("<group>", machine.vmNetwork());
    }
    if (text.contains("<port>") || text.contains("<nic>")) {
      var where = text.contains("<nic>") ? "machine" : "endpoint";
      var first = text.contains("<nic>") ? "pn" : "v";
      var link =
          in(where, "ip -br link")
              .lines()
              .map(l -> l.split("[ @]", 2)[0])
              .filter(l -> l.startsWith(first))
              .findFirst()
              .orElseThrow();
      text = text.replace("<port>", link).replace("<nic>", link);
    }
    return text;
  }

  private String in(String where, String command) {
    return Command.run(
            Map.of(),
            new byte[0],
            Command.words(List.of("nsenter", "--net=" + place(where)), command.split(" ", -1)))
        .ok();
  }

  /// All ways: from outside through NAT, between containers, by name, and out.
  private boolean works() {
    var host = neighbour.orElseThrow();
    return host.run(
                "sh", "-c", "echo ping | timeout 2 busybox nc " + vch().publicAddress() + " 7000")
            .out()
            .contains("ping")
        && vch()
                .docker("exec", "client", "timeout", "3", "ping", "-c", "1", "-W", "1", "echo")
                .status()
            == 0
        && vch()
                .docker(
                    "exec",
                    "client",
                    "timeout",
                    "3",
                    "ping",
                    "-c",
                    "1",
                    "-W",
                    "1",
                    "192.168.218.200")
                .status()
            == 0;
  }

  private void say(Talk stream) {
    int from = lines;
    for (int i = 0; i < 20; i++) {
      stream.tell("line " + lines++);
    }
    TestMachine.until("lines from " + from + " are back", () -> stream.lines().size() >= lines);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
                    endpoint, nft flush ruleset
                    machine,  nft flush ruleset
                    endpoint, ip link set <segment> down
                    endpoint, ip link del <segment>
                    endpoint, ip addr flush dev <segment>
                    endpoint, ip link del <port>
                    endpoint, ip link set <port> nomaster
                    endpoint, ip addr flush dev public
                    endpoint, ip route del default
                    machine,  ip link del <nic>
                    machine,  ip addr flush dev <group>
                    machine,  ip link set <group> down
                    echo,     ip link del eth0
                    echo,     ip link set eth0 down
                    endpoint, ip link set public down
                    echo,     ip addr flush dev eth0
                    echo,     ip route del default
                    """)
  void what_somebody_breaks_is_put_right_and_open_connections_go_on(String where, String command) {
    lines = 0;
    try (var stream =
        new Talk(
            Map.of(),
            List.of(
                "ip",
                "netns",
                "exec",
                neighbour.orElseThrow().namespace(),
                "busybox",
                "nc",
                vch().publicAddress(),
                "7000"))) {
      say(stream);
      in(where, named(command));
      TestMachine.until("all ways work after: " + command, this::works);
      say(stream);
    }
  }

  @Test
  void a_port_groups_bridge_that_is_removed_comes_back_with_its_members() {
    in("machine", "ip link del " + machine.vmNetwork());
    TestMachine.until(
        "the bridge is back",
        () -> machine.here("ip", "link", "show", machine.vmNetwork()).status() == 0);
    // the neighbour's port is not the daemon's: its owner plugs it in again
    var end = machine.here("sh", "-c", "ip -br link | grep -o '^t[0-9a-f]*' | head -1").ok();
    machine.here("ip", "link", "set", end, "master", machine.vmNetwork(), "up").ok();
    TestMachine.until("all ways work", this::works);
  }

  @Test
  void pins_that_are_taken_away_come_back() {
    for (var pin : List.of(endpoint(), container("echo"))) {
      var before = inode(pin);
      Command.run("umount", pin.toString()).ok();
      TestMachine.until("the pin is back", () -> inode(pin).equals(before));
    }
    assertThat(works()).isTrue();
  }

  /// Of the namespace; empty where there is no pin.
  private static String inode(Path pin) {
    return Command.run("stat", "-L", "-c", "%d %i", pin.toString()).out();
  }
}
