package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Gateway modes of bridge networks, seen from a host beside the VCH that routes to their subnets
/// by the VCH's public address.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayModesTest {
  private static final String MODE = "com.docker.network.bridge.gateway_mode_ipv4=";
  private static final String MODE_6 = "com.docker.network.bridge.gateway_mode_ipv6=";

  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  private TestMachine.Host host = new TestMachine.Host("");

  @BeforeAll
  void start() {
    machine.startDaemon();
    var lan = Lan6.of(machine);
    vch = lan.vch();
    host = lan.neighbour();
    host.run("ip", "route", "add", "10.9.0.0/16", "via", "10.80.0.2").ok();
    host.run("ip", "-6", "route", "add", "fd09::/16", "via", "fd80::2").ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  @AfterEach
  void remove() {
    vch.docker("rm", "-f", "web", "view").ok();
    vch.docker("network", "prune", "-f").ok();
  }

  private void network(String name, String... options) {
    var words = Command.words(java.util.List.of("network", "create"), options);
    words.add(name);
    vch.docker(words.toArray(new String[0])).ok();
  }

  private boolean pings(String to) {
    return host.run("ping", "-c", "1", "-W", "2", to).status() == 0;
  }

  private Ran fetch(String at) {
    return host.run("timeout", "3", "busybox", "wget", "-q", "-O", "-", "http://" + at + "/");
  }

  /// A server needs a moment to listen.
  private String got(String at) {
    return TestVch.fetch(host::run, "http://" + at + "/").ok();
  }

  @Test
  void routed_is_asked_at_its_own_addresses_and_takes_no_port() {
    network(
        "routed",
        "--ipv6",
        "--subnet",
        "10.9.1.0/24",
        "--subnet",
        "fd09:1::/64",
        "-o",
        MODE + "routed",
        "-o",
        MODE_6 + "routed");
    vch.serve(
        "web",
        80,
        "here",
        "--net",
        "routed",
        "--ip",
        "10.9.1.9",
        "--ip6",
        "fd09:1::9",
        "-p",
        "8080:80");
    vch.docker("exec", "-d", "web", "busybox", "httpd", "-p", "81", "-h", "/www").ok();
    assertThat(got("10.9.1.9")).isEqualTo("here");
    assertThat(got("[fd09:1::9]")).isEqualTo("here");
    assertThat(pings("10.9.1.9")).isTrue();
    assertThat(pings("fd09:1::9")).isTrue();
    assertThat(fetch("10.9.1.9:81").status()).isNotZero();
    assertThat(fetch("[fd09:1::9]:81").status()).isNotZero();
    assertThat(fetch("10.80.0.2:8080").status()).isNotZero();
    assertThat(vch.docker("inspect", "-f", "{{json .NetworkSettings.Ports}}", "web").ok())
        .isEqualTo(
            "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"\"},{\"HostIp\":\"::\",\"HostPort\":\"\"}]}");
    assertThat(vch.in("web", "ping", "-c", "1", "-W", "2", "10.80.0.77").status()).isZero();
    // No port of the VCH is taken.
    vch.serve("view", 80, "other", "-p", "8080:80");
    assertThat(got("10.80.0.2:8080")).isEqualTo("other");
    // Other networks reach it as the world does.
    vch.in("view", "wget", "-q", "-O", "-", "http://10.9.1.9/").saying("here");
    vch.in("view", "wget", "-q", "-O", "-", "http://10.9.1.9:81/").refused("refused");
    vch.docker("restart", "-t", "0", "web").ok();
    assertThat(got("10.9.1.9")).isEqualTo("here");
  }

  @Test
  void unprotected_is_asked_at_all_ports() {
    network("open", "--subnet", "10.9.2.0/24", "-o", MODE + "nat-unprotected");
    vch.serve("web", 80, "here", "--net", "open", "--ip", "10.9.2.9", "-p", "8080:80");
    vch.docker("exec", "-d", "web", "busybox", "httpd", "-p", "81", "-h", "/www").ok();
    assertThat(got("10.9.2.9:81")).isEqualTo("here");
    assertThat(got("10.80.0.2:8080")).isEqualTo("here");
    assertThat(pings("10.9.2.9")).isTrue();
    vch.docker("rm", "-f", "web").ok();
    network("plain", "--subnet", "10.9.3.0/24");
    vch.serve("web", 80, "here", "--net", "plain", "--ip", "10.9.3.9", "-p", "8080:80");
    assertThat(fetch("10.9.3.9").status()).isNotZero();
    assertThat(pings("10.9.3.9")).isFalse();
  }

  @Test
  void trusted_interfaces_lead_to_published_ports_only() {
    network(
        "trust",
        "--subnet",
        "10.9.4.0/24",
        "-o",
        "com.docker.network.bridge.trusted_host_interfaces=public");
    vch.serve("web", 80, "here", "--net", "trust", "--ip", "10.9.4.9", "-p", "8080:80");
    assertThat(got("10.9.4.9")).isEqualTo("here");
    assertThat(got("10.80.0.2:8080")).isEqualTo("here");
    assertThat(pings("10.9.4.9")).isFalse();
  }

  @Test
  void isolated_has_no_gateway_and_names_all_the_same() {
    network("alone", "--internal", "--subnet", "10.9.5.0/24", "-o", MODE + "isolated");
    vch.sleeper("web", "--net", "alone");
    vch.sleeper("view", "--net", "alone");
    assertThat(vch.in("view", "ping", "-c", "1", "-W", "2", "web").ok())
        .contains("1 packets received");
    assertThat(vch.in("view", "ping", "-c", "1", "-W", "2", "10.9.5.1").status()).isNotZero();
    assertThat(
            vch.docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "alone")
                .ok())
        .isEmpty();
    vch.docker("network", "create", "-o", MODE + "isolated", "x")
        .refused("gateway mode 'isolated' can only be used for an internal network");
  }

  @Test
  void the_host_address_of_a_network_is_that_of_its_publications() {
    network(
        "lo",
        "-o",
        "com.docker.network.bridge.host_binding_ipv4=127.0.0.1",
        "-o",
        "com.docker.network.container_iface_prefix=lan");
    vch.serve("web", 80, "here", "--net", "lo", "-p", "8080:80");
    assertThat(vch.docker("port", "web").ok()).isEqualTo("80/tcp -> 127.0.0.1:8080");
    assertThat(fetch("10.80.0.2:8080").status()).isNotZero();
    assertThat(TestVch.fetch(machine::here, "http://10.80.0.2:8080/").ok()).isEqualTo("here");
    assertThat(vch.in("web", "ip", "link").ok()).contains("lan0").doesNotContain("eth0");
  }

  @Test
  void networks_are_made_from_a_configuration() {
    vch.docker(
            "network",
            "create",
            "--config-only",
            "--subnet",
            "10.9.6.0/24",
            "--label",
            "a=b",
            "-o",
            "com.docker.network.driver.mtu=1400",
            "template")
        .ok();
    vch.docker("network", "create", "--config-from", "template", "made").ok();
    assertThat(
            vch.docker(
                    "network",
                    "inspect",
                    "-f",
                    "{{.ConfigOnly}} {{.ConfigFrom.Network}} {{(index .IPAM.Config 0).Subnet}} {{.Labels}} {{.Options}} {{.Driver}}",
                    "made",
                    "template")
                .ok())
        .isEqualTo(
            "false template 10.9.6.0/24 map[a:b] map[com.docker.network.driver.mtu:1400] bridge\n"
                + "true  10.9.6.0/24 map[a:b] map[com.docker.network.driver.mtu:1400] null");
    vch.sleeper("web", "--net", "made");
    assertThat(vch.in("web", "ip", "link", "show", "eth0").ok()).contains("mtu 1400");
    vch.docker("network", "rm", "template").refused("configuration network \"template\" is in use");
    vch.docker("network", "connect", "template", "web")
        .refused("cannot create endpoint on configuration-only network");
    vch.docker("run", "--name", "view", "--net", "template", "busybox", "true")
        .refused("cannot create endpoint on configuration-only network");
    vch.docker("network", "create", "--config-from", "template", "again").refused("overlaps");
    vch.docker("network", "create", "--config-from", "none", "again")
        .refused("configuration network \"none\" does not exist");
    vch.docker("rm", "-f", "web", "view").ok();
    assertThat(vch.docker("network", "prune", "-f").ok())
        .contains("made")
        .doesNotContain("template");
    vch.docker("network", "rm", "template").ok();
  }
}
