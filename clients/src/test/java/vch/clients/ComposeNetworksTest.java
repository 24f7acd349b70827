package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// Networks and addresses of applications by Compose.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposeNetworksTest {
  private final List<Compose> programs = Compose.found();
  private final TestVch vch = TestVch.alone("compose");
  private final TestMachine machine = vch.machine();
  @TempDir private Path here;

  @AfterAll
  void stop() {
    machine.close();
  }

  List<Compose> programs() {
    return programs;
  }

  @ParameterizedTest
  @MethodSource("programs")
  void front_and_back_are_apart(Compose compose) {
    var shop =
        compose.project(
            vch,
            here.resolve("shop"),
            """
            services:
              web:
                image: busybox
                command: sh -c 'mkdir /www; echo front >/www/index.html; exec httpd -f -p 80 -h /www'
                ports: ["80"]
                networks: [front]
              app:
                image: busybox
                command: sleep 3600
                networks:
                  front:
                    aliases: [middle]
                  back:
              db:
                image: busybox
                command: sh -c 'mkdir /www; echo rows >/www/index.html; exec httpd -f -p 3306 -h /www'
                networks:
                  back:
                    aliases: [store]
            networks:
              front: {}
              back:
                internal: true
            """);
    shop.run("up", "-d").ok();
    shop.run("up", "-d").ok(); // nothing to do
    assertThat(shop.run("ps", "--services", "--filter", "status=running").ok().lines())
        .containsExactlyInAnyOrder("web", "app", "db");
    var port = shop.run("port", "web", "80").ok();
    vch.fetch("http://" + vch.publicAddress() + port.substring(port.lastIndexOf(':')))
        .saying("front");
    shop.exec("app", "timeout", "5", "wget", "-q", "-O", "-", "http://store:3306/").saying("rows");
    shop.exec("app", "timeout", "5", "wget", "-q", "-O", "-", "http://db:3306/").saying("rows");
    shop.exec("web", "ping", "-c", "1", "middle").saying("1 packets received");
    shop.exec("web", "ping", "-c", "1", "-W", "2", "store").refused("bad address 'store'");
    shop.exec("db", "ping", "-c", "1", "-W", "2", vch.publicAddress()).refused("");
    shop.run("top", "app").saying("sleep 3600");
    shop.run("config", "--services").saying("web");
    shop.run("images").saying("busybox");
    shop.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void networks_are_made_as_the_file_says(Compose compose) {
    vch.docker("network", "create", "--subnet", "10.81.0.0/24", "outside").ok();
    vch.serve("neighbour", 80, "from outside", "--net", "outside");
    var net =
        compose.project(
            vch,
            here.resolve("net"),
            """
            services:
              one:
                image: busybox
                command: sleep 3600
                networks:
                  planned:
                    ipv4_address: 10.80.0.77
                    aliases: [first, uno]
                  given: {}
              two:
                image: busybox
                command: sleep 3600
                hostname: second
                domainname: example.test
                dns_search: [planned.test]
                extra_hosts: ["printer:192.0.2.9"]
                networks: [planned]
            networks:
              planned:
                name: exactly-this
                driver: bridge
                driver_opts:
                  com.docker.network.driver.mtu: "1380"
                  com.docker.network.bridge.enable_icc: "true"
                ipam:
                  driver: default
                  config:
                    - subnet: 10.80.0.0/24
                      gateway: 10.80.0.5
                      ip_range: 10.80.0.128/25
                labels: {for: tests}
              given:
                external: true
                name: outside
            """);
    net.run("up", "-d").ok();
    assertThat(
            net.inspect("one", "{{(index .NetworkSettings.Networks \"exactly-this\").IPAddress}}"))
        .isEqualTo("10.80.0.77");
    net.exec("two", "ping", "-c", "1", "uno").saying("10.80.0.77");
    net.exec("two", "hostname").saying("second");
    net.exec("two", "cat", "/etc/hosts").saying("192.0.2.9\tprinter");
    net.exec("two", "cat", "/sys/class/net/eth0/mtu").saying("1380");
    net.exec("two", "ip", "route").saying("default via 10.80.0.5");
    net.exec("one", "timeout", "5", "wget", "-q", "-O", "-", "http://neighbour/")
        .saying("from outside");
    assertThat(vch.docker("network", "inspect", "--format", "{{.Labels.for}}", "exactly-this").ok())
        .isEqualTo("tests");
    net.down();
    vch.docker("network", "inspect", "outside").ok();
    vch.docker("rm", "-f", "neighbour").ok();
    vch.docker("network", "rm", "outside").ok();
    net.run("up", "-d").refused("outside");
    net.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void both_families(Compose compose) {
    var both =
        compose.project(
            vch,
            here.resolve("both"),
            """
            version: "2.4"
            services:
              one:
                image: busybox
                command: sleep 3600
                networks: {dual: {ipv4_address: 10.82.0.7, ipv6_address: "fd00:82::7"}}
              two:
                image: busybox
                command: sleep 3600
                networks: [dual]
            networks:
              dual:
                enable_ipv6: true
                ipam:
                  config: [{subnet: 10.82.0.0/24}, {subnet: "fd00:82::/64"}]
            """);
    both.run("up", "-d").ok();
    both.exec("two", "ping", "-6", "-c", "1", "one").saying("fd00:82::7");
    both.exec("two", "ping", "-4", "-c", "1", "one").saying("10.82.0.7");
    both.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void network_modes(Compose compose) {
    vch.docker("run", "-d", "--name", "host-of-it", "busybox", "sleep", "3600").ok();
    var modes =
        compose.project(
            vch,
            here.resolve("modes"),
            """
            services:
              main: {image: busybox, command: sleep 3600}
              side: {image: busybox, command: sleep 3600, network_mode: "service:main"}
              guest: {image: busybox, command: sleep 3600, network_mode: "container:host-of-it"}
              alone: {image: busybox, command: sleep 3600, network_mode: none}
              plain: {image: busybox, command: sleep 3600, network_mode: bridge}
            """);
    modes.run("up", "-d").ok();
    assertThat(modes.exec("side", "ip", "addr", "show", "eth0").ok())
        .isEqualTo(modes.exec("main", "ip", "addr", "show", "eth0").ok());
    modes.exec("guest", "ip", "addr").saying(vch.address("host-of-it"));
    assertThat(modes.exec("alone", "ip", "-4", "-o", "addr").ok().lines()).hasSize(1);
    assertThat(modes.inspect("plain", "{{range $n, $_ := .NetworkSettings.Networks}}{{$n}}{{end}}"))
        .isEqualTo("bridge");
    modes.down();
    vch.docker("rm", "-f", "host-of-it").ok();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void down_never_meets_active_endpoints(Compose compose) {
    var file = new StringBuilder("services:\n");
    for (int i = 0; i < 10; i++) {
      file.append(
          "  s%d: {image: busybox, command: sleep 3600, networks: [a, b], restart: always}\n"
              .formatted(i));
    }
    file.append("networks: {a: {}, b: {internal: true}}\n");
    var ten = compose.project(vch, here.resolve("ten"), file.toString());
    for (int round = 0; round < 2; round++) {
      ten.run("up", "-d").ok();
      ten.down();
    }
  }

  /// A service on a container network, at an address that the file names, and on the project's own
  /// network.
  @ParameterizedTest
  @MethodSource("programs")
  void a_service_has_an_address_of_its_own_on_a_lan(Compose compose) {
    var lan = "lan" + programs.indexOf(compose);
    machine.vch("portgroup", "create", lan).ok();
    var host =
        machine.create(
            "on-" + lan,
            "--container-network",
            lan + ":office",
            "--container-network-gateway",
            lan + ":10.6.0.1/24",
            "--container-network-ip-range",
            lan + ":10.6.0.32/27");
    var link = machine.vch("portgroup", "inspect", lan, "--format", "{{.Link}}").ok();
    var neighbour = machine.host("n" + lan, link, "10.6.0.9/24");
    var site =
        compose.project(
            host,
            here.resolve("site"),
            """
            services:
              view:
                image: busybox
                stop_grace_period: 0s
                command: sh -c 'mkdir /www; echo view >/www/index.html; exec httpd -f -p 8080 -h /www'
                ports: ["80:8080"]
                networks:
                  office:
                    priority: 10
                    ipv4_address: 10.6.0.40
                  default:
              db:
                image: busybox
                stop_grace_period: 0s
                command: sh -c 'mkdir /www; echo rows >/www/index.html; exec httpd -f -p 3306 -h /www'
            networks:
              office:
                external: true
                name: office
            """);
    for (int round = 0; round < 2; round++) {
      site.run("up", "-d").ok();
      TestMachine.until(
          "the view answers on the LAN",
          () ->
              neighbour
                      .run("timeout", "2", "busybox", "wget", "-q", "-O", "-", "http://10.6.0.40/")
                      .status()
                  == 0);
      site.exec("view", "timeout", "5", "wget", "-q", "-O", "-", "http://db:3306/").saying("rows");
      assertThat(host.docker("ps", "--format", "{{.Ports}}", "--filter", "publish=80").ok())
          .isEqualTo("10.6.0.40:80->8080/tcp");
      site.run("restart").ok();
      // A static address stays with its container until that is removed, so the successor waits.
      site.run("rm", "-s", "-f", "view").ok();
    }
    site.run("down").ok();
    host.docker("network", "inspect", "office").ok(); // is not the project's to remove
  }
}
