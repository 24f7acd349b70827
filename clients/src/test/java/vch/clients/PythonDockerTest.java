package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

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

/// Debian's python3-docker against a VCH; the cases are in `src/test/python`.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PythonDockerTest {
  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  @Test
  void by_the_local_socket() {
    var vch = machine.create("python");
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
                  "/usr/bin/python3",
                  Path.of("src/test/python/cases.py").toAbsolutePath().toString()));
      ran.ok();
      assertThat(ran.err()).containsPattern("Ran [1-9][0-9]* tests").contains("\nOK\n");
    }
  }
}
