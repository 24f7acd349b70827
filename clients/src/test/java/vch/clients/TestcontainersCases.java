package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.HealthCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.output.WaitingConsumer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/// What tests do with Testcontainers, set up as a user of a VCH would by a few variables.
class TestcontainersCases {
  private static final String SERVER =
      "mkdir -p /www; echo served >/www/index.html; echo ready; exec httpd -f -p 80 -h /www";

  private static GenericContainer<?> busybox(String... command) {
    return new GenericContainer<>("busybox:latest").withCommand(command);
  }

  private static String fetch(GenericContainer<?> server) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://" + server.getHost() + ":" + server.getMappedPort(80) + "/"))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body()
          .strip();
    }
  }

  @Test
  void waits_for_a_port_and_reaches_it() throws Exception {
    try (var server = busybox("sh", "-c", "sleep 1; " + SERVER).withExposedPorts(80)) {
      server.start();
      assertThat(fetch(server)).isEqualTo("served");
      try (var connection = new Socket(server.getHost(), server.getFirstMappedPort())) {
        assertThat(connection.getInetAddress()).isNotEqualTo(InetAddress.getLoopbackAddress());
      }
    }
  }

  @Test
  void waits_for_a_line_of_the_log() throws Exception {
    try (var server =
        busybox("sh", "-c", SERVER)
            .withExposedPorts(80)
            .waitingFor(Wait.forLogMessage(".*ready.*", 1))) {
      server.start();
      assertThat(server.getLogs(OutputFrame.OutputType.STDOUT)).isEqualTo("ready\n");
    }
  }

  @Test
  void waits_for_an_answer_by_http() throws Exception {
    try (var server =
        busybox("sh", "-c", SERVER)
            .withExposedPorts(80)
            .waitingFor(
                Wait.forHttp("/").forStatusCode(200).forResponsePredicate("served"::equals))) {
      server.start();
      assertThat(fetch(server)).isEqualTo("served");
    }
  }

  @Test
  void waits_for_a_health_check() {
    try (var server =
        busybox("sh", "-c", "sleep 1; touch /well; sleep 3600")
            .withCreateContainerCmdModifier(
                c ->
                    c.withHealthcheck(
                        new HealthCheck()
                            .withTest(List.of("CMD-SHELL", "test -e /well"))
                            .withInterval(TimeUnit.MILLISECONDS.toNanos(500))))
            .waitingFor(Wait.forHealthcheck())) {
      server.start();
      assertThat(server.isHealthy()).isTrue();
    }
  }

  @Test
  void waits_for_a_command_inside() {
    try (var server =
        busybox("sh", "-c", "sleep 1; touch /done; sleep 3600")
            .waitingFor(Wait.forSuccessfulCommand("test -e /done"))) {
      server.start();
      assertThat(server.isRunning()).isTrue();
    }
  }

  @Test
  void names_and_aliases_on_a_network_of_its_own() throws Exception {
    try (var network = Network.newNetwork();
        var server =
            busybox("sh", "-c", SERVER)
                .withNetwork(network)
                .withNetworkAliases("web", "also-web")
                .waitingFor(Wait.forLogMessage(".*ready.*", 1));
        var client = busybox("sleep", "3600").withNetwork(network)) {
      server.start();
      client.start();
      var ran = client.execInContainer("timeout", "5", "wget", "-q", "-O", "-", "http://also-web/");
      assertThat(ran.getStdout()).isEqualTo("served\n");
      assertThat(ran.getExitCode()).isZero();
      assertThat(client.execInContainer("sh", "-c", "echo e >&2; exit 4"))
          .extracting("exitCode", "stderr")
          .containsExactly(4, "e\n");
    }
  }

  @Test
  void files_go_in_before_the_start_and_out_later(@TempDir Path here) throws Exception {
    var script = Files.writeString(here.resolve("start.sh"), "cat /given/text; sleep 3600\n");
    try (var made =
        busybox("sh", "/start.sh")
            .withCopyFileToContainer(MountableFile.forHostPath(script, 0755), "/start.sh")
            .withCopyToContainer(Transferable.of("text of it\n"), "/given/text")
            .withFileSystemBind(here.toString(), "/bound", BindMode.READ_ONLY)
            .waitingFor(Wait.forLogMessage("text of it\\n", 1))) {
      made.start();
      made.copyFileToContainer(Transferable.of("later", 0600), "/tmp/later");
      assertThat(made.execInContainer("stat", "-c", "%a %s", "/tmp/later").getStdout())
          .isEqualTo("600 5\n");
      made.copyFileFromContainer("/tmp/later", here.resolve("back").toString());
      assertThat(here.resolve("back")).hasContent("later");
      assertThat(made.execInContainer("ls", "/bound").getStdout()).contains("start.sh");
    }
  }

  @Test
  void output_is_followed() throws Exception {
    var all = new ToStringConsumer();
    var waiting = new WaitingConsumer();
    try (var counts =
        busybox("sh", "-c", "for i in 1 2 3; do echo line $i; done; sleep 3600")
            .withLogConsumer(all)
            .withLogConsumer(waiting)) {
      counts.start();
      waiting.waitUntil(f -> f.getUtf8String().contains("line 3"), 30, TimeUnit.SECONDS);
    }
    assertThat(all.toUtf8String()).startsWith("line 1\nline 2\nline 3\n");
  }

  @Test
  void a_container_that_ends_by_itself() {
    try (var job =
        busybox("sh", "-c", "echo $WORD")
            .withEnv("WORD", "done")
            .withStartupCheckStrategy(new OneShotStartupCheckStrategy())) {
      job.start();
      assertThat(job.getLogs()).isEqualTo("done\n");
    }
  }

  @Test
  void everything_carries_the_labels_of_the_session() throws IOException {
    try (var one = busybox("sleep", "3600").withLabel("of", "mine")) {
      one.start();
      assertThat(one.getContainerInfo().getConfig().getLabels())
          .containsEntry("of", "mine")
          .containsEntry("org.testcontainers", "true")
          .containsEntry("org.testcontainers.sessionId", DockerClientFactory.SESSION_ID);
      var reaper =
          DockerClientFactory.lazyClient()
              .listContainersCmd()
              .withNameFilter(List.of("testcontainers-ryuk-" + DockerClientFactory.SESSION_ID))
              .exec();
      assertThat(reaper).hasSize(1);
    }
  }
}
