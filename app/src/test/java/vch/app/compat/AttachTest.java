package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Traffic.REFUSED;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Networks and the places of containers on them: addresses, routes, attach and detach, modes. What
/// inspect says is held against what is inside the container.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttachTest {
  private static final String NEIGHBOUR = "192.168.218.77";

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch vch = new TestVch(machine, "blue");

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue");
    traffic.serve(
        Spot.named(machine.host("nb", machine.vmNetwork(), NEIGHBOUR + "/24").namespace()),
        80,
        "neighbour");
    vch.docker("network", "create", "red").ok();
    vch.docker("network", "create", "grey").ok();
    vch.docker("network", "create", "--internal", "inner").ok();
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  @AfterEach
  void remove() {
    vch.removeContainers();
  }

  private String on(String network, String container) {
    return place(network, container, "IPAddress");
  }

  private String place(String network, String container, String field) {
    return vch.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\")." + field + "}}",
            container)
        .ok();
  }

  private String gateway(String network) {
    return vch.docker(
            "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", network)
        .ok();
  }

  private String in(String container, String... words) {
    return vch.docker(Command.words(List.of("exec", container), words).toArray(new String[0])).ok();
  }

  /// Where its default route leads.
  private String leaves(String container) {
    return in(container, "ip", "route")
        .lines()
        .filter(l -> l.startsWith("default"))
        .findFirst()
        .orElse("nowhere");
  }

  @Test
  void a_running_container_is_connected_and_disconnected() {
    vch.sleeper("server", "--net", "grey");
    traffic.serve(Spot.in(vch, "server"), 80, "server");
    vch.sleeper("moves", "--net", "red");
    var spot = Spot.in(vch, "moves");
    assertThat(traffic.tcp(spot, on("grey", "server"), 80)).isEqualTo(REFUSED);
    vch.docker("network", "connect", "grey", "moves").ok();
    assertThat(traffic.tcp(spot, on("grey", "server"), 80))
        .isEqualTo("server " + on("grey", "moves"));
    assertThat(in("moves", "ip", "-o", "-4", "addr"))
        .contains("eth0    inet " + on("red", "moves") + "/16")
        .contains("eth1    inet " + on("grey", "moves") + "/16");
    vch.docker("network", "connect", "grey", "moves")
        .refused("endpoint with name moves already exists in network grey");
    assertThat(traffic.tcp(spot, NEIGHBOUR, 80)).startsWith("neighbour");
    vch.docker("network", "disconnect", "red", "moves").ok();
    assertThat(traffic.tcp(spot, on("grey", "server"), 80))
        .isEqualTo("server " + on("grey", "moves"));
    assertThat(leaves("moves")).isEqualTo("default via " + gateway("grey") + " dev eth1 ");
    assertThat(traffic.tcp(spot, NEIGHBOUR, 80)).startsWith("neighbour");
    vch.docker("network", "disconnect", "grey", "moves").ok();
    assertThat(in("moves", "ip", "-o", "link").lines()).as("loopback only").hasSize(1);
    vch.docker("network", "disconnect", "grey", "moves")
        .refused("is not connected to network grey");
    vch.docker("network", "connect", "red", "moves").ok();
    assertThat(traffic.tcp(spot, NEIGHBOUR, 80)).startsWith("neighbour");
    vch.docker("network", "connect", "nowhere", "moves").refused("network nowhere not found");
  }

  @Test
  void a_stopped_container_is_connected_and_disconnected() {
    vch.docker("create", "--name", "rests", "--net", "red", "busybox", "sleep", "3600").ok();
    vch.docker("network", "connect", "--ip", "10.20.0.9", "--alias", "nick", "planned", "rests")
        .ok(); // not there yet
    vch.docker("start", "rests").refused("network planned not found");
    vch.docker("network", "create", "--subnet", "10.20.0.0/24", "planned").ok();
    vch.docker("network", "connect", "grey", "rests").ok();
    vch.docker("network", "disconnect", "red", "rests").ok();
    vch.docker("start", "rests").ok();
    assertThat(on("planned", "rests")).isEqualTo("10.20.0.9");
    assertThat(
            vch.docker(
                    "inspect",
                    "--format",
                    "{{range $k, $_ := .NetworkSettings.Networks}}{{$k}} {{end}}",
                    "rests")
                .ok())
        .isEqualTo("grey planned");
    assertThat(in("rests", "ip", "-o", "-4", "addr"))
        .contains("10.20.0.9/24")
        .contains(on("grey", "rests") + "/16");
    vch.sleeper("peer", "--net", "planned");
    in("peer", "ping", "-c", "1", "-W", "2", "nick");
    vch.docker("rm", "-f", "rests", "peer").ok();
    vch.docker("network", "rm", "planned").ok();
  }

  @Test
  void the_default_route_is_deterministic() {
    vch.docker("create", "--name", "three", "--net", "inner", "busybox", "sleep", "3600").ok();
    vch.docker("network", "connect", "red", "three").ok();
    vch.docker("network", "connect", "grey", "three").ok();
    for (int i = 0; i < 3; i++) {
      vch.docker("restart", "-t", "0", "three").ok();
      assertThat(leaves("three")).isEqualTo("default via " + gateway("red") + " dev eth1 ");
    }
    vch.docker("network", "disconnect", "grey", "three").ok();
    vch.docker("network", "connect", "--gw-priority", "10", "grey", "three").ok();
    assertThat(leaves("three"))
        .as("priority, while it runs")
        .startsWith("default via " + gateway("grey"));
    assertThat(traffic.tcp(Spot.in(vch, "three"), NEIGHBOUR, 80)).startsWith("neighbour");
    assertThat(place("grey", "three", "GwPriority")).isEqualTo("10");
    vch.docker("restart", "-t", "0", "three").ok();
    assertThat(leaves("three"))
        .as("priority, after restart")
        .startsWith("default via " + gateway("grey"));
    vch.docker("network", "disconnect", "grey", "three").ok();
    assertThat(leaves("three")).startsWith("default via " + gateway("red"));
    vch.docker("network", "disconnect", "red", "three").ok();
    assertThat(leaves("three")).as("an internal network leads nowhere").isEqualTo("nowhere");
    vch.docker(
            "run",
            "-d",
            "--name",
            "two",
            "--network",
            "name=red,gw-priority=-1",
            "--network",
            "name=grey,alias=x",
            "busybox",
            "sleep",
            "3600")
        .ok();
    assertThat(leaves("two")).startsWith("default via " + gateway("grey"));
  }

  @Test
  void addresses_last_as_long_as_the_container() {
    vch.sleeper("first", "--net", "red");
    vch.sleeper("second", "--net", "red");
    var address = on("red", "first");
    var mac = place("red", "first", "MacAddress");
    vch.docker("stop", "-t", "0", "first").ok();
    for (int i = 0; i < 3; i++) {
      vch.sleeper("other" + i, "--net", "red");
      assertThat(on("red", "other" + i)).isNotEqualTo(address);
    }
    vch.docker("start", "first").ok();
    assertThat(on("red", "first")).isEqualTo(address);
    assertThat(place("red", "first", "MacAddress")).isEqualTo(mac);
    vch.docker("stop", "-t", "0", "first").ok();
    machine.killDaemon();
    machine.startDaemon();
    vch.docker("start", "first").ok();
    assertThat(on("red", "first")).isEqualTo(address);
    assertThat(in("first", "ip", "addr", "show", "eth0")).contains(address + "/16").contains(mac);
    in("second", "ping", "-c", "1", "-W", "2", "first");
    vch.docker("rm", "-f", "first").ok();
    vch.sleeper("next", "--net", "red");
    assertThat(on("red", "next")).as("a freed address rests").isNotEqualTo(address);
  }

  @Test
  void addresses_that_are_asked_for() {
    vch.docker("network", "create", "--subnet", "10.30.0.0/24", "fixed").ok();
    vch.sleeper(
        "one", "--net", "fixed", "--ip", "10.30.0.77", "--mac-address", "02:00:00:00:77:01");
    assertThat(in("one", "ip", "addr", "show", "eth0"))
        .contains("inet 10.30.0.77/24")
        .contains("02:00:00:00:77:01");
    vch.docker(
            "run",
            "-d",
            "--name",
            "two",
            "--net",
            "fixed",
            "--ip",
            "10.30.0.77",
            "busybox",
            "sleep",
            "9")
        .refused("Address already in use")
        .refused("container one");
    vch.docker("stop", "-t", "0", "one").ok();
    // Who runs and asks for the address comes before who only kept it, as with dockerd.
    vch.docker("start", "two").ok();
    assertThat(in("two", "ip", "addr", "show", "eth0")).contains("inet 10.30.0.77/24");
    vch.docker("start", "one").refused("Address already in use").refused("container two");
    vch.docker("run", "-d", "--net", "fixed", "--ip", "10.30.0.1", "busybox", "sleep", "9")
        .refused("Address already in use");
    vch.docker("run", "-d", "--net", "fixed", "--ip", "10.30.1.1", "busybox", "sleep", "9")
        .refused("no configured subnet contains IP address 10.30.1.1");
    vch.docker("run", "-d", "--net", "red", "--ip", "172.17.0.99", "busybox", "sleep", "9")
        .refused(
            "user specified IP address is supported only when connecting to networks with user configured subnets");
    vch.docker("run", "-d", "--ip", "172.16.0.99", "busybox", "sleep", "9")
        .refused("user-specified IP address is supported on user-defined networks only");
    vch.docker("rm", "-f", "one", "two").ok();
    vch.sleeper("three", "--net", "fixed", "--ip", "10.30.0.77");
    vch.sleeper("four", "--net", "red");
    vch.docker("network", "connect", "--ip", "10.30.0.78", "fixed", "four").ok();
    assertThat(in("four", "ip", "addr", "show", "eth1")).contains("inet 10.30.0.78/24");
    vch.docker("rm", "-f", "three", "four").ok();
    vch.docker("network", "rm", "fixed").ok();
  }

  @Test
  void options_of_a_network_take_effect() {
    vch.docker(
            "network",
            "create",
            "--subnet",
            "10.40.0.0/16",
            "--ip-range",
            "10.40.5.0/29",
            "--gateway",
            "10.40.5.2",
            "--aux-address",
            "printer=10.40.5.1",
            "--label",
            "color=green",
            "-o",
            "com.docker.network.driver.mtu=1400",
            "full")
        .ok();
    assertThat(
            vch.docker("network", "ls", "-q", "--filter", "label=color=green", "--no-trunc").ok())
        .isEqualTo(vch.docker("network", "inspect", "--format", "{{.Id}}", "full").ok());
    var seen = new java.util.TreeSet<String>();
    for (int i = 0; i < 3; i++) {
      vch.sleeper("m" + i, "--net", "full");
      seen.add(on("full", "m" + i));
    }
    assertThat(seen)
        .allMatch(a -> a.startsWith("10.40.5."))
        .doesNotContain("10.40.5.1", "10.40.5.2")
        .hasSize(3);
    assertThat(in("m0", "ip", "addr", "show", "eth0")).contains("mtu 1400").contains("/16");
    assertThat(leaves("m0")).isEqualTo("default via 10.40.5.2 dev eth0 ");
    assertThat(traffic.tcp(Spot.in(vch, "m0"), NEIGHBOUR, 80)).startsWith("neighbour");
    in("m0", "ping", "-c", "1", "-W", "2", "m1");
    assertThat(
            vch.docker(
                    "inspect",
                    "--format",
                    "{{(index .NetworkSettings.Networks \"full\").Gateway}}",
                    "m0")
                .ok())
        .isEqualTo("10.40.5.2");
    // The range has eight addresses: .0 to .7, less gateway and printer.
    for (int i = 3; i < 6; i++) {
      vch.sleeper("m" + i, "--net", "full");
    }
    vch.docker("run", "-d", "--name", "m6", "--net", "full", "busybox", "sleep", "9")
        .refused("no available IPv4 addresses on this network's address pools: full");
    vch.docker("network", "create", "--subnet", "10.40.128.0/17", "within")
        .refused("Pool overlaps with other one on this address space")
        .refused("full");
    vch.docker("network", "create", "--subnet", "192.168.218.0/28", "within").refused("overlaps");
    remove();
    vch.docker("network", "rm", "full").ok();
  }

  @Test
  void modes_that_share_or_have_no_network() {
    vch.sleeper("owner", "--net", "red", "-p", "8080:80");
    vch.sleeper("guest", "--net", "container:owner");
    assertThat(in("guest", "ip", "-o", "addr", "show", "eth0"))
        .isEqualTo(in("owner", "ip", "-o", "addr", "show", "eth0"));
    traffic.serve(Spot.in(vch, "guest"), 80, "guest");
    assertThat(traffic.tcp(Spot.named(machine.namespace), vch.publicAddress(), 8080))
        .startsWith("guest");
    vch.docker("network", "connect", "grey", "guest")
        .refused(
            "container sharing network namespace with another container or host cannot be connected to any other network");
    vch.docker("network", "connect", "grey", "owner").ok();
    assertThat(in("guest", "ip", "-o", "-4", "addr", "show", "eth1")).contains(on("grey", "owner"));
    vch.docker("run", "-d", "--net", "container:owner", "-p", "81:81", "busybox", "sleep", "9")
        .refused("conflicting options: port publishing and the container type network mode");
    vch.docker("stop", "-t", "0", "owner").ok();
    vch.docker("restart", "-t", "0", "guest")
        .refused(
            "cannot join network namespace of a non running container: container owner is exited");
    vch.docker("start", "owner", "guest").ok();
    assertThat(in("guest", "ip", "-o", "addr", "show", "eth0")).contains(on("red", "owner"));
    vch.sleeper("alone", "--net", "none");
    assertThat(in("alone", "ip", "-o", "link").lines()).hasSize(1);
    in("alone", "ping", "-c", "1", "-W", "1", "127.0.0.1");
    vch.docker("network", "connect", "grey", "alone")
        .refused(
            "container cannot be connected to multiple networks with one of the networks in private (none) mode");
    vch.docker("run", "-d", "--net", "host", "busybox", "sleep", "9").refused("host");
  }

  @Test
  void a_network_goes_when_its_members_are_stopped() {
    vch.docker("network", "create", "brief").ok();
    vch.sleeper("member", "--net", "brief");
    vch.docker("network", "rm", "brief").refused("has active endpoints").refused("name:\"member\"");
    vch.docker("stop", "-t", "0", "member").ok();
    vch.docker("network", "rm", "brief").ok();
    vch.docker("start", "member").refused("network brief not found");
    vch.docker("network", "rm", "bridge")
        .refused("bridge is a pre-defined network and cannot be removed");
    vch.docker("network", "create", "brief").ok();
    vch.docker("start", "member").ok();
    assertThat(in("member", "ip", "-o", "-4", "addr", "show", "eth0"))
        .contains(on("brief", "member"));
    vch.docker("rm", "-f", "member").ok();
    vch.docker("network", "rm", "brief").ok();
  }
}
