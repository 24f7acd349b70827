package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a VCH tells of itself, which versions of the API it speaks, what it announces, and how it
/// says no.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemTest {
  private static final String[] NOT_OFFERED = {
    "POST /build?version=2",
    "POST /grpc",
    "GET /images/search?term=x",
    "POST /swarm/init",
    "POST /plugins/pull?remote=x",
    "POST /session",
    "GET /containers/x/checkpoints",
    "PUT /volumes/x"
  };

  private final TestVch vch = TestVch.alone("blue");

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  @Test
  void versions_are_negotiated_within_bounds() {
    for (var version : new String[] {"1.24", "1.40", "1.44", "1.50"}) {
      assertThat(
              vch.dockerWith(
                      "DOCKER_API_VERSION",
                      version,
                      "version",
                      "--format",
                      "{{.Client.APIVersion}} {{.Server.APIVersion}}")
                  .ok())
          .isEqualTo(version + " 1.50");
      assertThat(
              vch.dockerWith(
                      "DOCKER_API_VERSION", version, "run", "--rm", "busybox", "echo", "hello")
                  .ok())
          .isEqualTo("hello");
    }
    vch.dockerWith("DOCKER_API_VERSION", "1.23", "ps")
        .refused(
            "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version");
    vch.dockerWith("DOCKER_API_VERSION", "9.99", "ps")
        .refused("client version 9.99 is too new. Maximum supported API version is 1.50");
  }

  @Test
  void info_tells_of_the_host() {
    assertThat(
            vch.docker(
                    "info",
                    "--format",
                    "{{.Name}} {{.Driver}} {{.OSType}} {{.Swarm.LocalNodeState}} {{.LoggingDriver}}")
                .ok())
        .isEqualTo("blue overlay2 linux inactive json-file");
  }

  @Test
  void contexts_lead_here() {
    vch.docker("context", "create", "here", "--docker", "host=" + vch.host()).ok();
    assertThat(vch.docker("--context", "here", "info", "--format", "{{.Name}}").ok())
        .isEqualTo("blue");
    vch.docker("context", "rm", "here").ok();
  }

  @Test
  void disk_usage_has_sizes() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "writes",
            "-v",
            "sized:/v",
            "busybox",
            "sh",
            "-c",
            "dd if=/dev/zero of=/x bs=1k count=100; dd if=/dev/zero of=/v/x bs=1k count=50; echo ready; sleep 3600")
        .ok();
    TestMachine.until("it has written", () -> vch.docker("logs", "writes").out().contains("ready"));
    var rows =
        vch.docker("system", "df", "--format", "{{.Type}}|{{.TotalCount}}|{{.Size}}")
            .ok()
            .lines()
            .toList();
    assertThat(rows)
        .contains("Containers|1|102.4kB", "Local Volumes|1|51.2kB")
        .anyMatch(r -> r.matches("Images\\|1\\|[0-9.]+MB"));
    vch.docker("rm", "-f", "writes").ok();
    vch.docker("volume", "rm", "sized").ok();
  }

  @Test
  void pruning_the_system_takes_all_parts() {
    vch.docker("create", "--name", "pruned", "busybox").ok();
    vch.docker("network", "create", "pruned-net").ok();
    vch.docker("system", "prune", "-f").saying("pruned-net").saying("Total reclaimed space:");
    vch.docker("inspect", "pruned").refused("No such object");
  }

  @Test
  void what_is_not_offered_says_so_in_a_sentence() {
    for (var route : NOT_OFFERED) {
      var parts = route.split(" ");
      var answer =
          vch.api(parts[0], parts[1], "-H", "Content-Type: application/json", "-d", "{}").ok();
      assertThat(answer).as(route).endsWith("501").contains("not offered");
    }
    assertThat(vch.api("GET", "/nosuch").ok()).isEqualTo("{\"message\":\"page not found\"}\n\n404");
    vch.docker("swarm", "init").refused("swarm mode is not offered by a virtual container host");
  }

  @Test
  void events_come_in_the_order_of_what_happened() {
    vch.docker("network", "create", "ev").ok();
    vch.docker(
            "run", "--name", "short", "--net", "ev", "-l", "a=b", "busybox", "sh", "-c", "exit 3")
        .exits(3);
    vch.docker("rm", "short").ok();
    vch.docker("run", "-d", "--name", "long", "--net", "ev", "busybox", "sleep", "3600").ok();
    vch.docker("stop", "-t", "0", "long").ok();
    vch.docker("start", "long").ok();
    vch.docker("rm", "-f", "long").ok();
    vch.docker("network", "rm", "ev").ok();
    assertThat(events("{{.Action}}", "container=short", "type=container"))
        .containsExactly("create", "attach", "start", "die", "destroy");
    assertThat(events("{{.Action}}", "container=long", "type=container"))
        .containsExactly(
            "create", "start", "kill", "kill", "die", "stop", "start", "kill", "die", "destroy");
    assertThat(
            events(
                "{{.Actor.Attributes.exitCode}} {{.Actor.Attributes.image}} {{.Actor.Attributes.name}} {{.Actor.Attributes.a}}",
                "event=die",
                "label=a=b"))
        .containsExactly("3 busybox short b");
    assertThat(events("{{.Action}} {{.Actor.Attributes.type}}", "network=ev"))
        .containsExactly(
            "create bridge",
            "connect bridge",
            "disconnect bridge",
            "connect bridge",
            "disconnect bridge",
            "connect bridge",
            "disconnect bridge",
            "destroy bridge");
  }

  /// A duration would be rounded down to whole seconds by the client.
  private static String now() {
    var now = java.time.Instant.now();
    return "%d.%09d".formatted(now.getEpochSecond(), now.getNano());
  }

  private java.util.List<String> events(String format, String... filters) {
    var words =
        new java.util.ArrayList<>(
            java.util.List.of("events", "--since", "10m", "--until", now(), "--format", format));
    for (var filter : filters) {
      words.addAll(java.util.List.of("--filter", filter));
    }
    return vch.docker(words.toArray(new String[0])).ok().lines().toList();
  }
}
