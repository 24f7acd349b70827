package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/// `vch create` and `vch delete`: what they print, what they refuse, and that a create that does
/// not end well leaves nothing.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CreateTest {
  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  /// All that a create makes, as seen from outside.
  private String everything() {
    return machine.vch("ls", "--format", "{{.ID}} {{.Name}}").ok()
        + "\n"
        + machine.vch("portgroup", "ls", "--format", "{{.ID}} {{.Name}}").ok()
        + "\n"
        + machine.here("ip", "-br", "link").ok()
        + "\n"
        + machine.here("nft", "list", "tables").ok()
        + "\n"
        + names(machine.run.resolve("netns"))
        + names(machine.run)
        + names(machine.state.resolve("vchs"));
  }

  private static List<String> names(Path directory) {
    try (var entries = Files.list(directory)) {
      return entries
          .map(p -> p.getFileName().toString())
          .filter(n -> !n.startsWith("spare"))
          .sorted()
          .toList();
    } catch (IOException _) { // not there yet
      return List.of();
    }
  }

  /// The command as it looks to the daemon when Ctrl-C ends it in the middle.
  @Test
  @Order(1) // while there is no VCH yet: the built-in port group goes too
  void a_create_whose_command_goes_away_leaves_nothing() throws IOException {
    var before = everything();
    var target = machine.state.resolve("cut-certs");
    for (int i = 0; i < 5; i++) {
      try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(machine.run.resolve("admin.sock")));
        var request =
            "POST /v1/vchs?name=cut&tls-cert-path="
                + target
                + " HTTP/1.0\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        var heard = new StringBuilder();
        var buffer = ByteBuffer.allocate(1);
        while (!heard.toString().contains("Network role") && channel.read(buffer.clear()) > 0) {
          heard.append((char) buffer.get(0));
        }
        assertThat(heard).contains("200");
      }
      TestMachine.until(
          "nothing is left",
          () ->
              machine.log().contains("vch-create-undone name=cut") && everything().equals(before));
      assertThat(target).doesNotExist();
    }
  }

  @Test
  @Order(1)
  void control_c_during_create_leaves_nothing_or_a_whole_vch() throws Exception {
    var before = everything();
    for (int millis = 80; millis <= 320; millis += 40) {
      var words =
          List.of(
              Command.home() + "/vch",
              "create",
              "--name",
              "cut",
              "--run-dir",
              machine.run.toString());
      var process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.waitFor(millis, TimeUnit.MILLISECONDS);
      Command.run("kill", "-INT", Long.toString(process.pid()));
      var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      assertThat(out).doesNotContain("Exception");
      TestMachine.until(
          "nothing is left, or it is whole", () -> everything().equals(before) || whole());
      if (whole()) {
        machine.vch("delete", "--name", "cut").ok();
        machine.vch("portgroup", "rm", "VM Network").ok();
      }
      TestMachine.until("nothing is left", () -> everything().equals(before));
    }
  }

  private boolean whole() {
    return machine.vch("inspect", "cut", "--format", "{{.Status}}").out().strip().equals("running")
        && new TestVch(machine, "cut").docker("version").status() == 0;
  }

  @Test
  @Order(2)
  void create_prints_what_vic_printed() {
    var out = machine.vch("create", "--name", "plain").ok();
    var id = machine.vch("inspect", "plain", "--format", "{{.ID}}").ok();
    var certificates = machine.state + "/vchs/" + id + "/tls";
    assertThat(out.lines())
        .containsExactly(
            "Network role client is sharing NIC with public",
            "Network role management is sharing NIC with public",
            "VCH ID: " + id,
            "VCH Default Bridge Network Range: 172.16.0.0/12",
            "VCH Default Bridge Network Width: 16",
            "Published ports can be reached at: 192.168.218.2",
            "Management traffic will use: 192.168.218.2",
            "Docker environment variables:",
            "DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="
                + certificates
                + " DOCKER_HOST=192.168.218.2:2376 COMPOSE_TLS_VERSION=TLSv1_2",
            "On this machine, as root:",
            "docker context create plain --docker host=unix://"
                + machine.run
                + "/plain/docker.sock",
            "docker -H unix://" + machine.run + "/plain/docker.sock info",
            "Connect to docker:",
            "docker -H 192.168.218.2:2376 --tlsverify --tlscacert="
                + certificates
                + "/ca.pem --tlscert="
                + certificates
                + "/cert.pem --tlskey="
                + certificates
                + "/key.pem info",
            "Installer completed successfully");
  }

  @Test
  @Order(3)
  void every_command_that_create_prints_works_as_it_stands() {
    for (var options : List.of("", "--no-tls", "--no-tlsverify")) {
      var words = new java.util.ArrayList<>(List.of("create", "--name", "with (two) spaces"));
      if (!options.isEmpty()) {
        words.add(options);
      }
      var out = machine.vch(words.toArray(new String[0])).ok();
      var commands = out.lines().filter(l -> l.startsWith("docker -H")).toList();
      assertThat(commands).hasSize(2);
      for (var command : commands) {
        machine.here("env", "HOME=/nonexistent", "sh", "-c", command).saying("Server Version");
      }
      var environment =
          out.lines().filter(l -> l.contains("DOCKER_HOST=")).findFirst().orElseThrow();
      machine
          .here(
              "env",
              "HOME=/nonexistent",
              "sh",
              "-c",
              environment + " docker version --format '{{.Server.Version}}'")
          .saying("0.");
      var context =
          out.lines().filter(l -> l.startsWith("docker context create")).findFirst().orElseThrow();
      machine
          .here(
              "env",
              "DOCKER_CONFIG=" + machine.state + "/contexts" + options,
              "sh",
              "-c",
              context + " && docker --context with__two__spaces version")
          .saying("Server");
      machine
          .vch("delete", "--name", "with (two) spaces")
          .saying("VCH \"with (two) spaces\" deleted");
    }
  }

  @Test
  @Order(4)
  void all_problems_are_told_together_with_suggestions_and_nothing_is_made() {
    var before = everything();
    var ran =
        machine.vch(
            "create",
            "--name",
            "a/b",
            "--public-network",
            "nope",
            "--bridge-network-width",
            "31",
            "--bridge-network-range",
            "10/8",
            "--dns-server",
            "one",
            "--mtu",
            "10",
            "--bip",
            "10.0.0.1",
            "--client-network-ip",
            "10.0.0.1",
            "--management-network-gateway",
            "a:b:c");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err())
        .contains("Display name \"a/b\" contains unsupported characters")
        .contains("Error checking network for --public-network: network 'nope' not found")
        .contains("Suggested values for --public-network: \"VM Network\"")
        .contains("Error parsing bridge network width: 31. Width must be an integer less than 31.")
        .contains(
            "Error parsing bridge network ip range: 10/8. Range must be in CIDR format, e.g., 172.16.0.0/12")
        .contains("Invalid DNS server specified: one")
        .contains("Invalid --mtu 10")
        .contains("Invalid --bip 10.0.0.1: CIDR format is wanted")
        .contains("Failed to parse the provided client network IP address 10.0.0.1")
        .contains("Invalid management network gateway: gateway a:b:c specified incorrectly");
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  @Order(5)
  void names_that_cannot_be_are_refused() throws IOException {
    machine
        .vch("create", "--name", "plain")
        .refused("VCH \"plain\" already exists; choose another --name or delete it first");
    machine
        .vch("create", "--name", "x".repeat(32))
        .refused("exceeds the permitted 31 characters limit");
    machine.vch("create", "--name", "").refused("contains unsupported characters");
    machine.vch("create", "--name", "..").refused("contains unsupported characters");
    // what the daemon keeps in its run directory is not overwritten
    var plain = new TestVch(machine, "plain");
    plain.importBusybox();
    plain.docker("run", "--rm", "busybox", "true").ok();
    var before = everything();
    for (var own : names(machine.run)) {
      if (!own.equals("plain")) {
        machine
            .vch("create", "--name", own)
            .refused("Cannot use reserved name \"" + own + "\" for a VCH");
      }
    }
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  @Order(6)
  void certificates_are_copied_to_an_empty_directory_only() throws IOException {
    var target = machine.state.resolve("my certs");
    var out = machine.vch("create", "--name", "certs", "--tls-cert-path", target.toString()).ok();
    assertThat(out).contains("DOCKER_CERT_PATH='" + target + "'");
    assertThat(names(target)).containsExactly("ca.pem", "cert.pem", "key.pem");
    assertThat(Files.getPosixFilePermissions(target.resolve("key.pem")))
        .hasSize(2); // owner reads and writes
    var command =
        out.lines()
            .filter(l -> l.startsWith("docker -H") && l.contains("--tlsverify"))
            .findFirst()
            .orElseThrow();
    machine.here("sh", "-c", command).saying("Server Version");
    machine.vch("delete", "certs").ok();
    assertThat(names(target)).hasSize(3); // the user's own now
    var before = everything();
    machine
        .vch("create", "--name", "certs", "--tls-cert-path", target.toString())
        .refused("Specified directory to store certificates is not empty.");
    machine
        .vch(
            "create",
            "--name",
            "certs",
            "--tls-cert-path",
            machine.state.resolve("state.db").toString())
        .refused("is not a directory");
    machine
        .vch("create", "--name", "certs", "--tls-cert-path", "/proc/nope/certs")
        .refused("/proc/nope/certs");
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  @Order(7)
  void settings_of_bridges_reach_the_containers() {
    var vch =
        machine.create(
            "set",
            "--bridge-network-range",
            "10.40.0.0/16",
            "--bridge-network-width",
            "24",
            "--mtu",
            "1400",
            "--dns-server",
            "192.168.218.1",
            "--dns-server",
            "192.0.2.53");
    assertThat(
            vch.docker(
                    "network",
                    "inspect",
                    "bridge",
                    "--format",
                    "{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}")
                .ok())
        .isEqualTo("10.40.0.0/24 10.40.0.1");
    vch.docker("network", "create", "second").ok();
    assertThat(
            vch.docker(
                    "network",
                    "inspect",
                    "second",
                    "--format",
                    "{{range .IPAM.Config}}{{.Subnet}}{{end}}")
                .ok())
        .isEqualTo("10.40.1.0/24");
    vch.docker("run", "--rm", "--net", "second", "busybox", "cat", "/sys/class/net/eth0/mtu")
        .saying("1400");
    assertThat(
            machine
                .vch(
                    "inspect",
                    "set",
                    "--format",
                    "{{join .DNSServers \",\"}} {{.Bridge.Range}} {{.Bridge.Width}} {{.Bridge.MTU}}")
                .ok())
        .isEqualTo("192.168.218.1,192.0.2.53 10.40.0.0/16 24 1400");
    machine.vch("delete", "--force", "set").ok();
  }

  @Test
  @Order(7)
  void the_default_bridge_is_where_dockerds_options_say() {
    var vch = machine.create("bip", "--bip", "192.168.5.9/24", "--fixed-cidr", "192.168.5.128/26");
    assertThat(
            vch.docker(
                    "network",
                    "inspect",
                    "bridge",
                    "--format",
                    "{{range .IPAM.Config}}{{.Subnet}} {{.IPRange}} {{.Gateway}}{{end}}")
                .ok())
        .isEqualTo("192.168.5.0/24 192.168.5.128/26 192.168.5.9");
    vch.docker("run", "--rm", "busybox", "ip", "-4", "addr", "show", "eth0")
        .saying("192.168.5.128/24");
    vch.docker("run", "--rm", "busybox", "ip", "route").saying("default via 192.168.5.9");
    machine.vch("delete", "--force", "bip").ok();
    vch = machine.create("bip", "--fixed-cidr", "192.168.6.0/25");
    vch.docker("run", "--rm", "busybox", "ip", "route").saying("192.168.6.0/25 dev eth0");
    machine.vch("delete", "--force", "bip").ok();
    vch = machine.create("bip", "--ip", "127.0.0.1");
    vch.docker("run", "-d", "--name", "web", "-p", "8080:80", "busybox", "sleep", "60").ok();
    assertThat(vch.docker("port", "web").ok()).isEqualTo("80/tcp -> 127.0.0.1:8080");
    machine.vch("delete", "--force", "bip").ok();
  }

  @Test
  @Order(8)
  void names_on_the_default_bridge_and_icc_are_switches() {
    var vch = machine.create("switches", "--bridge-names", "--icc=false");
    vch.docker("run", "-d", "--name", "one", "busybox", "sleep", "1000").ok();
    vch.docker("run", "--rm", "busybox", "nslookup", "one").saying(vch.address("one"));
    assertThat(
            vch.docker("run", "--rm", "busybox", "ping", "-c", "1", "-W", "1", vch.address("one"))
                .status())
        .isNotZero();
    machine.vch("delete", "--force", "switches").ok();
  }

  @Test
  @Order(9)
  void running_containers_keep_a_vch_from_being_deleted_unless_forced() {
    var vch = machine.create("busy");
    vch.docker("run", "-d", "--name", "worker", "busybox", "sleep", "1000").ok();
    vch.docker("create", "--name", "idle", "busybox").ok();
    vch.docker("volume", "create", "data").ok();
    vch.docker("network", "create", "web").ok();
    var id = vch.id();
    machine
        .vch("delete", "--name", "busy")
        .refused("VCH \"busy\" has running containers: worker; stop them first, or use --force");
    assertThat(vch.docker("ps", "--format", "{{.Names}}").ok()).isEqualTo("worker");
    machine.vch("delete", "--force", "--name", "busy").saying("VCH \"busy\" deleted");
    assertThat(names(machine.run)).doesNotContain("busy");
    assertThat(names(machine.state.resolve("vchs"))).doesNotContain(id);
    TestMachine.until(
        "its namespaces are gone",
        () -> names(machine.run.resolve("netns")).stream().noneMatch(n -> n.contains(id)));
    assertThat(machine.vch("portgroup", "ls", "--format", "{{.Name}}").ok()).doesNotContain("busy");
    assertThat(machine.vch("plan").ok()).isEmpty();
    machine.vch("create", "--name", "busy").ok(); // the name is free again
    machine.vch("delete", "busy").ok();
  }

  @Test
  @Order(10)
  void the_next_subnet_is_taken_where_the_machine_routes_the_first() {
    try (var other = new TestMachine()) {
      other.here("ip", "link", "add", "lan0", "type", "bridge").ok();
      other.here("ip", "link", "set", "lan0", "up").ok();
      other.here("ip", "route", "add", "192.168.218.0/23", "dev", "lan0").ok();
      other.startDaemon();
      other
          .vch("create", "--name", "shifted")
          .saying("Published ports can be reached at: 192.168.220.2");
      assertThat(other.here("ip", "route", "show", "192.168.218.0/23").ok()).contains("lan0");
    }
  }
}
