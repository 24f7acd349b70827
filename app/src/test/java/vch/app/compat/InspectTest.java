package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What the real docker CLI shows of containers: ps, inspect, top and stats.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InspectTest {
  private final TestVch vch = TestVch.alone("blue");

  @BeforeAll
  void box() {
    vch.runBox();
  }

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  @Test
  void ps_selects_and_formats() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "ps-up",
            "-l",
            "job=web",
            "-p",
            "18080:80",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker("run", "--name", "ps-down", "-l", "job=batch", "busybox", "sh", "-c", "exit 5");
    assertThat(
            vch.docker(
                    "ps",
                    "--filter",
                    "label=job=web",
                    "--format",
                    "{{.Names}}|{{.Image}}|{{.Command}}|{{.Ports}}|{{.Networks}}|{{.Label \"job\"}}")
                .ok())
        .isEqualTo("ps-up|busybox|\"sleep 3600\"|0.0.0.0:18080->80/tcp|bridge|web");
    assertThat(vch.docker("ps", "-a", "--filter", "exited=5", "--format", "{{.Names}}").ok())
        .isEqualTo("ps-down");
    assertThat(
            vch.docker(
                    "ps",
                    "-a",
                    "--filter",
                    "label=job",
                    "--filter",
                    "status=exited",
                    "--format",
                    "{{.Names}}")
                .ok())
        .isEqualTo("ps-down");
    assertThat(
            vch.docker(
                    "ps",
                    "-a",
                    "--filter",
                    "since=ps-up",
                    "--filter",
                    "ancestor=busybox",
                    "--format",
                    "{{.Names}}")
                .ok())
        .contains("ps-down");
    assertThat(
            vch.docker(
                    "ps",
                    "-a",
                    "--filter",
                    "before=ps-down",
                    "--filter",
                    "publish=18080",
                    "--format",
                    "{{.Names}}")
                .ok())
        .isEqualTo("ps-up");
    assertThat(vch.docker("ps", "-aq", "--filter", "name=^/ps-up$").ok()).hasSize(12);
    assertThat(
            vch.docker(
                    "ps",
                    "-aq",
                    "--no-trunc",
                    "--filter",
                    "network=bridge",
                    "--filter",
                    "name=ps-up")
                .ok())
        .hasSize(64);
    assertThat(vch.docker("ps", "-l", "--format", "{{.Names}}").ok()).isNotEmpty();
    assertThat(vch.docker("ps", "-s", "--filter", "name=ps-up", "--format", "{{.Size}}").ok())
        .matches("\\S+ \\(virtual [0-9.]+MB\\)");
    assertThat(vch.docker("port", "ps-up").ok()).isEqualTo("80/tcp -> 0.0.0.0:18080");
    vch.docker("ps", "--filter", "nosuch=1").refused("invalid filter 'nosuch'");
    vch.docker("rm", "-f", "ps-up", "ps-down").ok();
  }

  @Test
  void inspect_tells_what_was_asked_for_and_what_is() {
    assertThat(
            vch.inspect(
                "box",
                "{{.Config.Image}} {{.Path}} {{json .Args}} {{.Config.WorkingDir}} {{.HostConfig.NetworkMode}} {{.State.Status}} {{.Platform}} {{.Driver}}"))
        .isEqualTo("busybox sleep [\"3600\"] /tmp bridge running linux overlay2");
    assertThat(vch.inspect("box", "{{json .Config.Env}}")).contains("\"WHO=box\"");
    assertThat(vch.inspect("box", "{{.Image}}"))
        .isEqualTo(vch.docker("image", "inspect", "-f", "{{.Id}}", "busybox").ok());
    var pid = vch.inspect("box", "{{.State.Pid}}");
    assertThat(Path.of("/proc/" + pid)).exists();
    assertThat(vch.docker("inspect", "-s", "-f", "{{.SizeRootFs}}", "box").ok())
        .matches("[1-9][0-9]{5,}");
    assertThat(vch.docker("inspect", "--type", "container", "box").ok()).contains("\"GwPriority\"");
    assertThat(vch.docker("inspect", "nosuch").refused("No such object: nosuch").out())
        .isEqualTo("[]\n");
  }

  @Test
  void top_and_stats_look_inside() {
    assertThat(vch.docker("top", "box").ok().lines().toList())
        .hasSizeGreaterThanOrEqualTo(2)
        .last()
        .asString()
        .contains("sleep 3600");
    assertThat(vch.docker("top", "box", "-o", "pid,args").ok())
        .contains("COMMAND")
        .contains("sleep 3600");
    vch.docker("run", "-d", "--name", "counted", "-m", "32m", "busybox", "sleep", "3600").ok();
    assertThat(
            vch.docker(
                    "stats",
                    "--no-stream",
                    "--format",
                    "{{.Name}} {{.MemUsage}} {{.PIDs}}",
                    "counted")
                .ok())
        .matches("counted [0-9.]+KiB / 32MiB 1");
    assertThat(vch.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", "box").ok())
        .as("without a limit: the machine's memory")
        .contains("GiB");
    vch.docker("rm", "-f", "counted").ok();
  }
}
