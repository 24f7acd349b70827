package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.api.docker.FakeVch;
import vch.engine.compute.Processes;
import vch.engine.fake.FakeProcesses;
import vch.engine.fake.FakeStdio;

/// The real docker CLI runs containers whose processes are in memory.
@Tag("compat")
class DockerCliContainersTest {
  private static final int CLI_SECONDS_MAX = 30;
  @TempDir Path dir;
  private FakeVch vch;
  private FakeProcesses processes;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
    processes = (FakeProcesses) vch.host.processes();
  }

  @AfterEach
  void close() {
    vch.close();
  }

  private String docker(String... arguments) throws Exception {
    return dockerWith("", arguments);
  }

  /// Runs the CLI with this input; its exit status, then what it printed.
  private String dockerWith(String input, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    Files.writeString(dir.resolve("in"), input);
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(dir.resolve("in").toFile())
            .redirectOutput(dir.resolve("out").toFile());
    builder.environment().put("DOCKER_HOST", "unix://" + vch.socket);
    builder.environment().put("DOCKER_CONFIG", dir.toString());
    var process = builder.start();
    if (!process.waitFor(CLI_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end: " + Files.readString(dir.resolve("out")));
    }
    return process.exitValue()
        + "\n"
        + Files.readString(dir.resolve("out"), StandardCharsets.UTF_8);
  }

  /// Every container says this as soon as it starts, and ends with the code.
  private void everyContainer(String says, int endsWith) {
    processes.watchStarts(
        start -> {
          processes.says(start.container().id(), 1, says);
          processes.endsAtOnce(start.container().id(), endsWith);
        });
  }

  @Test
  void run_in_the_foreground_shows_the_output_and_the_exit_code() throws Exception {
    everyContainer("hello\n", 3);
    assertThat(docker("run", "busybox", "echo", "hello")).isEqualTo("3\nhello\n");
    assertThat(docker("run", "--rm", "--name", "gone", "busybox", "echo", "hello"))
        .isEqualTo("3\nhello\n");
    vch.time.settle();
    assertThat(docker("ps", "-a", "--format", "{{.Image}} {{.Command}} {{.Status}}"))
        .isEqualTo("0\nbusybox \"echo hello\" Exited (3) Less than a second ago\n");
  }

  @Test
  void run_in_the_background_list_inspect_stop_remove() throws Exception {
    docker("network", "create", "web");
    var out =
        docker(
            "run",
            "-d",
            "--name",
            "test1",
            "-p",
            "8080:80",
            "-p",
            "9000-9002:9000-9002/udp",
            "-e",
            "A=b",
            "-l",
            "team=x",
            "-v",
            "data:/d",
            "-v",
            "/tmp:/t:ro",
            "--tmpfs",
            "/scratch:size=1m",
            "--memory",
            "64m",
            "--cpus",
            "1",
            "--restart",
            "on-failure:2",
            "--network",
            "web",
            "--network-alias",
            "www",
            "busybox",
            "httpd");
    assertThat(out).matches("0\n[0-9a-f]{64}\n");
    assertThat(docker("ps", "--format", "{{.Names}} {{.Status}} {{.Ports}} {{.Networks}}"))
        .isEqualTo(
            "0\ntest1 Up Less than a second 0.0.0.0:9000-9002->9000-9002/udp, 0.0.0.0:8080->80/tcp web\n");
    assertThat(docker("port", "test1", "80")).isEqualTo("0\n0.0.0.0:8080\n");
    assertThat(
            docker(
                "inspect",
                "-f",
                "{{.Name}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}} {{json .NetworkSettings.Networks.web.Aliases}}"
                    + " {{.NetworkSettings.Networks.web.IPAddress}} {{json .Mounts}}",
                "test1"))
        .startsWith("0\n/test1 67108864 on-failure [\"www\"] 172.1")
        .contains("\"Source\":\"/tmp\",\"Destination\":\"/t\",\"Mode\":\"ro\",\"RW\":false")
        .contains("\"Name\":\"data\"")
        .doesNotContain("scratch");
    assertThat(docker("stop", "test1")).isEqualTo("0\ntest1\n");
    assertThat(docker("start", "test1")).isEqualTo("0\ntest1\n");
    assertThat(docker("pause", "test1")).isEqualTo("0\ntest1\n");
    assertThat(docker("ps", "--format", "{{.Status}}"))
        .isEqualTo("0\nUp Less than a second (Paused)\n");
    assertThat(docker("unpause", "test1")).isEqualTo("0\ntest1\n");
    assertThat(docker("rename", "test1", "test2")).isEqualTo("0\n");
    assertThat(docker("update", "--memory", "128m", "--restart", "always", "test2"))
        .isEqualTo("0\ntest2\n");
    assertThat(
            docker(
                "inspect",
                "-f",
                "{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}",
                "test2"))
        .isEqualTo("0\n134217728 always\n");
    assertThat(docker("rm", "test2"))
        .startsWith("1\n")
        .contains("container is running: stop the container before removing or force remove");
    assertThat(docker("rm", "-f", "test2")).isEqualTo("0\ntest2\n");
    assertThat(docker("inspect", "test2")).startsWith("1\n").contains("o such object: test2");
  }

  @Test
  void logs_with_tail_and_timestamps() throws Exception {
    processes.watchStarts(
        start ->
            List.of("one\n", "two\n", "three\n")
                .forEach(t -> processes.says(start.container().id(), 1, t)));
    assertThat(docker("run", "-d", "--name", "aa", "busybox")).startsWith("0\n");
    assertThat(docker("logs", "aa")).isEqualTo("0\none\ntwo\nthree\n");
    assertThat(docker("logs", "--tail", "1", "-t", "aa"))
        .isEqualTo("0\n2026-11-21T12:00:00.000000000Z three\n");
  }

  @Test
  void exec_passes_input_output_and_exit_code() throws Exception {
    assertThat(docker("run", "-d", "--name", "aa", "busybox")).startsWith("0\n");
    var stdio = new FakeStdio();
    var end = new CompletableFuture<Integer>();
    processes.nextExec(stdio, end);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!stdio.inputClosed()) {
                Thread.onSpinWait();
              }
              stdio.says(1, stdio.written());
              stdio.says(2, "done\n".getBytes(StandardCharsets.UTF_8));
              end.complete(7);
              stdio.ends();
            });
    assertThat(
            dockerWith("some input\n", "exec", "-i", "-e", "X=y", "-w", "/tmp", "aa", "cat", "-"))
        .isEqualTo("7\nsome input\ndone\n");
    assertThat(processes.latestExec())
        .contains(
            new Processes.ExecSpec(
                List.of("cat", "-"), List.of("X=y"), "/tmp", "", false, true, false));
    assertThat(docker("exec", "-d", "aa", "true")).isEqualTo("0\n");
  }

  @Test
  void run_with_input_ends_input_when_the_client_does() throws Exception {
    processes.watchStarts(
        start -> {
          var id = start.container().id();
          var stdio = processes.stdio(id);
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!stdio.inputClosed()) {
                      Thread.onSpinWait();
                    }
                    stdio.says(1, stdio.written());
                    processes.end(id, 0);
                  });
        });
    assertThat(dockerWith("through\n", "run", "-i", "--rm", "busybox", "cat"))
        .isEqualTo("0\nthrough\n");
  }

  @Test
  void wrong_requests() throws Exception {
    assertThat(docker("run", "--network", "nope", "busybox"))
        .startsWith("125\n")
        .contains("network nope not found");
    assertThat(docker("run", "--network", "host", "busybox")).startsWith("125\n").contains("host");
    assertThat(docker("run", "--memory", "1m", "busybox"))
        .startsWith("125\n")
        .contains("Minimum memory limit allowed is 6MB");
    assertThat(docker("run", "--health-cmd", "true", "--health-interval", "1us", "busybox"))
        .startsWith("125\n")
        .contains("Interval in Healthcheck cannot be less than 1ms");
    assertThat(docker("run", "--cap-add", "FLY", "busybox"))
        .startsWith("125\n")
        .contains("unknown capability: \"CAP_FLY\"");
    assertThat(docker("run", "--gpus", "all", "busybox")).startsWith("125\n").contains("gpu");
    assertThat(docker("logs", "nope")).startsWith("1\n").contains("No such container: nope");
    assertThat(docker("attach", "nope")).startsWith("1\n").contains("No such container: nope");
    assertThat(docker("exec", "nope", "true"))
        .startsWith("1\n")
        .contains("No such container: nope");
  }

  @Test
  void prune_and_wait() throws Exception {
    everyContainer("", 4);
    docker("run", "--name", "aa", "busybox");
    assertThat(docker("wait", "aa")).isEqualTo("0\n4\n");
    assertThat(docker("container", "prune", "-f")).startsWith("0\nDeleted Containers:\n");
    assertThat(docker("container", "prune", "-f")).isEqualTo("0\nTotal reclaimed space: 0B\n");
  }
}
