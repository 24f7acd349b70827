package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What happens to the NIC and to the bridge that container networks are on: `nic0` is the
/// machine's cable to the LAN, `br0` a bridge of its administrator with a host on it.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NicFaultsTest {
  private static final String ON_NIC = "10.5.0.100";
  private static final String ON_BRIDGE = "10.6.0.100";

  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");
  private TestMachine.Host lan = new TestMachine.Host("");
  private TestMachine.Host other = new TestMachine.Host("");

  @BeforeAll
  void start() {
    machine.startDaemon();
    bridge();
    other = machine.host("other", "br0", "10.6.0.1/24");
    lan = machine.host("lan", "br0", "10.5.0.2/24");
    lan.run("ip", "link", "del", "eth0").ok(); // not by a bridge, by a cable to the NIC
    cable();
    machine.vch("portgroup", "create", "nic", "--uplink", "nic0").ok();
    machine.vch("portgroup", "create", "bridge", "--bridge", "br0").ok();
    blue =
        machine.create(
            "blue",
            "--container-network",
            "nic:lan",
            "--container-network-gateway",
            "nic:10.5.0.1/24",
            "--container-network",
            "bridge:office",
            "--container-network-gateway",
            "bridge:10.6.0.1/24");
    blue.sleeper("one", "--net", "lan", "--ip", ON_NIC);
    blue.sleeper("two", "--net", "office", "--ip", ON_BRIDGE);
  }

  @AfterEach
  void all_is_as_it_was() {
    TestMachine.until("the LAN is reached by one", () -> reaches("one", "10.5.0.1"));
    TestMachine.until("the office is reached by two", () -> reaches("two", "10.6.0.1"));
    TestMachine.until("nothing is left to do", () -> machine.vch("plan").ok().isEmpty());
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private void bridge() {
    machine.here("ip", "link", "add", "br0", "type", "bridge").ok();
    machine.here("ip", "link", "set", "br0", "up").ok();
  }

  /// The NIC, as one is plugged in.
  private void cable() {
    var words =
        Command.words(
            List.of("ip", "link", "add", "nic0", "type", "veth", "peer", "name", "eth0"),
            "netns",
            lan.namespace());
    machine.here(words.toArray(new String[0])).ok();
    lan.run("ip", "link", "set", "eth0", "up").ok();
    lan.run("ip", "addr", "add", "10.5.0.1/24", "dev", "eth0").ok();
    machine.here("ip", "link", "set", "nic0", "up").ok();
    machine.here("ip", "addr", "add", "10.5.0.9/24", "dev", "nic0").ok();
  }

  private boolean reaches(String container, String address) {
    return blue.docker("exec", container, "ping", "-c", "1", "-W", "1", address).status() == 0;
  }

  private void name(String from, String to) {
    machine.here("ip", "link", "set", from, "down").ok();
    machine.here("ip", "link", "set", from, "name", to).ok();
    machine.here("ip", "link", "set", to, "up").ok();
  }

  @Test
  void a_nic_that_goes_down_and_up() {
    machine.here("ip", "link", "set", "nic0", "down").ok();
    assertThat(reaches("one", "10.5.0.1")).isFalse();
    machine.here("ip", "link", "set", "nic0", "up").ok();
  }

  @Test
  void a_nic_that_is_renamed_goes_on_and_takes_no_new_containers() {
    name("nic0", "nic9");
    try {
      blue.docker("run", "--rm", "--net", "lan", "busybox", "true")
          .refused("there is no link nic0 on the machine");
      assertThat(reaches("one", "10.5.0.1")).isTrue();
      machine.killDaemon();
      machine.launchDaemon();
      TestMachine.until("a new daemon answers", () -> blue.docker("ps").status() == 0);
      blue.docker("run", "--rm", "--net", "lan", "busybox", "true")
          .refused("there is no link nic0 on the machine");
      assertThat(reaches("one", "10.5.0.1")).isTrue();
    } finally {
      name("nic9", "nic0");
    }
    blue.docker("run", "--rm", "--net", "lan", "busybox", "ping", "-c", "1", "10.5.0.1").ok();
  }

  @Test
  void a_nic_that_is_unplugged_and_plugged_in_again() {
    machine.here("ip", "link", "del", "nic0").ok();
    assertThat(reaches("one", "10.5.0.1")).isFalse();
    blue.docker("run", "--rm", "--net", "lan", "busybox", "true")
        .refused("there is no link nic0 on the machine");
    cable();
  }

  @Test
  void a_bridge_that_is_removed_and_made_again() {
    var cable = TestMachine.cable(other);
    machine.here("ip", "link", "del", "br0").ok();
    assertThat(reaches("two", "10.6.0.1")).isFalse();
    bridge();
    machine.here("ip", "link", "set", cable, "master", "br0").ok(); // ours plugs itself in
  }
}
