package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.app.compat.Talk;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// Applications of several services by Compose.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposeTest {
  private final TestMachine machine = new TestMachine();
  private final List<Compose> programs = Compose.found();
  private TestVch vch = new TestVch(machine, "compose");
  @TempDir private Path here;

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("compose");
  }

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
  void a_service_waits_until_another_is_healthy(Compose compose) {
    var file =
        """
        services:
          db:
            image: busybox
            command: sh -c 'sleep 2; touch /well; sleep 3600'
            healthcheck: {test: "test -e /well", interval: 1s, timeout: 2s, retries: 9}
          app:
            image: busybox
            command: sleep 3600
            depends_on:
              db: {condition: service_healthy}
        """;
    var well = compose.project(vch, here.resolve("well"), file);
    well.run("up", "-d").ok();
    assertThat(well.inspect("db", "{{.State.Health.Status}}")).isEqualTo("healthy");
    well.run("ps").saying("(healthy)");
    assertThat(well.inspect("app", "{{.State.StartedAt}}"))
        .isGreaterThan(well.inspect("db", "{{(index .State.Health.Log 0).End}}"));
    well.down();
    var ill =
        compose.project(
            vch,
            here.resolve("ill"),
            file.replace("/well; sleep", "/ill; sleep").replace("retries: 9", "retries: 1"));
    ill.run("up", "-d").refused("unhealthy");
    assertThat(vch.docker("ps", "-q", "--filter", "name=ill.app").ok()).isEmpty();
    ill.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void volumes_are_kept_until_they_are_given_up(Compose compose) {
    var file =
        """
        services:
          writer:
            image: busybox
            command: sh -c 'echo run >>/data/log; echo run >>/anon/log; exec sleep 3600'
            environment: {ROUND: "1"}
            volumes:
              - data:/data
              - /anon
              - ./given:/given:ro
            tmpfs: /scratch
        volumes:
          data:
            labels: {kept: "yes"}
        """;
    var keep = compose.project(vch, here.resolve("keep"), file);
    keep.write("given/note", "by hand");
    keep.run("up", "-d").ok();
    keep.exec("writer", "cat", "/given/note").saying("by hand");
    keep.exec("writer", "sh", "-c", "echo x >/given/y").refused("Read-only file system");
    keep.exec("writer", "sh", "-c", "grep /scratch /proc/mounts").saying("tmpfs");
    var first = keep.ids("writer");
    keep.write("docker-compose.yml", file.replace("ROUND: \"1\"", "ROUND: \"2\""));
    keep.run("up", "-d", "-t", "0").ok();
    assertThat(keep.ids("writer")).isNotEqualTo(first).hasSize(1);
    TestMachine.until(
        "it has written twice, to both volumes",
        () ->
            keep.exec("writer", "cat", "/data/log", "/anon/log").ok().equals("run\nrun\nrun\nrun"));
    keep.run("down", "-t", "0").ok();
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "label=kept=yes").ok())
        .isEqualTo("keep_data");
    keep.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void services_are_scaled_and_answer_by_one_name(Compose compose) {
    var many =
        compose.project(
            vch,
            here.resolve("many"),
            """
            services:
              worker: {image: busybox, command: sleep 3600, stop_grace_period: 0s}
              asks: {image: busybox, command: sleep 3600, stop_grace_period: 0s}
            """);
    many.run("up", "-d", "--scale", "worker=4").ok();
    var addresses = new HashSet<String>();
    for (var id : many.ids("worker")) {
      addresses.add(vch.address(id));
    }
    assertThat(addresses).hasSize(4);
    var answer = many.exec("asks", "nslookup", "worker").ok();
    assertThat(addresses).allSatisfy(a -> assertThat(answer).contains(a));
    many.run("up", "-d", "--scale", "worker=1").ok();
    assertThat(many.ids("worker")).hasSize(1);
    assertThat(many.exec("asks", "nslookup", "worker").ok().lines().filter(l -> l.contains("Addr")))
        .hasSizeLessThanOrEqualTo(2); // the server's own, and one
    many.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_service_is_stopped_started_changed_and_removed(Compose compose) {
    var file =
        """
        services:
          main:
            image: busybox
            command: sh -c 'echo "started with $$WORD"; trap "exit 0" TERM; while :; do sleep 0.1; done'
            environment: {WORD: one}
          other: {image: busybox, command: sleep 3600, stop_grace_period: 0s}
        """;
    var life = compose.project(vch, here.resolve("life"), file);
    try (var events = new Talk(life.environment(), life.command("events", "--json"))) {
      TestMachine.until(
          "events are told",
          () -> {
            life.run("up", "-d").ok();
            life.run("pause", "main").ok();
            life.run("unpause", "main").ok();
            return events.lines().stream().anyMatch(l -> l.contains("\"unpause\""));
          });
    }
    var first = life.ids("main");
    life.run("stop", "main").ok();
    assertThat(life.inspect("main", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 0");
    life.run("start", "main").ok();
    life.run("restart", "-t", "5", "main").ok();
    assertThat(life.ids("main")).isEqualTo(first);
    TestMachine.until(
        "it has started three times",
        () ->
            life.run("logs", "--no-color", "main").ok().split("started with one", -1).length == 4);
    life.run("kill", "-s", "KILL", "main").ok();
    life.run("rm", "-f", "main").ok();
    life.run("up", "-d").ok();
    assertThat(life.ids("main")).isNotEqualTo(first);
    var other = life.ids("other");
    life.write("docker-compose.yml", file.replace("WORD: one", "WORD: two"));
    life.run("up", "-d").ok();
    assertThat(life.ids("other")).isEqualTo(other);
    life.exec("main", "sh", "-c", "echo $WORD").saying("two");
    life.write("docker-compose.yml", "services: {main: {image: busybox, command: sleep 3600}}\n");
    life.run("up", "-d", "--remove-orphans", "-t", "0").ok();
    assertThat(vch.docker("ps", "-q", "--no-trunc", "--filter", "id=" + other.getFirst()).ok())
        .isEmpty();
    life.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void one_off_programs(Compose compose) {
    var off =
        compose.project(
            vch,
            here.resolve("off"),
            """
            services:
              server:
                image: busybox
                command: sh -c 'mkdir /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www'
                stop_grace_period: 0s
              job:
                image: busybox
                entrypoint: ["sh", "-c"]
                command: ["exit 1"]
                depends_on: [server]
                environment: [GIVEN]
            """);
    off.run(
            "run",
            "--rm",
            "-T",
            "-e",
            "GIVEN=word",
            "job",
            "echo $GIVEN; for i in 1 2 3 4 5; do wget -q -O - http://server/ && exit 5; done")
        .exits(5)
        .out();
    var ran = off.run("run", "--rm", "-T", "-e", "GIVEN=word", "job", "echo said $GIVEN");
    assertThat(ran.ok()).contains("said word");
    assertThat(off.ids("job")).isEmpty();
    assertThat(off.ids("server")).hasSize(1);
    off.run("up", "--exit-code-from", "job").exits(1);
    off.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void images_are_built(Compose compose) {
    var made =
        compose.project(
            vch,
            here.resolve("made"),
            """
            services:
              main:
                build: {context: ctx, args: {WORD: given}}
                image: made/main
            """);
    made.write("ctx/Dockerfile", "FROM busybox\nARG WORD\nRUN echo $WORD >/word\nCMD sleep 3600\n");
    made.run("up", "-d").ok();
    made.exec("main", "cat", "/word").saying("given");
    made.run("build", "--build-arg", "WORD=other").ok();
    made.run("up", "-d", "-t", "0").ok();
    made.exec("main", "cat", "/word").saying("other");
    made.down();
    vch.docker("rmi", "made/main").ok();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void profiles_extends_and_env_files(Compose compose) {
    var parts =
        compose.project(
            vch,
            here.resolve("parts"),
            """
            services:
              main:
                extends: {file: base.yml, service: base}
                env_file: [main.env]
                environment: {FROM_FILE: "${WORD:?word is missing}"}
              extra:
                image: busybox
                command: sleep 3600
                profiles: [more]
            """);
    parts.write(
        "base.yml",
        "services: {base: {image: busybox, command: sleep 3600, environment: {BASE: yes-it-is},"
            + " labels: {based: here}}}\n");
    parts.write("main.env", "ENV_FILE=there\n");
    parts.run("config").refused("word is missing");
    parts.write(".env", "WORD=substituted\n");
    parts.run("up", "-d").ok();
    assertThat(parts.exec("main", "env").ok())
        .contains("BASE=yes-it-is", "ENV_FILE=there", "FROM_FILE=substituted");
    assertThat(parts.inspect("main", "{{.Config.Labels.based}}")).isEqualTo("here");
    assertThat(parts.ids("extra")).isEmpty();
    parts.run("--profile", "more", "up", "-d").ok();
    assertThat(parts.ids("extra")).hasSize(1);
    parts.run("--profile", "more", "down", "-v", "--remove-orphans", "-t", "0").ok();
    parts.down();
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
