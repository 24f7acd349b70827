package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Names of members of container networks, and of the LAN, with and without a daemon. The LAN's
/// name servers are neighbours that write down what they are asked.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerNetworkNamesTest {
  private static final String LAN_DNS = "10.2.0.53";
  private static final String OTHER_DNS = "10.2.0.54";

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch vch = new TestVch(machine, "blue");
  private List<Dns.Upstream> servers = List.of();

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.vch("portgroup", "create", "lan").ok();
    machine.vch("portgroup", "create", "vault").ok();
    vch =
        machine.create(
            "blue",
            "-cn",
            "lan",
            "-cng",
            "lan:10.2.0.1/16",
            "-cnr",
            "lan:10.2.1.10-99",
            "-cnd",
            "lan:" + LAN_DNS,
            "-cn",
            "vault",
            "-cng",
            "vault:10.3.0.1/16",
            "-cnf",
            "vault:closed");
    var link = machine.vch("portgroup", "inspect", "lan", "--format", "{{.Link}}").ok();
    servers =
        List.of(
            server("d1", link, LAN_DNS, "203.0.113.1"),
            server("d2", link, OTHER_DNS, "203.0.113.2"));
  }

  private Dns.Upstream server(String name, String link, String address, String answer) {
    var host = machine.host(name, link, address + "/16");
    return new Dns.Upstream(traffic, Spot.named(host.namespace()), answer);
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  @AfterEach
  void remove() {
    servers.forEach(s -> s.asked.clear());
    vch.removeContainers();
  }

  private String on(String network, String container) {
    return vch.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}",
            container)
        .ok();
  }

  private Ran lookup(String container, String name) {
    return vch.docker("exec", container, "nslookup", "-type=a", name);
  }

  private String resolvConf(String container) {
    return vch.docker("exec", container, "cat", "/etc/resolv.conf").ok();
  }

  @Test
  void members_go_by_name_and_their_names_never_leak() {
    vch.sleeper("web", "--net", "lan", "--network-alias", "www");
    vch.sleeper("client", "--net", "lan");
    vch.sleeper("tuned", "--net", "lan", "--dns-search", "test", "--dns-opt", "timeout:2");
    assertThat(resolvConf("tuned").lines())
        .containsExactly(
            "nameserver 127.0.0.11",
            "nameserver " + LAN_DNS,
            "search test",
            "options timeout:2 ndots:0");
    for (var name : List.of("web", "www", "web.lan")) {
      lookup("client", name).saying(on("lan", "web"));
    }
    vch.docker("exec", "client", "ping", "-c", "1", "web").saying("(" + on("lan", "web") + ")");
    lookup("client", "printer.test").saying("203.0.113.1");
    vch.docker("exec", "tuned", "ping", "-c", "1", "-W", "1", "web")
        .saying("(" + on("lan", "web") + ")");
    lookup("tuned", "printer").saying("203.0.113.1");
    assertThat(servers.getFirst().asked).isNotEmpty().allMatch(q -> q.startsWith("printer"));
    vch.docker("exec", "client", "cat", "/etc/hosts").saying(on("lan", "client") + "\t");
  }

  @Test
  void the_user_s_own_server_is_asked_in_the_place_of_the_network_s() {
    vch.sleeper("client", "--net", "lan", "--dns", OTHER_DNS);
    lookup("client", "printer.test").saying("203.0.113.2");
    assertThat(servers.getFirst().asked).isEmpty();
  }

  @Test
  void a_server_that_the_network_gets_later_is_told_to_running_containers() {
    vch.sleeper("client", "--net", "lan");
    lookup("client", "printer.test").saying("203.0.113.1");
    machine.vch("configure", "blue", "-cnd", "lan:" + OTHER_DNS).ok();
    TestMachine.until(
        "resolv.conf names the other server",
        () -> resolvConf("client").contains("nameserver " + OTHER_DNS));
    lookup("client", "printer.test").saying("203.0.113.2");
    machine.vch("configure", "blue", "-cnd", "lan:" + LAN_DNS).ok();
    TestMachine.until(
        "resolv.conf names the first server again",
        () -> resolvConf("client").contains("nameserver " + LAN_DNS));
  }

  @Test
  void a_container_on_a_bridge_too_knows_the_names_of_both() {
    vch.docker("network", "create", "app").ok();
    vch.sleeper("web", "--net", "lan");
    vch.sleeper("db", "--net", "app");
    vch.sleeper("client", "--net", "app");
    vch.docker("network", "connect", "lan", "client").ok();
    assertThat(resolvConf("client")).doesNotContain("127.0.0.11");
    lookup("client", "web").saying(on("lan", "web"));
    lookup("client", "db").saying(on("app", "db"));
    lookup("client", "printer.test").saying("203.0.113.1"); // by the LAN, as its packets go
    vch.docker("network", "disconnect", "app", "client").ok();
    assertThat(resolvConf("client")).startsWith("nameserver 127.0.0.11\n");
    lookup("client", "web").saying(on("lan", "web"));
  }

  @Test
  void a_closed_network_has_the_names_of_its_members_only() {
    vch.sleeper("safe", "--net", "vault");
    vch.sleeper("client", "--net", "vault");
    lookup("client", "safe").saying(on("vault", "safe"));
    assertThat(lookup("client", "printer.test").status()).isNotZero();
  }

  @Test
  void names_of_the_lan_resolve_while_there_is_no_daemon_and_the_vch_s_are_back_with_it() {
    vch.sleeper("web", "--net", "lan");
    vch.sleeper("client", "--net", "lan");
    var pid = vch.docker("inspect", "--format", "{{.State.Pid}}", "client").ok();
    var web = on("lan", "web");
    inside(pid, "web").saying(web);
    machine.killDaemon();
    inside(pid, "printer.test").saying("203.0.113.1");
    machine.startDaemon();
    inside(pid, "web").saying(web);
    vch.docker("restart", "-t", "0", "client").ok();
    lookup("client", "web").saying(web);
  }

  /// As [#lookup(String, String)], without asking the daemon to run it.
  private Ran inside(String pid, String name) {
    return machine.here("nsenter", "-t", pid, "-n", "-m", "nslookup", "-type=a", name);
  }
}
