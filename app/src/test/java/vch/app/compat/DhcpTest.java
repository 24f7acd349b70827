package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

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
  private final List<Kea> kea = new ArrayList<>();
  private TestMachine.Host lan = new TestMachine.Host("");

  @BeforeAll
  void start() {
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
    kea.add(
        new Kea(
            Spot.named(lan.namespace()),
            machine.directory("kea"),
            6,
            "10.2.0.0/16",
            "10.2.7.0/24",
            Map.of("routers", SERVER, "interface-mtu", "1400")));
  }

  private Kea server() {
    return kea.getFirst();
  }

  @AfterAll
  void stop() {
    kea.forEach(Kea::close);
    machine.close();
  }

  @AfterEach
  void remove() {
    vch.removeContainers();
    assertThat(clients()).isEmpty();
  }

  private void run(String name, String network, String... options) {
    vch.sleeper(name, Command.words(List.of("--net", network), options).toArray(String[]::new));
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
    long before = server().given(address);
    TestMachine.until("three renewals of " + address, () -> server().given(address) >= before + 3);
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
    assertThat(server().leases()).contains(",web,");

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

    long before = released(address);
    vch.docker("rm", "-f", "web").ok();
    TestMachine.until("the release of " + address, () -> released(address) > before);
  }

  private long released(String address) {
    return server()
        .log()
        .lines()
        .filter(l -> l.contains("DHCP4_RELEASE ") && l.contains("address " + address + " "))
        .count();
  }

  @Test
  void two_containers_have_two_leases_and_may_ping_each_other() {
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
