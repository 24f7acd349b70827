package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// docker-java against a VCH: by the local socket and by TLS, with a different transport each.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerJavaTest {
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
    var vch = machine.create("local");
    cases(vch, Map.of("DOCKER_HOST", vch.host(), "TRANSPORT", "zerodep"));
  }

  @Test
  void by_tls() {
    var vch = machine.create("remote");
    cases(
        vch,
        Map.of(
            "DOCKER_HOST",
            "tcp://" + inspect(vch, "{{.Client.Address}}") + ":2376",
            "DOCKER_TLS_VERIFY",
            "1",
            "DOCKER_CERT_PATH",
            inspect(vch, "{{.CertPath}}"),
            "TRANSPORT",
            "httpclient5"));
  }

  private String inspect(TestVch vch, String format) {
    return machine.vch("inspect", "--name", vch.name(), "--format", format).ok();
  }

  private void cases(TestVch vch, Map<String, String> environment) {
    try (var registry = Registry.start(machine)) {
      registry.push(vch, "busybox", "bb:1");
      var ran =
          Suite.java(
              machine.namespace,
              environment,
              Suite.class.getName(),
              DockerJavaContainerCases.class.getName(),
              DockerJavaImageCases.class.getName(),
              DockerJavaNetworkCases.class.getName(),
              DockerJavaSystemCases.class.getName());
      assertThat(ran.ok()).contains(" cases passed, 0 failed");
    }
  }
}
