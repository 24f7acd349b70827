package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Health checks, as `docker run --health-cmd` asks for them, inside real containers.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HealthTest {
  private final TestVch vch = TestVch.alone("blue");
  private final TestMachine machine = vch.machine();

  @AfterEach
  void clear() {
    vch.removeContainers();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private void run(String name, String command, String... options) {
    var words =
        Command.words(List.of("run", "-d", "--name", name, "--health-cmd", command), options);
    words.addAll(List.of("busybox", "sleep", "1000"));
    vch.docker(words.toArray(new String[0])).ok();
  }

  private String inspect(String name, String format) {
    return vch.docker("inspect", "--format", format, name).ok();
  }

  private void becomes(String name, String status) {
    TestMachine.until(
        name + " is " + status, () -> inspect(name, "{{.State.Health.Status}}").equals(status));
  }

  @Test
  void a_container_is_starting_unhealthy_and_healthy_as_its_check_says() {
    run("web", "test -f /ok", "--health-interval", "100ms", "--health-retries", "2");
    becomes("web", "unhealthy");
    vch.docker("ps", "--format", "{{.Status}}").saying("(unhealthy)");
    assertThat(Integer.parseInt(inspect("web", "{{.State.Health.FailingStreak}}")))
        .isGreaterThanOrEqualTo(2);
    vch.docker("exec", "web", "touch", "/ok").ok();
    becomes("web", "healthy");
    vch.docker("ps", "--format", "{{.Status}}").saying("(healthy)");
    assertThat(vch.docker("ps", "-q", "--filter", "health=healthy").ok()).isNotEmpty();
    assertThat(vch.docker("ps", "-q", "--filter", "health=unhealthy").ok()).isEmpty();
    assertThat(inspect("web", "{{.State.Health.FailingStreak}}")).isEqualTo("0");
    assertThat(
            vch.docker(
                    "events",
                    "--since",
                    "0",
                    "--until",
                    Instant.now().toString(),
                    "--filter",
                    "container=" + inspect("web", "{{.Id}}"),
                    "--filter",
                    "event=health_status",
                    "--format",
                    "{{.Action}}")
                .ok())
        .isEqualTo("health_status: unhealthy\nhealth_status: healthy");
  }

  @Test
  void a_check_that_waits_is_starting_until_it_was_tried() {
    run("slow", "true");
    vch.docker("ps", "--format", "{{.Status}}").saying("(health: starting)");
    assertThat(inspect("slow", "{{json .State.Health}}"))
        .isEqualTo("{\"Status\":\"starting\",\"FailingStreak\":0,\"Log\":[]}");
    vch.docker("pause", "slow").ok();
    assertThat(inspect("slow", "{{.State.Health.Status}}")).isEqualTo("unhealthy");
    assertThat(vch.docker("ps", "--format", "{{.Status}}").ok()).endsWith("(Paused)");
    vch.docker("unpause", "slow").ok();
    vch.docker("stop", "-t", "0", "slow").ok();
    assertThat(inspect("slow", "{{.State.Health.Status}}")).isEqualTo("unhealthy");
    vch.docker("start", "slow").ok();
    assertThat(inspect("slow", "{{.State.Health.Status}}")).isEqualTo("starting");
  }

  @Test
  void a_check_that_hangs_is_killed_with_all_that_it_began() {
    run(
        "stuck",
        "echo before; sleep 777; echo after",
        "--health-interval",
        "100ms",
        "--health-timeout",
        "200ms",
        "--health-retries",
        "1");
    becomes("stuck", "unhealthy");
    assertThat(inspect("stuck", "{{json (index .State.Health.Log 0).Output}}"))
        .isEqualTo("\"Health check exceeded timeout (200ms): before\\n\"");
    assertThat(inspect("stuck", "{{(index .State.Health.Log 0).ExitCode}}")).isEqualTo("-1");
    vch.docker("pause", "stuck").ok(); // no probe begins any more
    vch.docker("unpause", "stuck").ok();
  }

  @Test
  void programs_without_a_shell_and_long_output() {
    var body =
        "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"],\"Healthcheck\":"
            + "{\"Test\":[\"CMD\",\"sh\",\"-c\",\"yes | head -c 5000\"],\"Interval\":50000000}}";
    vch.api(
            "POST",
            "/containers/create?name=direct",
            "-H",
            "Content-Type: application/json",
            "-d",
            body)
        .saying("201");
    vch.docker("start", "direct").ok();
    becomes("direct", "healthy");
    assertThat(inspect("direct", "{{len (index .State.Health.Log 0).Output}}"))
        .isEqualTo(Integer.toString(4096 + "...".length()));
  }

  @Test
  void a_check_can_be_refused_and_switched_off() {
    vch.docker("create", "--health-cmd", "true", "--health-interval", "10us", "busybox")
        .refused("Interval in Healthcheck cannot be less than 1ms");
    vch.docker("run", "-d", "--name", "off", "--no-healthcheck", "busybox", "sleep", "1000").ok();
    assertThat(inspect("off", "{{json .Config.Healthcheck}} {{json .State.Health}}"))
        .isEqualTo("{\"Test\":[\"NONE\"]} null");
    assertThat(vch.docker("ps", "--format", "{{.Names}}", "--filter", "health=none").ok())
        .isEqualTo("off");
  }

  @Test
  void a_new_daemon_goes_on() {
    run("web", "true", "--health-interval", "100ms");
    becomes("web", "healthy");
    machine.killDaemon();
    machine.startDaemon();
    becomes("web", "healthy");
    assertThat(inspect("web", "{{.State.Status}}")).isEqualTo("running");
  }
}
