package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import vch.app.compat.Talk;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// Testcontainers for Java against a VCH, with a reaper that speaks Ryuk's protocol.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestcontainersTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "tc");

  @BeforeAll
  void start() throws IOException {
    machine.startDaemon();
    vch = machine.create("tc");
    RyukImage.importTo(vch);
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private String inspect(String format) {
    return machine.vch("inspect", "--name", vch.name(), "--format", format).ok();
  }

  /// By the local socket: published ports answer at the public address, which has to be said.
  private Map<String, String> local() {
    return user(
        Map.of("DOCKER_HOST", vch.host(), "TESTCONTAINERS_HOST_OVERRIDE", vch.publicAddress()));
  }

  /// By TLS: the address in DOCKER_HOST is the one where published ports answer; nothing else is to
  /// be said.
  private Map<String, String> remote() {
    return user(
        Map.of(
            "DOCKER_HOST",
            "tcp://" + inspect("{{.Client.Address}}") + ":2376",
            "DOCKER_TLS_VERIFY",
            "1",
            "DOCKER_CERT_PATH",
            inspect("{{.CertPath}}")));
  }

  /// With a home directory of its own, where Testcontainers keeps what it finds out.
  private Map<String, String> user(Map<String, String> endpoint) {
    var all = new HashMap<>(endpoint);
    all.put("TESTCONTAINERS_RYUK_CONTAINER_IMAGE", RyukImage.NAME); // no registry is to be reached
    all.put("TESTCONTAINERS_TINYIMAGE_CONTAINER_IMAGE", "busybox:latest");
    return all;
  }

  private String home() {
    return "-Duser.home=" + machine.directory("home");
  }

  private void cases(Map<String, String> environment) {
    var ran =
        Suite.java(
            machine.namespace,
            environment,
            home(),
            Suite.class.getName(),
            TestcontainersCases.class.getName());
    assertThat(ran.ok()).contains(" cases passed, 0 failed");
    nothingIsLeft();
  }

  private void nothingIsLeft() {
    var label = "label=org.testcontainers=true";
    TestMachine.until(
        "the reaper has removed everything and ended",
        () ->
            vch.docker("ps", "-aq", "--filter", label).ok().isEmpty()
                && vch.docker("network", "ls", "-q", "--filter", label).ok().isEmpty()
                && vch.docker("volume", "ls", "-q").ok().isEmpty());
  }

  @Test
  void by_the_local_socket() {
    cases(local());
  }

  @Test
  void by_tls_with_nothing_but_the_variables_of_docker() {
    cases(remote());
  }

  @Test
  void what_a_program_that_dies_has_started_is_removed() {
    vch.docker("run", "-d", "--name", "bystander", "busybox", "sleep", "3600").ok();
    try (var program =
        new Talk(
            Suite.environment(local()),
            Suite.command(machine.namespace, home(), TestcontainersLeft.class.getName()))) {
      TestMachine.until(
          "it has started everything",
          () -> {
            assertThat(program.runs()).as(String.join("\n", program.lines())).isTrue();
            return program.lines().contains("all is started");
          });
      assertThat(vch.docker("ps", "-q", "--filter", "label=org.testcontainers=true").ok().lines())
          .hasSize(3); // with the reaper itself
    } // kill -9
    nothingIsLeft();
    assertThat(vch.docker("inspect", "--format", "{{.State.Status}}", "bystander").ok())
        .isEqualTo("running");
    vch.docker("rm", "-f", "bystander").ok();
  }
}
