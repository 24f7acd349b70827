package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real docker CLI against a VCH in memory.
@Tag("compat")
class DockerCliTest {
  private static final int CLI_SECONDS_MAX = 30;
  @TempDir Path dir;
  private FakeVch vch;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
  }

  @AfterEach
  void close() {
    vch.close();
  }

  /// Runs the CLI; its exit status, then what it printed.
  private String docker(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("out").toFile());
    builder.environment().put("DOCKER_HOST", "unix://" + vch.socket);
    builder.environment().put("DOCKER_CONFIG", dir.toString());
    var process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(CLI_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end");
    }
    return process.exitValue()
        + "\n"
        + Files.readString(dir.resolve("out"), StandardCharsets.UTF_8);
  }

  @Test
  void version_and_info() throws Exception {
    assertThat(docker("version"))
        .startsWith("0\n")
        .contains("Server: Portlayer", "API version:      1.50 (minimum version 1.24)");
    assertThat(docker("info"))
        .startsWith("0\n")
        .contains("Name: blue", "Swarm: inactive", "Role client: 192.168.218.2/24")
        .doesNotContain("WARNING");
    assertThat(docker("system", "df", "-v")).startsWith("0\n").contains("busybox");
  }

  @Test
  void networks() throws Exception {
    assertThat(docker("network", "create", "--subnet", "10.7.0.0/24", "--label", "a=b", "web"))
        .startsWith("0\n");
    assertThat(docker("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"))
        .isEqualTo("0\nbridge bridge local\nnone null local\nweb bridge local\n");
    vch.run(1, "bridge");
    assertThat(docker("network", "connect", "--ip", "10.7.0.7", "web", "c1")).isEqualTo("0\n");
    assertThat(
            docker(
                "network", "inspect", "-f", "{{range .Containers}}{{.IPv4Address}}{{end}}", "web"))
        .isEqualTo("0\n10.7.0.7/24\n");
    assertThat(docker("network", "rm", "web"))
        .startsWith("1\n")
        .contains("has active endpoints (name:\"c1\"");
    assertThat(docker("network", "disconnect", "web", "c1")).isEqualTo("0\n");
    assertThat(docker("network", "rm", "web")).isEqualTo("0\nweb\n");
    assertThat(docker("network", "create", "--ipv4=false", "six"))
        .startsWith("1\n")
        .contains("IPv4 or IPv6 must be enabled");
    assertThat(docker("network", "prune", "-f")).startsWith("0\n");
    assertThat(docker("network", "inspect", "nope")).contains("network nope not found");
  }

  @Test
  void images_and_volumes() throws Exception {
    assertThat(docker("pull", "busybox"))
        .startsWith("0\n")
        .contains("Downloaded newer image for busybox:latest");
    assertThat(docker("pull", "broken"))
        .startsWith("1\n")
        .contains("the registry docker.io went away");
    assertThat(docker("tag", "busybox", "mine:1")).isEqualTo("0\n");
    assertThat(docker("images", "--format", "{{.Repository}}:{{.Tag}} {{.Size}}"))
        .contains("busybox:latest 4MB", "mine:1 4MB");
    assertThat(docker("image", "inspect", "-f", "{{.Config.WorkingDir}}", "mine:1"))
        .isEqualTo("0\n/srv\n");
    assertThat(docker("history", "busybox")).startsWith("0\n").contains("ADD file");
    assertThat(docker("save", "-o", dir.resolve("x.tar").toString(), "busybox")).isEqualTo("0\n");
    assertThat(dir.resolve("x.tar")).hasContent("archive of [busybox]");
    Files.writeString(dir.resolve("y.tar"), "tar");
    assertThat(docker("load", "-i", dir.resolve("y.tar").toString()))
        .isEqualTo("0\nLoaded image: busybox:latest\n");
    assertThat(docker("import", dir.resolve("y.tar").toString(), "mine:2"))
        .isEqualTo("0\n" + FakeImages.BUSYBOX + "\n");
    assertThat(docker("push", "mine:1"))
        .isEqualTo(
            "0\nThe push refers to repository [docker.io/library/mine]\naaaaaaaaaaaa: Pushed\n");
    assertThat(docker("rmi", "mine:1")).startsWith("0\nUntagged: mine:1\n");
    assertThat(docker("volume", "create", "data")).isEqualTo("0\ndata\n");
    assertThat(docker("volume", "ls", "-q")).isEqualTo("0\ndata\n");
    assertThat(docker("volume", "rm", "data")).isEqualTo("0\ndata\n");
  }

  @Test
  void events_and_swarm() throws Exception {
    docker("network", "create", "web");
    long noon = vch.time.instant().getEpochSecond();
    assertThat(
            docker(
                "events",
                "--since",
                "1",
                "--until",
                Long.toString(noon),
                "--format",
                "{{.Type}} {{.Action}} {{index .Actor.Attributes \"name\"}}"))
        .isEqualTo("0\nnetwork create web\n");
    assertThat(docker("node", "ls")).startsWith("1\n").contains("This node is not a swarm manager");
    assertThat(docker("swarm", "init")).startsWith("1\n").contains("swarm mode is not offered");
  }
}
