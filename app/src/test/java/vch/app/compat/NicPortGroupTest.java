package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Container networks and roles on a NIC (macvlan): `nic0` with 10.5.0.9 is the machine's, on a LAN
/// with one more host. A second VCH has its public role there.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NicPortGroupTest {
  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");
  private TestMachine.Host lan = new TestMachine.Host("");

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.here("ip", "link", "add", "wire", "type", "bridge").ok();
    lan = machine.host("lan", "wire", "10.5.0.2/24");
    lan.run("ip", "link", "del", "eth0")
        .ok(); // not by a bridge of the machine: by a cable to its NIC
    machine
        .here(
            Command.words(
                    List.of("ip", "link", "add", "nic0", "type", "veth", "peer", "name", "eth0"),
                    "netns",
                    lan.namespace())
                .toArray(new String[0]))
        .ok();
    lan.run("ip", "link", "set", "eth0", "up").ok();
    lan.run("ip", "addr", "add", "10.5.0.1/24", "dev", "eth0").ok();
    machine.here("ip", "link", "set", "nic0", "up").ok();
    machine.here("ip", "addr", "add", "10.5.0.9/24", "dev", "nic0").ok();
    machine.vch("portgroup", "create", "nic", "--uplink", "nic0").ok();
    blue =
        machine.create(
            "blue",
            "--container-network",
            "nic:lan",
            "--container-network-gateway",
            "nic:10.5.0.1/24",
            "--container-network-ip-range",
            "nic:10.5.0.100-120");
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private String sleeper(String name) {
    blue.docker("run", "-d", "--name", name, "--net", "lan", "busybox", "sleep", "3600").ok();
    return blue.docker("inspect", "--format", "{{.NetworkSettings.Networks.lan.IPAddress}}", name)
        .ok();
  }

  private static boolean pings(Function<String[], Ran> from, String address) {
    return from.apply(new String[] {"ping", "-c", "1", "-W", "1", address}).status() == 0;
  }

  @Test
  void a_container_is_a_host_of_the_lan_and_of_the_machine() {
    var one = sleeper("one");
    var two = sleeper("two");
    assertThat(pings(lan::run, one)).as("from the LAN").isTrue();
    assertThat(pings(machine::here, one)).as("from the machine").isTrue();
    for (var address : new String[] {"10.5.0.1", "10.5.0.9", two}) {
      assertThat(blue.docker("exec", "one", "ping", "-c", "1", "-W", "1", address).status())
          .as("to %s", address)
          .isZero();
    }
    blue.docker("rm", "-f", "one", "two").ok();
    assertThat(machine.here("ip", "route").ok()).doesNotContain(one);
  }

  @Test
  void the_lan_learns_one_ethernet_address_of_the_machine() {
    sleeper("three");
    var own = machine.here("cat", "/sys/class/net/nic0/address").ok();
    var answers = lan.run("busybox", "arping", "-c", "2", "-w", "2", "-I", "eth0", "10.5.0.9").ok();
    assertThat(answers.lines().filter(l -> l.contains("reply")))
        .isNotEmpty()
        .allMatch(l -> l.contains(own));
    blue.docker("rm", "-f", "three").ok();
  }

  @Test
  void the_machine_follows_when_its_nic_gets_another_address() {
    var ip = sleeper("four");
    machine.here("ip", "addr", "add", "10.5.0.10/24", "dev", "nic0").ok();
    machine.here("ip", "addr", "del", "10.5.0.9/24", "dev", "nic0").ok();
    machine.here("ip", "addr", "replace", "10.5.0.10/24", "dev", "nic0").ok();
    TestMachine.until("the machine asks as 10.5.0.10", () -> pings(machine::here, ip));
    assertThat(blue.docker("exec", "four", "ping", "-c", "1", "-W", "1", "10.5.0.10").status())
        .isZero();
    machine.here("ip", "addr", "replace", "10.5.0.9/24", "dev", "nic0").ok();
    blue.docker("rm", "-f", "four").ok();
  }

  @Test
  void a_role_may_be_on_the_nic() {
    var green =
        machine.create(
            "green",
            "--public-network",
            "nic",
            "--public-network-ip",
            "10.5.0.50/24",
            "--public-network-gateway",
            "10.5.0.1");
    green
        .docker(
            "run",
            "-d",
            "-p",
            "80:80",
            "busybox",
            "sh",
            "-c",
            "mkdir -p /www; echo green >/www/index.html; exec httpd -f -p 80 -h /www")
        .ok();
    assertThat(TestVch.fetch(lan::run, "http://10.5.0.50/").ok()).isEqualTo("green");
    assertThat(TestVch.fetch(machine::here, "http://10.5.0.50/").ok()).isEqualTo("green");
  }
}
