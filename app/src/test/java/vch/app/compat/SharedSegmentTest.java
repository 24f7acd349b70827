package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/// `vch create --bridge-isolation=shared`: bridge networks on one segment, and what docker makes of
/// it. Container `both` is on `front` and on the internal `back`, `web` on `front`, `db` on `back`.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedSegmentTest {
  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.vch("portgroup", "create", "lan").ok();
    machine
        .vch("create", "--name", "x", "--bridge-isolation", "some")
        .refused(
            "Invalid --bridge-isolation some: own (each bridge network has a segment of its own) or shared (all are on one) is"
                + " wanted");
    blue =
        machine.create(
            "blue",
            "--bridge-isolation=shared",
            "--container-network",
            "lan:outside",
            "--container-network-gateway",
            "lan:10.2.0.1/24",
            "--container-network-gateway",
            "lan:fd02::1/64");
    blue.docker("network", "create", "--subnet", "10.10.0.0/24", "front").ok();
    blue.docker("network", "create", "--subnet", "10.11.0.0/24", "--internal", "back").ok();
    blue.sleeper("web", "--net", "front");
    blue.sleeper("db", "--net", "back");
    blue.sleeper("both", "--net", "front");
    blue.docker("network", "connect", "back", "both").ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private String addresses(String container) {
    return blue.in(container, "ip", "-4", "-o", "addr", "show").ok();
  }

  @Test
  @Order(1)
  void a_container_has_one_nic_with_an_address_for_each_network() {
    assertThat(addresses("both"))
        .containsPattern("eth0 +inet " + blue.inspect("both", "front", "IPAddress") + "/24")
        .containsPattern("eth0 +inet " + blue.inspect("both", "back", "IPAddress") + "/24")
        .doesNotContain("eth1");
    assertThat(blue.inspect("both", "back", "MacAddress"))
        .isEqualTo(blue.inspect("both", "front", "MacAddress"))
        .isEqualTo(blue.in("both", "cat", "/sys/class/net/eth0/address").ok());
    blue.docker("network", "inspect", "back").saying(blue.inspect("both", "back", "MacAddress"));
    assertThat(machine.vch("inspect", "blue", "--format", "{{.Bridge.Isolation}}").ok())
        .isEqualTo("shared");
  }

  @Test
  @Order(2)
  void members_are_reached_by_name_on_each_network_and_others_are_not() {
    assertThat(blue.pings("both", "web")).isTrue();
    assertThat(blue.pings("both", "db")).isTrue();
    assertThat(blue.pings("web", "both")).isTrue();
    assertThat(blue.pings("db", "both")).isTrue();
    blue.in("web", "nslookup", "both").saying(blue.inspect("both", "front", "IPAddress"));
    blue.in("db", "nslookup", "both").saying(blue.inspect("both", "back", "IPAddress"));
    assertThat(blue.in("web", "nslookup", "db").status()).isNotZero();
    assertThat(blue.pings("web", blue.inspect("db", "back", "IPAddress"))).isFalse();
    assertThat(blue.pings("web", blue.inspect("both", "back", "IPAddress"))).isFalse();
    assertThat(blue.pings("db", blue.inspect("web", "front", "IPAddress"))).isFalse();
  }

  @Test
  @Order(3)
  void a_running_container_joins_and_leaves_without_losing_its_nic() {
    var index = blue.in("web", "cat", "/sys/class/net/eth0/ifindex").ok();
    blue.docker("network", "connect", "back", "web").ok();
    assertThat(blue.pings("web", "db")).isTrue();
    assertThat(blue.pings("db", "web")).isTrue();
    blue.docker("network", "disconnect", "front", "web").ok();
    assertThat(addresses("web")).doesNotContain("10.10.0.").contains("10.11.0.");
    assertThat(blue.in("web", "ip", "route").ok()).doesNotContain("default");
    assertThat(blue.pings("web", "db")).isTrue();
    blue.docker("network", "connect", "front", "web").ok();
    assertThat(blue.in("web", "ip", "route").ok()).contains("default via 10.10.0.1 dev eth0");
    blue.docker("network", "disconnect", "back", "web").ok();
    assertThat(blue.pings("web", blue.inspect("db", "back", "IPAddress"))).isFalse();
    assertThat(blue.in("web", "cat", "/sys/class/net/eth0/ifindex").ok()).isEqualTo(index);
    assertThat(machine.vch("plan").ok()).isEmpty();
  }

  @Test
  @Order(4)
  void ports_are_published_whatever_network_comes_first() {
    blue.serve("first", 80, "hello first", "--net", "front", "-p", "8081:80");
    blue.docker("network", "connect", "back", "first").ok();
    var url = "http://" + blue.publicAddress() + ":8081/";
    blue.fetch(url).saying("hello first");
    // Hairpin, from the network that it is published on, and past another one.
    blue.in("both", "timeout", "2", "wget", "-q", "-O", "-", url).saying("hello first");
    assertThat(blue.in("db", "timeout", "2", "wget", "-q", "-O", "-", url).status()).isNotZero();
    blue.docker("rm", "-f", "first").ok();
  }

  @Test
  @Order(5)
  void who_gets_an_address_that_another_had_is_reached_at_once() {
    blue.sleeper("old", "--net", "front", "--ip", "10.10.0.77");
    assertThat(blue.pings("web", "10.10.0.77")).isTrue();
    blue.docker("rm", "-f", "old").ok();
    blue.sleeper("new", "--net", "front", "--ip", "10.10.0.77");
    assertThat(blue.pings("web", "10.10.0.77")).isTrue();
    blue.docker("rm", "-f", "new").ok();
  }

  @Test
  @Order(6)
  void a_container_network_is_a_nic_of_its_own() {
    blue.sleeper("wide", "--net", "front");
    blue.docker("network", "connect", "outside", "wide").ok();
    blue.docker("network", "connect", "back", "wide").ok();
    assertThat(addresses("wide"))
        .containsPattern("eth0 +inet 10.10.0.")
        .containsPattern("eth1 +inet 10.2.0.")
        .containsPattern("eth0 +inet 10.11.0.");
    assertThat(blue.pings("wide", "db")).isTrue();
    assertThat(blue.pings("wide", "web")).isTrue();
    assertThat(machine.vch("plan").ok()).isEmpty();
    blue.docker("restart", "-t", "0", "wide").ok();
    assertThat(blue.pings("wide", "db")).isTrue();
    blue.docker("rm", "-f", "wide").ok();
  }

  @Test
  @Order(7)
  void another_mtu_is_refused_with_the_reason() {
    blue.docker("network", "create", "-o", "com.docker.network.driver.mtu=1400", "small")
        .refused(
            "network small cannot have MTU 1400: bridge networks of VCH blue share one segment");
  }

  private String ipv6(String container) {
    return blue.in(container, "ip", "-6", "-o", "addr", "show", "dev", "eth0").ok();
  }

  private void answers(String from, String to) {
    blue.in(from, "ping6", "-c", "1", "-W", "1", to).saying("1 packets received");
  }

  private void isSilent(String from, String to) {
    assertThat(blue.in(from, "ping6", "-c", "1", "-W", "1", to).status()).isNotZero();
  }

  @Test
  @Order(8)
  void a_running_container_joins_and_leaves_networks_with_ipv6() {
    blue.docker(
            "network",
            "create",
            "--ipv6",
            "--subnet",
            "10.12.0.0/24",
            "--subnet",
            "fd12::/64",
            "two")
        .ok();
    blue.docker("network", "create", "--ipv6", "--ipv4=false", "--subnet", "fd13::/64", "six").ok();
    blue.sleeper("near", "--net", "two", "--ip6", "fd12::77");
    blue.sleeper("far", "--net", "six", "--ip6", "fd13::77");
    assertThat(ipv6("web")).isEmpty();
    blue.docker("network", "connect", "--ip6", "fd12::5", "two", "web").ok();
    assertThat(ipv6("web")).contains("fd12::5/64").doesNotContain("fe80");
    assertThat(blue.inspect("web", "two", "GlobalIPv6Address")).isEqualTo("fd12::5");
    answers("web", "near");
    answers("near", "fd12::5");
    isSilent("web", "fd13::77");
    blue.docker("network", "connect", "--ip6", "fd13::5", "six", "web").ok();
    answers("web", "far");
    answers("far", "fd13::5");
    isSilent("far", "fd12::5");
    isSilent("near", "fd13::77");
    assertThat(blue.in("web", "ip", "-6", "route").ok())
        .contains("default via fd12::1 dev eth0  src fd12::5 ");
    blue.docker("network", "disconnect", "two", "web").ok();
    assertThat(ipv6("web")).contains("fd13::5/64").doesNotContain("fd12::5");
    assertThat(blue.in("web", "ip", "-6", "route").ok())
        .contains("default via fd13::1 dev eth0  src fd13::5 ");
    answers("web", "fd13::1");
    isSilent("near", "fd12::5");
    assertThat(machine.vch("plan").ok()).isEmpty();
    blue.docker("network", "disconnect", "six", "web").ok();
    assertThat(ipv6("web")).isEmpty();
    assertThat(blue.in("web", "ip", "-6", "route").ok()).doesNotContain("default");
    assertThat(blue.pings("web", "both")).isTrue();
    assertThat(machine.vch("plan").ok()).isEmpty();
  }

  @Test
  @Order(9)
  void who_gets_an_ipv6_address_that_another_had_is_reached_at_once() {
    blue.docker("network", "connect", "--ip6", "fd13::9", "six", "near").ok();
    answers("far", "fd13::9");
    blue.docker("network", "disconnect", "six", "near").ok();
    blue.sleeper("new", "--net", "six", "--ip6", "fd13::9");
    answers("far", "fd13::9");
    blue.in("new", "ping6", "-c", "1", "-W", "1", "fd13::1").saying("1 packets received");
    blue.docker("rm", "-f", "new").ok();
    blue.docker("network", "connect", "--ip6", "fd13::9", "six", "near").ok();
    answers("far", "fd13::9");
    blue.docker("network", "rm", "six").refused("has active endpoints");
    blue.docker("network", "disconnect", "six", "near").ok();
    blue.docker("rm", "-f", "far").ok();
    blue.docker("network", "rm", "six").ok();
    assertThat(machine.vch("plan").ok()).isEmpty();
  }

  @Test
  @Order(10)
  void only_the_nic_of_bridge_networks_has_no_link_local_address() {
    blue.sleeper("wide", "--net", "two");
    blue.docker("network", "connect", "outside", "wide").ok();
    assertThat(ipv6("wide")).contains("fd12::").doesNotContain("fe80");
    assertThat(blue.in("wide", "ip", "-6", "-o", "addr", "show", "dev", "eth1").ok())
        .contains("fd02::", "fe80::");
    answers("wide", "near");
    blue.docker("restart", "-t", "0", "wide").ok();
    assertThat(ipv6("wide")).contains("fd12::").doesNotContain("fe80");
    answers("wide", "near");
    assertThat(machine.vch("plan").ok()).isEmpty();
    blue.docker("rm", "-f", "wide").ok();
  }

  @Test
  @Order(11)
  void the_next_daemon_finds_everything_as_it_is() {
    machine.killDaemon();
    machine.startDaemon();
    assertThat(machine.vch("plan").ok()).isEmpty();
    assertThat(blue.pings("both", "web")).isTrue();
    assertThat(blue.pings("both", "db")).isTrue();
    blue.sleeper("later", "--net", "two");
    answers("later", "near");
  }
}
