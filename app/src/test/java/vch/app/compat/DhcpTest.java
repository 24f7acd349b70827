package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Containers that have their addresses from the DHCP server of a LAN: Kea, whose leases last six
/// seconds, so one that is still there was renewed.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DhcpTest {
  private static final String SERVER = "10.2.0.1";

  private final TestMachine machine = new TestMachine();
  private final TestVch vch = new TestVch(machine, "blue");
  private final List<Process> servers = new ArrayList<>();
  private TestMachine.Host lan = new TestMachine.Host("");

  @BeforeAll
  void start() throws IOException {
    machine.startDaemon();
    machine.vch("portgroup", "create", "lan").ok();
    machine.vch("portgroup", "create", "mute").ok();
    machine.create(
        "blue", "-cn", "lan", "-cn", "mute", "-cnf", "lan:published", "--allow-net-admin");
    lan =
        machine.host(
            "l",
            machine.vch("portgroup", "inspect", "lan", "--format", "{{.Link}}").ok(),
            SERVER + "/16");
    kea();
  }

  private void kea() throws IOException {
    Files.writeString(
        machine.directory("kea.json"),
        """
        {"Dhcp4": {"interfaces-config": {"interfaces": ["eth0"]},
          "lease-database": {"type": "memfile", "persist": true, "name": "%s"},
          "valid-lifetime": 6,
          "loggers": [{"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 50,
            "output_options": [{"output": "stdout"}]}],
          "subnet4": [{"subnet": "10.2.0.0/16", "pools": [{"pool": "10.2.7.0/24"}],
            "option-data": [{"name": "routers", "data": "%s"}, {"name": "interface-mtu", "data": "1400"}]}]}}
        """
            .formatted(leases(), SERVER));
    var directory = machine.directory("").toString();
    var words =
        Command.words(
            List.of("ip", "netns", "exec", lan.namespace()),
            "kea-dhcp4",
            "-c",
            machine.directory("kea.json").toString());
    var builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder
        .environment()
        .putAll(Map.of("KEA_PIDFILE_DIR", directory, "KEA_LOCKFILE_DIR", directory));
    servers.add(builder.redirectOutput(machine.directory("kea.log").toFile()).start());
  }

  private Path leases() {
    return machine.directory("kea-leases");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      return "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private long given(String address) {
    return text(leases()).lines().filter(l -> l.startsWith(address + ",")).count();
  }

  @AfterAll
  void stop() {
    servers.forEach(Process::destroyForcibly);
    machine.close();
  }

  @AfterEach
  void remove() {
    var all = vch.docker("ps", "-aq").ok().lines().toList();
    if (!all.isEmpty()) {
      vch.docker(
              Command.words(List.of("rm", "-f"), all.toArray(new String[0])).toArray(new String[0]))
          .ok();
    }
    assertThat(clients()).isEmpty();
  }

  private void run(String name, String network, String... options) {
    var words = Command.words(List.of("run", "-d", "--name", name, "--net", network), options);
    words.addAll(List.of("busybox", "sleep", "3600"));
    vch.docker(words.toArray(new String[0])).ok();
  }

  private String address(String container) {
    return vch.docker(
            "inspect",
            "--format",
            "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
            container)
        .ok();
  }

  private List<ProcessHandle> clients() {
    return Leftovers.processes(machine.run.resolve("dhcp"));
  }

  private void renewedThrice(String address) {
    long before = given(address);
    TestMachine.until("three renewals of " + address, () -> given(address) >= before + 3);
  }

  @Test
  void a_lease_is_held_without_a_daemon_and_given_back_at_the_end() {
    run("web", "lan", "-h", "web");
    var address = address("web");
    assertThat(address).startsWith("10.2.7.");
    assertThat(vch.docker("exec", "web", "ip", "address", "show", "dev", "eth0").ok())
        .contains("inet " + address + "/16")
        .contains("mtu 1400");
    assertThat(vch.docker("exec", "web", "ip", "route").ok()).contains("default via " + SERVER);
    assertThat(text(leases())).contains(",web,");

    machine.killDaemon();
    renewedThrice(address);
    lan.run("ping", "-c", "1", "-W", "2", address).ok();
    assertThat(clients()).hasSize(1);
    var client = clients();

    machine.startDaemon();
    assertThat(address("web")).isEqualTo(address);
    renewedThrice(address);
    assertThat(clients()).isEqualTo(client);

    vch.docker("restart", "-t", "0", "web").ok();
    assertThat(address("web")).isEqualTo(address);
    lan.run("ping", "-c", "1", "-W", "2", address).ok();

    vch.docker("rm", "-f", "web").ok();
    TestMachine.until(
        "the release of " + address,
        () -> text(machine.directory("kea.log")).contains("DHCP4_RELEASE "));
  }

  @Test
  void two_containers_have_two_leases_and_reach_each_other_by_rules_only() {
    run("one", "lan");
    run("two", "lan");
    assertThat(address("one")).isNotEqualTo(address("two"));
    vch.docker("exec", "one", "ping", "-c", "1", "-W", "2", address("two")).ok();
  }

  @Test
  void a_closed_network_hears_its_server_and_nobody_else() {
    machine.vch("configure", "blue", "-cnf", "lan:closed").ok();
    try {
      run("safe", "lan");
      var address = address("safe");
      renewedThrice(address);
      assertThat(vch.docker("exec", "safe", "ip", "address", "show", "dev", "eth0").ok())
          .contains("inet " + address + "/16");
      assertThat(lan.run("ping", "-c", "1", "-W", "1", address).status()).isNotZero();
    } finally {
      machine.vch("configure", "blue", "-cnf", "lan:published").ok();
    }
  }

  @Test
  void a_network_without_server_is_one_sentence() {
    assertThat(
            vch.docker("run", "-d", "--name", "lost", "--net", "mute", "busybox", "sleep", "9")
                .err())
        .contains("no DHCP offer on network mute within 10 s");
    assertThat(clients()).isEmpty();
  }

  @Test
  void a_running_container_comes_and_goes() {
    run("web", "bridge");
    vch.docker("network", "connect", "lan", "web").ok();
    var address =
        vch.docker("inspect", "-f", "{{.NetworkSettings.Networks.lan.IPAddress}}", "web").ok();
    lan.run("ping", "-c", "1", "-W", "2", address).ok();
    vch.docker("network", "disconnect", "lan", "web").ok();
    assertThat(clients()).isEmpty();
  }
}
