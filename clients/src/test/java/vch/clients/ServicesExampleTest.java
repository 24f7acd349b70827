package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import vch.app.compat.Command;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// `examples/mysql-flask` as its README says. It makes a small Debian and fetches packages, which
/// takes minutes: part of `./do soak`.
@Tag("soak")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesExampleTest {
  private static final Path EXAMPLE = Command.home().resolve("examples/mysql-flask");
  private static final int MINUTES_MAX = 15;

  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "example");

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("example");
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private String play(List<String> words) throws IOException, InterruptedException {
    var said = machine.state.resolve("example.log");
    var builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().keySet().removeIf(k -> k.startsWith("DOCKER_") || k.startsWith("VCH_"));
    builder.environment().putAll(Map.of("DOCKER_HOST", vch.host(), "DOCKER_BUILDKIT", "0"));
    var process = builder.start();
    boolean ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    var text = Files.readString(said);
    assertThat(ended).as("ended within " + MINUTES_MAX + " minutes: " + text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  @Test
  void a_database_and_a_web_application_find_each_other_in_three_ways() throws Exception {
    // Packages come from the machine's sources, which the network of the test does not reach.
    play(List.of(EXAMPLE.resolve("prepare.sh").toString()));
    var said =
        play(
            List.of(
                "ip", "netns", "exec", machine.namespace, EXAMPLE.resolve("run.sh").toString()));
    assertThat(said)
        .contains("== By link", "== By network", "== By compose", "All of it worked.")
        .contains("<td>quince<td>3");
    assertThat(vch.docker("ps", "-aq").ok()).isEmpty();
  }
}
