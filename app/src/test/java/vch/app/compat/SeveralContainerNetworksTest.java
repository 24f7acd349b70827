package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// A container on several LANs, each with a router and a client behind it: each client is answered
/// by the LAN that it asked by. Two have static addresses of both families, the third has DHCP.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralContainerNetworksTest {
  private static final String SERVE =
      "mkdir -p /www; echo here >/www/index.html; exec httpd -f -p 80 -h /www";
  private static final String CLIENT_A = "198.51.100.2";
  private static final String CLIENT_B = "203.0.113.2";
  private static final String CLIENT_C = "192.0.2.2";

  private final TestMachine machine = new TestMachine();
  private final List<Process> started = new ArrayList<>();
  private TestVch blue = new TestVch(machine, "blue");
  private TestMachine.Host clientA = new TestMachine.Host("");
  private TestMachine.Host clientB = clientA;
  private TestMachine.Host clientC = clientA;
  private TestMachine.Host routerC = clientA;

  @BeforeAll
  void start() {
    machine.startDaemon();
    clientA = behindRouter("a", "10.2.0.1/16", "2001:db8:a::1/64", CLIENT_A, "2001:db8:fa::");
    clientB = behindRouter("b", "208.91.3.1/24", "2001:db8:b::1/64", CLIENT_B, "2001:db8:fb::");
    clientC = behindRouter("c", "10.5.0.1/16", "2001:db8:c::1/64", CLIENT_C, "2001:db8:fc::");
    routerC.run("ip", "addr", "add", "10.5.0.2/16", "dev", "eth0").ok();
    blue =
        machine.create(
            "blue",
            "--container-network",
            "lan-a:default-external",
            "--container-network-gateway",
            "lan-a:10.2.0.1/16",
            "--container-network-gateway",
            "lan-a:2001:db8:a::1/64",
            "--container-network",
            "lan-b:vic-production",
            "--container-network-gateway",
            "lan-b:208.91.3.1/24",
            "--container-network-gateway",
            "lan-b:2001:db8:b::1/64",
            "--container-network-firewall",
            "lan-b:open",
            "--container-network",
            "lan-c:dynamic",
            "--container-network-firewall",
            "lan-c:open");
  }

  /// A LAN `lan-<name>` with a router, and a client on another segment behind that.
  private TestMachine.Host behindRouter(
      String name, String router, String router6, String client, String far6) {
    for (var link : List.of("lan-" + name, "far-" + name)) {
      machine.here("ip", "link", "add", link, "type", "bridge").ok();
      machine.here("ip", "link", "set", link, "up").ok();
    }
    machine.vch("portgroup", "create", "lan-" + name, "--bridge", "lan-" + name).ok();
    var middle = machine.host("r" + name, "lan-" + name, router);
    routerC = middle;
    middle.run("ip", "addr", "add", router6, "dev", "eth0", "nodad").ok();
    machine
        .here(
            "ip",
            "link",
            "add",
            "r" + name,
            "type",
            "veth",
            "peer",
            "name",
            "eth1",
            "netns",
            middle.namespace())
        .ok();
    machine.here("ip", "link", "set", "r" + name, "master", "far-" + name, "up").ok();
    middle.run("ip", "link", "set", "eth1", "up").ok();
    var first = client.replaceAll("2$", "1");
    middle.run("ip", "addr", "add", first + "/24", "dev", "eth1").ok();
    middle.run("ip", "addr", "add", far6 + "1/64", "dev", "eth1", "nodad").ok();
    middle.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1").ok();
    var host = machine.host("c" + name, "far-" + name, client + "/24");
    host.run("ip", "addr", "add", far6 + "2/64", "dev", "eth0", "nodad").ok();
    host.run("ip", "route", "add", "default", "via", first).ok();
    host.run("ip", "-6", "route", "add", "default", "via", far6 + "1").ok();
    return host;
  }

  @AfterEach
  void remove() {
    blue.docker("rm", "-f", "web");
  }

  @AfterAll
  void stop() {
    started.forEach(Process::destroy);
    machine.close();
  }

  private String address(String network, String field) {
    return blue.inspect("web", network, field);
  }

  private String url(String network) {
    return "http://" + address(network, "IPAddress") + "/";
  }

  private String url6(String network) {
    return "http://[" + address(network, "GlobalIPv6Address") + "]/";
  }

  private static void answered(TestMachine.Host client, String url) {
    assertThat(TestVch.fetch(client::run, url).ok()).as(url).isEqualTo("here");
  }

  private static boolean lost(TestMachine.Host client, String url) {
    return client.run("timeout", "2", "busybox", "wget", "-q", "-O", "-", url).status() != 0;
  }

  private void web(String network) {
    blue.docker(
            "run", "-d", "--name", "web", "--net", network, "-p", "80", "busybox", "sh", "-c",
            SERVE)
        .ok();
  }

  private String rules(String family) {
    return Spot.in(blue, "web").run("ip", family, "rule").ok();
  }

  @Test
  void clients_beyond_each_lan_are_answered_by_that_lan() {
    web("default-external");
    assertThat(rules("-4")).as("one network needs none").doesNotContain("10.2.0.");
    blue.docker("network", "connect", "vic-production", "web").ok();
    for (var network : List.of("default-external", "vic-production")) {
      var client = network.equals("default-external") ? clientA : clientB;
      answered(client, url(network));
      answered(client, url6(network));
      assertThat(client.run("ping", "-c", "1", "-W", "3", address(network, "IPAddress")).status())
          .isZero();
    }
    assertThat(machine.vch("explain", "blue", CLIENT_B, "web@vic-production:80").ok())
        .contains("reached")
        .doesNotContain("the reply");
    assertThat(rules("-6")).contains("2001:db8:b::");

    var gone = url("vic-production");
    blue.docker("network", "disconnect", "vic-production", "web").ok();
    assertThat(rules("-4")).doesNotContain("10.2.0.").doesNotContain("208.91.3.");
    answered(clientA, url("default-external"));
    assertThat(lost(clientB, gone)).isTrue();
  }

  @Test
  void so_they_are_after_a_restart_of_the_daemon_and_when_somebody_deletes_what_leads_there() {
    web("default-external");
    blue.docker("network", "connect", "vic-production", "web").ok();
    var inside = Spot.in(blue, "web");
    machine.killDaemon();
    answered(clientB, "http://208.91.3.2/"); // whom to ask for the address, there is nobody
    inside.run("ip", "rule", "del", "from", "208.91.3.2").ok();
    machine.startDaemon();
    answered(clientB, url("vic-production"));
    inside.run("ip", "rule", "del", "from", "208.91.3.2").ok();
    TestMachine.until("the rule is there again", () -> rules("-4").contains("208.91.3.2"));
    inside.run("ip", "route", "flush", "table", "39425").ok();
    TestMachine.until(
        "the routes are there again",
        () -> inside.run("ip", "route", "show", "table", "39425").out().contains("default"));
    answered(clientB, url("vic-production"));
    inside.run("ip", "link", "set", "eth1", "down").ok();
    TestMachine.until("the link and all on it", () -> !lost(clientB, url("vic-production")));
  }

  private Process dnsmasq(String range, String router) throws java.io.IOException {
    var server =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                routerC.namespace(),
                "dnsmasq",
                "--no-daemon",
                "--conf-file=/dev/null",
                "--port=0",
                "--interface=eth0",
                "--bind-interfaces",
                "--dhcp-authoritative",
                "--no-ping",
                "--dhcp-range=" + range + ",255.255.0.0,1h",
                "--dhcp-option=3," + router,
                "--dhcp-leasefile=" + machine.directory("leases-" + router),
                "--pid-file=")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    started.add(server);
    return server;
  }

  @Test
  void what_dhcp_says_later_is_followed() throws Exception {
    var server = dnsmasq("10.5.0.50,10.5.0.60", "10.5.0.1");
    web("default-external");
    blue.docker("network", "connect", "dynamic", "web").ok();
    answered(clientC, url("dynamic"));
    answered(clientA, url("default-external"));

    server.destroy();
    server.waitFor();
    dnsmasq("10.5.1.50,10.5.1.60", "10.5.0.2");
    Leftovers.processes(machine.run.resolve("dhcp"))
        .forEach(p -> Command.run("kill", "-USR1", Long.toString(p.pid())).ok()); // renew
    TestMachine.until(
        "another address", () -> address("dynamic", "IPAddress").startsWith("10.5.1."));
    TestMachine.until(
        "routes by the other router",
        () ->
            Spot.in(blue, "web")
                .run("ip", "route", "show", "table", "39425")
                .out()
                .contains("default via 10.5.0.2"));
    answered(clientC, url("dynamic"));
    assertThat(rules("-4")).contains("10.5.1.").doesNotContain("10.5.0.");
  }
}
