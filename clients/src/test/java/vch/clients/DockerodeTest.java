package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import vch.app.compat.Command;
import vch.app.compat.TestMachine;

/// dockerode against a VCH; the cases are in `src/test/dockerode`.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerodeTest {
  private static final Path CASES = Path.of("src/test/dockerode").toAbsolutePath();

  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() throws java.io.IOException {
    install();
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  /// By npm, with the versions of package-lock.json; only where they are not there already.
  private static void install() throws java.io.IOException {
    var lock = CASES.resolve("package-lock.json");
    var installed = CASES.resolve("node_modules/.package-lock.json");
    if (!Files.exists(installed)
        || Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) < 0) {
      Command.run(
              "npm",
              "ci",
              "--prefix",
              CASES.toString(),
              "--omit=optional",
              "--ignore-scripts",
              "--no-audit",
              "--no-fund")
          .ok();
    }
  }

  @Test
  void by_the_local_socket() {
    var vch = machine.create("node");
    try (var registry = Registry.start(machine)) {
      registry.push(vch, "busybox", "bb:1");
      var ran =
          Command.run(
              Map.of("DOCKER_HOST", vch.host(), "REGISTRY", Registry.ADDRESS),
              new byte[0],
              List.of(
                  "ip",
                  "netns",
                  "exec",
                  machine.namespace,
                  "node",
                  "--test",
                  "--test-reporter=spec",
                  CASES.resolve("cases.test.js").toString()));
      assertThat(ran.ok()).contains("fail 0").doesNotContain("pass 0");
    }
  }
}
