package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/// `vch create --bridge-isolation=shared --bridge-network` with a Linux bridge that is there
/// already and has an uplink. Behind the uplink is host `nas`, which network `front` knows.
/// Container `both` is on `front` and `side`, `web` on `front`, `lone` on `side`.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JoinedSegmentTest {
  private static final int PINGS = 300;

  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");
  private Spot nas = Spot.named("");
  private String before = "";

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.here("ip", "link", "add", "br0", "type", "bridge").ok();
    machine.here("ip", "addr", "add", "10.50.0.1/24", "dev", "br0").ok();
    machine.here("ip", "link", "set", "br0", "up").ok();
    nas = Spot.named(machine.host("nas", "br0", "10.10.0.200/24").namespace());
    machine.here("sh", "-c", "ip link set $(ls /sys/class/net/br0/brif) mtu 9000").ok();
    machine.vch("portgroup", "create", "up", "--bridge", "br0").ok();
    before = bridge();
    machine
        .vch("create", "--name", "blue", "--bridge-network", "up")
        .refused("port group up is of kind bridge and cannot be the bridge network")
        .refused("give --bridge-isolation=shared");
    blue = machine.create("blue", "--bridge-isolation=shared", "--bridge-network", "up");
    network("front", "10.10.0.0/24", "--aux-address", "nas=10.10.0.200");
    network("side", "10.11.0.0/24");
    blue.serve("web", 80, "hello web", "--net", "front", "--ip", "10.10.0.10", "-p", "8080:80");
    blue.sleeper("lone", "--net", "side");
    blue.sleeper("both", "--net", "front");
    blue.docker("network", "connect", "side", "both").ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private void network(String name, String subnet, String... options) {
    var words = Command.words(List.of("network", "create", "--subnet", subnet), options);
    words.add(name);
    blue.docker(words.toArray(new String[0])).ok();
  }

  /// What somebody who set the bridge up would miss, were it otherwise.
  private String bridge() {
    return machine
        .here(
            "sh",
            "-c",
            "cd /sys/class/net/br0; for f in address mtu bridge/stp_state bridge/forward_delay bridge/ageing_time"
                + " bridge/multicast_snooping bridge/vlan_filtering bridge/group_fwd_mask; do echo $f $(cat $f); done; ls brif;"
                + " ip -o -4 addr show dev br0; nft list tables bridge")
        .ok();
  }

  private boolean reaches(Spot from, String to) {
    return from.run("ping", "-c", "1", "-W", "1", to).status() == 0;
  }

  @Test
  @Order(1)
  void networks_are_what_they_are_on_any_segment() {
    assertThat(blue.in("both", "ip", "-4", "-o", "addr", "show", "dev", "eth0").ok())
        .contains(
            blue.inspect("both", "front", "IPAddress") + "/24",
            blue.inspect("both", "side", "IPAddress") + "/24");
    assertThat(blue.pings("both", "web")).isTrue();
    assertThat(blue.pings("both", "lone")).isTrue();
    assertThat(blue.pings("lone", blue.inspect("web", "front", "IPAddress"))).isFalse();
    assertThat(blue.pings("lone", blue.inspect("both", "front", "IPAddress"))).isFalse();
    assertThat(blue.in("lone", "nslookup", "web").status()).isNotZero();
    blue.fetch("http://" + blue.publicAddress() + ":8080/").saying("hello web");
    blue.in("lone", "wget", "-q", "-O", "-", "http://" + blue.publicAddress() + ":8080/")
        .saying("hello web");
  }

  @Test
  @Order(2)
  void a_host_behind_the_uplink_is_a_neighbour_on_the_network_that_knows_it() {
    assertThat(blue.pings("both", "10.10.0.200")).isTrue();
    nas.run("curl", "-s", "-m", "2", "http://10.10.0.10/").saying("hello web");
    nas.run("ip", "route", "add", "10.11.0.0/24", "dev", "eth0").ok();
    assertThat(reaches(nas, blue.inspect("both", "side", "IPAddress"))).isFalse();
    assertThat(reaches(nas, "10.10.0.1")).isFalse();
    nas.run("ip", "addr", "add", "10.11.0.200/24", "dev", "eth0").ok();
    assertThat(reaches(nas, blue.inspect("lone", "side", "IPAddress"))).isFalse();
    assertThat(blue.pings("lone", "10.11.0.200")).isFalse();
    nas.run("ip", "addr", "add", "10.10.0.201/24", "dev", "eth0").ok();
    assertThat(nas.run("ping", "-c", "1", "-W", "1", "-I", "10.10.0.201", "10.10.0.10").status())
        .isNotZero();
    assertThat(blue.pings("both", "10.10.0.201")).isFalse();
  }

  @Test
  @Order(3)
  void by_ipv6_too() {
    blue.docker(
            "network",
            "create",
            "--ipv6",
            "--subnet",
            "10.12.0.0/24",
            "--subnet",
            "fd12::/64",
            "--aux-address",
            "nas6=fd12::200",
            "two")
        .ok();
    nas.run("ip", "addr", "add", "fd12::200/64", "dev", "eth0", "nodad").ok();
    nas.run("ip", "addr", "add", "fd12::201/64", "dev", "eth0", "nodad").ok();
    blue.serve("web6", 80, "hello web6", "--net", "two", "--ip6", "fd12::10");
    blue.sleeper("peer6", "--net", "two");
    var from = List.of("curl", "-s", "-m", "2", "http://[fd12::10]/", "--interface");
    nas.run(Command.words(from, "fd12::200").toArray(new String[0])).saying("hello web6");
    assertThat(nas.run(Command.words(from, "fd12::201").toArray(new String[0])).status())
        .isNotZero();
    assertThat(Spot.in(blue, "peer6").pings("fd12::200")).isTrue();
    assertThat(Spot.in(blue, "peer6").pings("fd12::201")).isFalse();
    nas.run("ip", "addr", "del", "fd12::201/64", "dev", "eth0").ok();
    assertThat(nas.pings("fd12::1")).isFalse();
    machine
        .vch("explain", "blue", "fd12::200", "web6:80")
        .saying("[fd12::10]:80/tcp: reached")
        .saying("network two knows fd12::200, an auxiliary address of it: a neighbour");
    machine.vch("explain", "blue", "fd12::201", "web6:80").saying("and not fd12::201");
    // Who has the address next is reached at once from there, too.
    blue.docker("rm", "-f", "web6").ok();
    blue.docker("network", "connect", "--ip6", "fd12::10", "two", "both").ok();
    assertThat(nas.pings("fd12::10")).isTrue();
    blue.docker("network", "disconnect", "two", "both").ok();
  }

  @Test
  @Order(4)
  void the_machine_itself_is_no_neighbour_there() {
    machine.here("ip", "addr", "add", "10.10.0.99/24", "dev", "br0").ok();
    assertThat(machine.here("ping", "-c", "1", "-W", "1", "10.10.0.10").status()).isNotZero();
    assertThat(machine.here("ping", "-c", "1", "-W", "1", "10.10.0.200").status()).isZero();
    assertThat(blue.pings("both", "10.10.0.99")).isFalse();
    machine.here("ip", "addr", "del", "10.10.0.99/24", "dev", "br0").ok();
  }

  @Test
  @Order(5)
  void explain_says_so() {
    machine
        .vch("explain", "blue", "10.10.0.200", "web:80")
        .saying("10.10.0.10:80/tcp: reached")
        .saying("network front knows 10.10.0.200, an auxiliary address of it: a neighbour");
    machine
        .vch("explain", "blue", "10.10.0.201", "web:22")
        .saying("dropped")
        .saying(
            "on port group up network front knows the hosts of its auxiliary addresses only (none, if it is internal), and not"
                + " 10.10.0.201");
    machine
        .vch("explain", "blue", "10.10.0.200", "10.10.0.1:53/udp")
        .saying(
            "gateway 10.10.0.1 of network front is there for its members, not for hosts on port group up");
    machine.vch("explain", "blue", "both", "10.10.0.200:443").saying("a neighbour");
  }

  @Test
  @Order(6)
  void another_vch_on_the_port_group_is_kept_apart() {
    machine
        .vch("create", "--name", "green", "--bridge-isolation=shared", "--bridge-network", "up")
        .saying("Bridge networks are joined with port group up")
        .saying(
            "Port group up is joined with bridge networks of VCH blue, too: they are kept apart, whatever their subnets are");
    var green = new TestVch(machine, "green");
    green.importBusybox();
    green
        .docker(
            "network", "create", "--subnet", "10.10.0.0/16", "--aux-address", "x=10.10.3.1", "n")
        .refused("overlaps with network front of VCH blue on the same port group up");
    green.docker("network", "create", "--subnet", "10.10.0.0/24", "n").ok();
    green.serve("twin", 80, "hello twin", "--net", "n", "--ip", "10.10.0.10");
    green.docker("run", "-d", "--name", "asker", "--net", "n", "busybox", "sleep", "3600").ok();
    green
        .docker("exec", "asker", "wget", "-q", "-O", "-", "http://10.10.0.10/")
        .saying("hello twin");
    blue.in("both", "wget", "-q", "-O", "-", "http://10.10.0.10/").saying("hello web");
    nas.run("curl", "-s", "-m", "2", "http://10.10.0.10/").saying("hello web");
    assertThat(green.docker("exec", "asker", "ping", "-c", "1", "-W", "1", "10.10.0.200").status())
        .isNotZero();
    machine.vch("delete", "--force", "--name", "green").ok();
    nas.run("curl", "-s", "-m", "2", "http://10.10.0.10/").saying("hello web");
  }

  @Test
  @Order(7)
  void traffic_goes_on_while_the_daemon_is_killed_and_started() {
    var pinging =
        CompletableFuture.supplyAsync(
            () -> nas.run("ping", "-i", "0.05", "-c", "" + PINGS, "-q", "10.10.0.10"));
    var asking =
        CompletableFuture.supplyAsync(
            () ->
                machine.here(
                    "sh",
                    "-c",
                    "for i in $(seq 100); do curl -s -m 5 http://"
                        + blue.publicAddress()
                        + ":8080/ | grep -q hello || echo lost; sleep 0.1; done"));
    machine.killDaemon();
    machine.startDaemon();
    assertThat(machine.vch("plan").ok()).isEmpty();
    machine.killDaemon();
    machine.startDaemon();
    assertThat(pinging.join().ok()).contains(PINGS + " received");
    assertThat(asking.join().ok()).isEmpty();
    assertThat(machine.vch("plan").ok()).isEmpty();
  }

  @Test
  @Order(8)
  void what_somebody_takes_away_is_put_back() {
    var port = machine.here("sh", "-c", "cd /sys/class/net/br0/brif; echo pn*").ok();
    machine.here("ip", "link", "set", port, "nomaster").ok();
    TestMachine.until("the port is plugged in", () -> reaches(nas, "10.10.0.10"));
    machine.here("ip", "link", "del", port).ok();
    TestMachine.until("the port is made again", () -> reaches(nas, "10.10.0.10"));
    var endpoint = machine.run.resolve("netns/e-" + blue.id()).toString();
    Command.run("nsenter", "--net=" + endpoint, "ip", "link", "set", "bridge", "nomaster").ok();
    TestMachine.until("the inner end is plugged in", () -> reaches(nas, "10.10.0.10"));
    Command.run("nsenter", "--net=" + endpoint, "ip", "link", "del", "br-" + blue.id()).ok();
    TestMachine.until("the segment is there", () -> reaches(nas, "10.10.0.10"));
    assertThat(blue.pings("both", "web")).isTrue();
    TestMachine.until("nothing is left to do", () -> machine.vch("plan").ok().isEmpty());
  }

  @Test
  @Order(9)
  void deleting_the_vch_leaves_the_bridge_as_it_was() {
    assertThat(bridge()).isNotEqualTo(before).contains("mtu 9000");
    machine.vch("delete", "--force", "--name", "blue").ok();
    assertThat(bridge()).isEqualTo(before);
    machine.vch("portgroup", "rm", "up").ok();
    assertThat(bridge()).isEqualTo(before);
  }
}
