package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The container-network use cases of the product's documents, by the real docker CLI and real
/// packets. Two LANs: `default-external`, 10.2.0.0/16, where the host itself is at 10.2.0.9, and
/// `vic-production`, 208.91.3.0/24. Each has a router, behind which 198.51.100.1 is, and a
/// neighbour.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerNetworkUseCasesTest {
  private static final String FAR = "198.51.100.1";
  private static final String HTTP =
      "mkdir -p /www; echo %s >/www/index.html; exec httpd -f -p %d -h /www";

  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");
  private TestVch green = new TestVch(machine, "green");
  private TestMachine.Host routerA = new TestMachine.Host("");
  private TestMachine.Host neighbourA = routerA;
  private TestMachine.Host neighbourB = routerA;

  @BeforeAll
  void start() {
    machine.startDaemon();
    for (var lan : List.of("lan-a", "lan-b")) {
      machine.here("ip", "link", "add", lan, "type", "bridge").ok();
      machine.here("ip", "link", "set", lan, "up").ok();
      machine.vch("portgroup", "create", lan, "--bridge", lan).ok();
    }
    routerA = router("ra", "lan-a", "10.2.0.1/16");
    router("rb", "lan-b", "208.91.3.1/24");
    neighbourA = machine.host("na", "lan-a", "10.2.0.77/16");
    neighbourB = machine.host("nb", "lan-b", "208.91.3.77/24");
    blue =
        machine.create(
            "blue",
            "--public-network",
            "lan-a",
            "--public-network-ip",
            "10.2.0.9/16",
            "--public-network-gateway",
            "10.2.0.1",
            "--container-network",
            "lan-a:default-external",
            "--container-network-gateway",
            "lan-a:10.2.0.1/16",
            "--container-network-ip-range",
            "lan-a:10.2.0.0-99",
            "--container-network",
            "lan-b:vic-production",
            "--container-network-gateway",
            "lan-b:208.91.3.1/24",
            "--container-network-firewall",
            "lan-b:open");
    green =
        machine.create(
            "green",
            "--container-network",
            "lan-a:ExternalNetwork",
            "--container-network-gateway",
            "lan-a:10.2.0.1/16",
            "--container-network-ip-range",
            "lan-a:10.2.0.0-99");
  }

  private TestMachine.Host router(String name, String lan, String address) {
    var host = machine.host(name, lan, address);
    host.run("ip", "addr", "add", FAR + "/32", "dev", "lo").ok();
    return host;
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private static String ip(TestVch vch, String container, String network) {
    return settings(vch, container, network, "IPAddress");
  }

  private static String settings(TestVch vch, String container, String network, String field) {
    return vch.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\")." + field + "}}",
            container)
        .ok();
  }

  private static Ran fetch(TestMachine.Host from, String address, int port) {
    return TestVch.fetch(from::run, "http://" + address + ":" + port + "/");
  }

  private static void silent(TestMachine.Host from, String address, int port) {
    assertThat(from.run("timeout", "1", "bash", "-c", "</dev/tcp/" + address + "/" + port).status())
        .as("%s:%d", address, port)
        .isNotZero();
  }

  private static Ran inside(TestVch vch, String container, String... words) {
    return vch.docker(Command.words(List.of("exec", container), words).toArray(new String[0]));
  }

  private static String ports(TestVch vch, String container) {
    return vch.docker("ps", "-a", "--filter", "name=^" + container + "$", "--format", "{{.Ports}}")
        .ok();
  }

  /// As `via 10.2.0.1 dev eth0`.
  private static String way(TestVch vch, String container) {
    return inside(vch, container, "ip", "route")
        .ok()
        .lines()
        .filter(l -> l.startsWith("default "))
        .map(l -> l.substring("default ".length()).strip())
        .collect(Collectors.joining(", "));
  }

  private static void remove(TestVch vch, String... containers) {
    vch.docker(Command.words(List.of("rm", "-f"), containers).toArray(new String[0])).ok();
  }

  private static Ran sleeper(TestVch vch, String name, String... options) {
    var words = Command.words(List.of("run", "-d", "--name", name), options);
    words.addAll(List.of("busybox", "sleep", "3600"));
    return vch.docker(words.toArray(new String[0]));
  }

  @Test
  void networks_as_the_documents_show_them() {
    var show = "{{.Name}} {{.Driver}} {{.Scope}}";
    assertThat(
            blue.docker("network", "ls", "--filter", "driver=external", "--format", show)
                .ok()
                .lines())
        .containsExactly("default-external external external", "vic-production external external");
    assertThat(
            blue.docker("network", "ls", "-q", "--filter", "scope=external").ok().lines().count())
        .isEqualTo(2);
    assertThat(
            blue.docker(
                    "network",
                    "inspect",
                    "default-external",
                    "vic-production",
                    "--format",
                    "{{.Scope}} {{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}} {{index .Options"
                        + " \"vch.container-network.firewall\"}}")
                .ok()
                .lines())
        .containsExactly(
            "external 10.2.0.0/16 10.2.0.1 published", "external 208.91.3.0/24 208.91.3.1 open");
    blue.docker("network", "rm", "vic-production")
        .refused(
            "network vic-production is a container network of the VCH and cannot be removed by Docker; remove it with vch configure");
    blue.docker("network", "create", "-d", "external", "mine")
        .refused("cannot create external networks: container networks are the VCH's own");
    blue.docker("network", "prune", "-f").ok();
    assertThat(blue.docker("network", "ls", "-q", "--filter", "type=builtin").ok().lines().count())
        .isEqualTo(4);
  }

  /// The case of the first document, where the network is open; which port it is is said in four
  /// ways.
  @ParameterizedTest
  @CsvSource({
    "--expose=80,80,80/tcp",
    "-p 80,80,IP:80->80/tcp",
    "-p 80:80,80,IP:80->80/tcp",
    "-p 80:8080,8080,IP:80->8080/tcp"
  })
  void a_server_with_an_address_of_its_own(String how, int port, String shown) {
    var words =
        Command.words(
            List.of("run", "-d", "--net=vic-production", "--name", "server"), how.split(" "));
    words.addAll(List.of("busybox", "sh", "-c", HTTP.formatted("'Hello world!'", port)));
    blue.docker(words.toArray(new String[0])).ok();
    var address =
        blue.docker(
                "inspect",
                "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
                "server")
            .ok();
    assertThat(address).startsWith("208.91.3.");
    fetch(neighbourB, address, 80).saying("Hello world!");
    assertThat(ports(blue, "server")).isEqualTo(shown.replace("IP", address));
    remove(blue, "server");
    silent(neighbourB, address, 80);
  }

  @Test
  void what_is_not_published_is_closed_where_the_network_is_not_open() {
    blue.docker(
            "run",
            "-d",
            "--net=default-external",
            "--name=guarded",
            "-p",
            "80:8080",
            "-p",
            "81",
            "--expose=82",
            "busybox",
            "sh",
            "-c",
            "for p in 81 82 83; do httpd -p $p -h /etc; done; " + HTTP.formatted("guarded", 8080))
        .ok();
    var address = ip(blue, "guarded", "default-external");
    fetch(neighbourA, address, 80).saying("guarded");
    fetch(neighbourA, address, 8080).saying("guarded"); // its own port is open, too
    fetch(neighbourA, address, 81).refused("404");
    silent(neighbourA, address, 82);
    silent(neighbourA, address, 83);
    neighbourA.run("busybox", "ping", "-c", "1", "-W", "2", address).ok();
    assertThat(ports(blue, "guarded"))
        .isEqualTo("%1$s:81->81/tcp, 82/tcp, %1$s:80->8080/tcp".formatted(address));
    assertThat(blue.docker("port", "guarded").ok().lines())
        .containsExactly("81/tcp -> " + address + ":81", "8080/tcp -> " + address + ":80");
    assertThat(blue.docker("port", "guarded", "8080").ok()).isEqualTo(address + ":80");
    assertThat(blue.docker("ps", "-q", "--filter", "publish=80/tcp").ok()).hasSize(12);
    // The way out is the LAN's router, not the VCH.
    inside(blue, "guarded", "ping", "-c", "1", "-W", "2", FAR).ok();
    assertThat(settings(blue, "guarded", "default-external", "Gateway")).isEqualTo("10.2.0.1");
    remove(blue, "guarded");
  }

  @Test
  void a_bridge_network_for_data_and_a_container_network_for_the_view() {
    blue.docker("network", "create", "--internal", "bridge-db").ok();
    blue.serve("db", 3306, "data", "--net", "bridge-db");
    sleeper(blue, "model", "--net", "bridge-db").ok();
    blue.docker(
            "create",
            "-p",
            "80",
            "--name",
            "view",
            "--net",
            "bridge-db",
            "busybox",
            "sh",
            "-c",
            HTTP.formatted("view", 80))
        .ok();
    blue.docker("network", "connect", "default-external", "view").ok();
    blue.docker("start", "view").ok();
    var address = ip(blue, "view", "default-external");
    fetch(neighbourA, address, 80).saying("view");
    assertThat(ports(blue, "view")).isEqualTo(address + ":80->80/tcp");
    inside(blue, "view", "wget", "-q", "-O", "-", "http://db:3306/").saying("data");
    inside(blue, "model", "wget", "-q", "-O", "-", "http://view/").saying("view");
    inside(blue, "model", "wget", "-q", "-O", "-", "http://db:3306/").saying("data");
    inside(blue, "view", "ping", "-c", "1", "-W", "2", FAR).ok();
    for (var name : List.of("db", "model")) {
      assertThat(inside(blue, name, "ping", "-c", "1", "-W", "1", FAR).status()).isNotZero();
    }
    remove(blue, "db", "model", "view");
    blue.docker("network", "rm", "bridge-db").ok();
  }

  @Test
  void the_port_mapping_belongs_to_the_network_given_at_create() {
    blue.docker(
            "create",
            "--name",
            "direct",
            "-p",
            "80:8080",
            "--net=default-external",
            "busybox",
            "sh",
            "-c",
            HTTP.formatted("direct", 8080))
        .ok();
    blue.docker("network", "connect", "bridge", "direct").ok();
    blue.docker("start", "direct").ok();
    var address = ip(blue, "direct", "default-external");
    assertThat(ports(blue, "direct")).isEqualTo(address + ":80->8080/tcp");
    fetch(neighbourA, address, 80).saying("direct");
    silent(neighbourA, "10.2.0.9", 80);
    blue.docker(
            "create",
            "--name",
            "natted",
            "-p",
            "8080:80",
            "--net=bridge",
            "busybox",
            "sh",
            "-c",
            HTTP.formatted("natted", 80))
        .ok();
    blue.docker("network", "connect", "default-external", "natted").ok();
    blue.docker("start", "natted").ok();
    assertThat(ports(blue, "natted")).isEqualTo("0.0.0.0:8080->80/tcp");
    fetch(neighbourA, "10.2.0.9", 8080).saying("natted");
    silent(neighbourA, ip(blue, "natted", "default-external"), 80);
    silent(neighbourA, ip(blue, "natted", "default-external"), 8080);
    remove(blue, "direct", "natted");
  }

  @Test
  void connected_and_disconnected_while_it_runs() {
    sleeper(blue, "hot").ok();
    blue.docker("network", "connect", "--ip", "10.2.1.1", "default-external", "hot")
        .refused("10.2.1.1 is outside the range of network default-external: 10.2.0.0-10.2.0.99");
    blue.docker("network", "connect", "--ip", "10.2.0.44", "default-external", "hot").ok();
    assertThat(ip(blue, "hot", "default-external")).isEqualTo("10.2.0.44");
    neighbourA.run("busybox", "ping", "-c", "1", "-W", "2", "10.2.0.44").ok();
    assertThat(way(blue, "hot")).isEqualTo("via 10.2.0.1 dev eth1");
    assertThat(
            blue.docker(
                    "network",
                    "inspect",
                    "default-external",
                    "--format",
                    "{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}")
                .ok())
        .contains("hot 10.2.0.44/16");
    blue.docker("network", "disconnect", "default-external", "hot").ok();
    assertThat(neighbourA.run("busybox", "ping", "-c", "1", "-W", "1", "10.2.0.44").status())
        .isNotZero();
    assertThat(inside(blue, "hot", "ip", "-o", "link").ok()).doesNotContain("eth1");
    assertThat(way(blue, "hot")).matches("via 172[.0-9]+ dev eth0");
    remove(blue, "hot");
  }

  @Test
  void each_address_is_told_on_its_own_link_only() {
    sleeper(blue, "multi", "--net", "bridge").ok();
    blue.docker("network", "connect", "default-external", "multi").ok();
    blue.docker("network", "connect", "vic-production", "multi").ok();
    var bridged = ip(blue, "multi", "bridge");
    var here = ip(blue, "multi", "default-external");
    var there = ip(blue, "multi", "vic-production");
    // Traffic by all links first, so that whoever may be wrong has spoken.
    neighbourA.run("busybox", "ping", "-c", "1", "-W", "2", here).ok();
    neighbourB.run("busybox", "ping", "-c", "1", "-W", "2", there).ok();
    inside(blue, "multi", "ping", "-c", "1", "-W", "2", FAR).ok();
    routerA.run("busybox", "ping", "-c", "1", "-W", "2", here).ok();
    for (var host : List.of(routerA, neighbourA)) {
      assertThat(host.run("ip", "neigh", "show", here).ok())
          .contains(settings(blue, "multi", "default-external", "MacAddress"));
    }
    for (var other : List.of(bridged, there)) {
      assertThat(
              neighbourA.run("busybox", "arping", "-c", "2", "-w", "2", "-I", "eth0", other).out())
          .contains("Received 0 response(s)");
    }
    assertThat(neighbourA.run("busybox", "arping", "-c", "2", "-w", "2", "-I", "eth0", here).out())
        .contains("[" + settings(blue, "multi", "default-external", "MacAddress") + "]")
        .doesNotContain(settings(blue, "multi", "bridge", "MacAddress"))
        .doesNotContain(settings(blue, "multi", "vic-production", "MacAddress"));
    remove(blue, "multi");
  }

  @Test
  void several_container_networks_in_one_create() {
    blue.docker(
            "run",
            "-d",
            "--name",
            "both",
            "--net",
            "vic-production",
            "--net",
            "default-external",
            "-p",
            "80",
            "busybox",
            "sh",
            "-c",
            HTTP.formatted("both", 80))
        .ok();
    var here = ip(blue, "both", "default-external");
    var there = ip(blue, "both", "vic-production");
    fetch(neighbourB, there, 80).saying("both");
    silent(neighbourA, here, 80); // published on the other one
    neighbourA.run("busybox", "ping", "-c", "1", "-W", "2", here).ok();
    assertThat(ports(blue, "both")).isEqualTo(there + ":80->80/tcp");
    assertThat(way(blue, "both")).isEqualTo("via 208.91.3.1 dev eth0");
    remove(blue, "both");
  }

  @Test
  void an_address_stays_over_stop_and_start_of_container_and_daemon() {
    blue.docker(
            "run",
            "-d",
            "--name",
            "kept",
            "-p",
            "80",
            "--net=default-external",
            "busybox",
            "sh",
            "-c",
            HTTP.formatted("kept", 80))
        .ok();
    var address = ip(blue, "kept", "default-external");
    blue.docker("stop", "-t", "0", "kept").ok();
    assertThat(ports(blue, "kept")).isEmpty();
    assertThat(ip(blue, "kept", "default-external")).isEmpty(); // as Docker shows a stopped one
    sleeper(blue, "taker", "--net=default-external").ok();
    assertThat(ip(blue, "taker", "default-external")).isNotEqualTo(address);
    blue.docker("start", "kept").ok();
    assertThat(ip(blue, "kept", "default-external")).isEqualTo(address);
    machine.killDaemon();
    fetch(neighbourA, address, 80).saying("kept");
    machine.startDaemon();
    assertThat(ip(blue, "kept", "default-external")).isEqualTo(address);
    fetch(neighbourA, address, 80).saying("kept");
    blue.docker("restart", "-t", "0", "kept").ok();
    assertThat(ip(blue, "kept", "default-external")).isEqualTo(address);
    fetch(neighbourA, address, 80).saying("kept");
    remove(blue, "kept", "taker");
  }

  @Test
  void two_hosts_on_one_lan_never_give_one_address_twice() {
    var seen = new HashSet<String>(List.of("10.2.0.1", "10.2.0.9", "10.2.0.77"));
    for (int i = 0; i < 4; i++) {
      sleeper(blue, "b" + i + "n", "--net=default-external").ok();
      sleeper(green, "g" + i + "n", "--net=ExternalNetwork").ok();
      assertThat(seen.add(ip(blue, "b" + i + "n", "default-external"))).isTrue();
      assertThat(seen.add(ip(green, "g" + i + "n", "ExternalNetwork"))).isTrue();
    }
    green
        .docker(
            "run",
            "-d",
            "--name=thief",
            "--net=ExternalNetwork",
            "--ip",
            ip(blue, "b0n", "default-external"),
            "busybox",
            "sleep",
            "9")
        .refused("Address already in use");
    for (int i = 0; i < 4; i++) {
      remove(blue, "b" + i + "n");
      remove(green, "g" + i + "n");
    }
    remove(green, "thief");
  }

  @Test
  void an_address_of_another_host_of_the_lan_is_refused_by_its_name() {
    var mac = Spot.named(neighbourA.namespace()).mac();
    sleeper(blue, "late", "--net=default-external", "--ip", "10.2.0.77")
        .refused(
            "address 10.2.0.77 of network default-external is in use by another host with MAC address "
                + mac);
    remove(blue, "late");
  }

  @Test
  void what_could_lift_the_firewall_is_refused() {
    sleeper(blue, "strong", "--privileged", "--net=default-external")
        .refused("would have CAP_NET_ADMIN");
    sleeper(blue, "strong", "--cap-add=NET_ADMIN", "--net=default-external")
        .refused("would have CAP_NET_ADMIN");
    sleeper(blue, "strong", "--cap-add=NET_ADMIN").ok();
    blue.docker("network", "connect", "default-external", "strong")
        .refused("would have CAP_NET_ADMIN");
    blue.docker("network", "connect", "vic-production", "strong").ok(); // open: nothing to lift
    sleeper(blue, "plain", "--net=default-external").ok();
    blue.docker("exec", "--privileged", "plain", "true").refused("would have CAP_NET_ADMIN");
    assertThat(inside(blue, "plain", "ip", "link", "set", "eth0", "down").status()).isNotZero();
    remove(blue, "strong", "plain");
  }
}
