package vch.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.LoadImageCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Network.Ipam;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.PruneType;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What programs do with docker-java, against the endpoint that `DOCKER_HOST` and so on name.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerJavaCases {
  private final DockerClient docker = client();

  private static DockerClient client() {
    var config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    DockerHttpClient transport =
        System.getenv("TRANSPORT").equals("zerodep")
            ? new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .build()
            : new ApacheDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .build();
    return DockerClientImpl.getInstance(config, transport);
  }

  @AfterAll
  void close() throws IOException {
    docker.close();
  }

  private String run(String name, String... command) {
    return run(name, HostConfig.newHostConfig(), command);
  }

  private String run(String name, HostConfig host, String... command) {
    var id =
        docker
            .createContainerCmd("busybox")
            .withName(name)
            .withHostConfig(host)
            .withCmd(command)
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    return id;
  }

  private void remove(String id) {
    docker.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
  }

  private int waitFor(String id) {
    return docker.waitContainerCmd(id).start().awaitStatusCode(30, TimeUnit.SECONDS);
  }

  /// Gathers what two streams say.
  private static class Output extends ResultCallback.Adapter<Frame> {
    final StringBuffer out = new StringBuffer();
    final StringBuffer err = new StringBuffer();

    @Override
    public void onNext(Frame frame) {
      var text = new String(frame.getPayload(), UTF_8);
      (frame.getStreamType() == StreamType.STDERR ? err : out).append(text);
    }
  }

  private String logs(String id) throws InterruptedException {
    var output = new Output();
    docker.logContainerCmd(id).withStdOut(true).withStdErr(true).exec(output).awaitCompletion();
    return output.out + "|" + output.err;
  }

  private String exec(String id, String... command) throws InterruptedException {
    var exec =
        docker
            .execCreateCmd(id)
            .withCmd(command)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var output = new Output();
    docker.execStartCmd(exec).exec(output).awaitCompletion(30, TimeUnit.SECONDS);
    return output.out
        + "|"
        + output.err
        + "|"
        + docker.inspectExecCmd(exec).exec().getExitCodeLong();
  }

  @Test
  void the_endpoint_says_what_it_is() {
    docker.pingCmd().exec();
    var version = docker.versionCmd().exec();
    assertThat(version.getApiVersion()).matches("1\\.[0-9]+");
    assertThat(version.getOperatingSystem()).isEqualTo("linux");
    var info = docker.infoCmd().exec();
    assertThat(info.getNCPU()).isPositive();
    assertThat(info.getOsType()).isEqualTo("linux");
    assertThat(info.getServerVersion()).isEqualTo(version.getVersion());
    assertThat(info.getPlugins().get("Network")).contains("bridge");
  }

  @Test
  void images_are_pulled_tagged_listed_and_removed() throws InterruptedException {
    var states = new CopyOnWriteArrayList<String>();
    docker
        .pullImageCmd("127.0.0.1:5000/bb")
        .withTag("1")
        .exec(
            new com.github.dockerjava.api.command.PullImageResultCallback() {
              @Override
              public void onNext(com.github.dockerjava.api.model.PullResponseItem item) {
                states.add(item.getStatus());
                super.onNext(item);
              }
            })
        .awaitCompletion(60, TimeUnit.SECONDS);
    assertThat(states).contains("Pulling from bb");
    assertThatThrownBy(
            () ->
                docker.pullImageCmd("127.0.0.1:5000/bb").withTag("none").start().awaitCompletion())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("manifest for 127.0.0.1:5000/bb:none not found");
    docker.tagImageCmd("127.0.0.1:5000/bb:1", "java/bb", "x").exec();
    assertThat(docker.listImagesCmd().withImageNameFilter("java/bb").exec())
        .singleElement()
        .satisfies(i -> assertThat(i.getRepoTags()).contains("java/bb:x"));
    var image = docker.inspectImageCmd("java/bb:x").exec();
    assertThat(image.getRepoDigests()).anyMatch(d -> d.startsWith("127.0.0.1:5000/bb@sha256:"));
    assertThat(image.getRootFS().getLayers()).hasSize(1);
    docker.removeImageCmd("java/bb:x").exec();
    docker.removeImageCmd("127.0.0.1:5000/bb:1").exec();
    assertThatThrownBy(() -> docker.inspectImageCmd("java/bb:x").exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No such image: java/bb:x");
  }

  @Test
  void a_container_lives_and_ends() throws InterruptedException {
    var id = run("java-life", "sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(waitFor(id)).isEqualTo(7);
    assertThat(logs(id)).isEqualTo("out\n|err\n");
    var state = docker.inspectContainerCmd(id).exec().getState();
    assertThat(state.getStatus()).isEqualTo("exited");
    assertThat(state.getExitCodeLong()).isEqualTo(7);
    assertThatThrownBy(() -> docker.stopContainerCmd(id).exec())
        .isInstanceOf(NotModifiedException.class);
    assertThatThrownBy(() -> docker.createContainerCmd("busybox").withName("java-life").exec())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("is already in use by container");
    remove(id);
    assertThatThrownBy(() -> docker.inspectContainerCmd(id).exec())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void it_is_paused_renamed_updated_restarted_and_killed() {
    var id = run("java-ways", "sleep", "3600");
    docker.pauseContainerCmd(id).exec();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getPaused()).isTrue();
    docker.unpauseContainerCmd(id).exec();
    docker.renameContainerCmd(id).withName("java-renamed").exec();
    docker.updateContainerCmd(id).withMemory(64L * 1024 * 1024).withMemorySwap(-1L).exec();
    assertThat(docker.inspectContainerCmd("java-renamed").exec().getHostConfig().getMemory())
        .isEqualTo(64L * 1024 * 1024);
    assertThat(docker.topContainerCmd(id).exec().getProcesses()).hasDimensions(1, 8);
    docker.restartContainerCmd(id).withTimeout(0).exec();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getRunning()).isTrue();
    docker.killContainerCmd(id).withSignal("KILL").exec();
    assertThat(waitFor(id)).isEqualTo(137);
    remove(id);
  }

  @Test
  void attach_gives_input_and_takes_both_streams() throws Exception {
    var id =
        docker
            .createContainerCmd("busybox")
            .withCmd("sh", "-c", "read line; echo got $line; echo and >&2")
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var typed = new PipedOutputStream();
    var output = new Output();
    try (var in = new PipedInputStream(typed)) {
      docker
          .attachContainerCmd(id)
          .withStdIn(in)
          .withStdOut(true)
          .withStdErr(true)
          .withFollowStream(true)
          .exec(output);
      output.awaitStarted(10, TimeUnit.SECONDS);
      docker.startContainerCmd(id).exec();
      typed.write("a line\n".getBytes(UTF_8));
      typed.close();
      assertThat(output.awaitCompletion(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(output.out.toString()).isEqualTo("got a line\n");
    assertThat(output.err.toString()).isEqualTo("and\n");
    remove(id);
  }

  @Test
  void programs_are_run_inside() throws Exception {
    var id = run("java-exec", "sleep", "3600");
    assertThat(exec(id, "sh", "-c", "echo o; echo e >&2; exit 4")).isEqualTo("o\n|e\n|4");
    var exec =
        docker
            .execCreateCmd(id)
            .withCmd("head", "-n", "2") // the library never ends its input
            .withAttachStdin(true)
            .withAttachStdout(true)
            .exec()
            .getId();
    var output = new Output();
    docker
        .execStartCmd(exec)
        .withStdIn(new ByteArrayInputStream("one\ntwo\n".getBytes(UTF_8)))
        .exec(output)
        .awaitCompletion(30, TimeUnit.SECONDS);
    assertThat(output.out.toString()).isEqualTo("one\ntwo\n");
    var terminal =
        docker.execCreateCmd(id).withCmd("tty").withTty(true).withAttachStdout(true).exec().getId();
    var said = new Output();
    docker.execStartCmd(terminal).withTty(true).exec(said).awaitCompletion(30, TimeUnit.SECONDS);
    assertThat(said.out.toString()).startsWith("/dev/pts/");
    remove(id);
  }

  @Test
  void logs_are_followed_and_cut() throws Exception {
    var id = run("java-logs", "sh", "-c", "for i in 1 2 3; do echo $i; done; sleep 3600");
    var seen = new CompletableFuture<String>();
    var output =
        new Output() {
          @Override
          public void onNext(Frame frame) {
            super.onNext(frame);
            if (out.toString().contains("3\n")) {
              seen.complete(out.toString());
            }
          }
        };
    try (Closeable _ =
        docker.logContainerCmd(id).withStdOut(true).withFollowStream(true).exec(output)) {
      assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo("1\n2\n3\n");
    }
    var last = new Output();
    docker
        .logContainerCmd(id)
        .withStdOut(true)
        .withTail(1)
        .withTimestamps(true)
        .exec(last)
        .awaitCompletion();
    assertThat(last.out.toString()).matches("20[0-9T:.-]+Z 3\n");
    remove(id);
  }

  @Test
  void statistics_come_as_a_stream() throws Exception {
    var id = run("java-stats", "sleep", "3600");
    var two = new ArrayList<Statistics>();
    var done = new CompletableFuture<List<Statistics>>();
    try (Closeable _ =
        docker
            .statsCmd(id)
            .exec(
                new ResultCallback.Adapter<Statistics>() {
                  @Override
                  public void onNext(Statistics one) {
                    two.add(one);
                    if (two.size() == 2) {
                      done.complete(two);
                    }
                  }
                })) {
      for (var one : done.get(30, TimeUnit.SECONDS)) {
        assertThat(one.getMemoryStats().getUsage()).isPositive();
        assertThat(one.getPidsStats().getCurrent()).isPositive();
        assertThat(one.getNetworks()).containsKey("eth0");
        assertThat(one.getCpuStats().getCpuUsage().getTotalUsage()).isPositive();
      }
    }
    remove(id);
  }

  @Test
  void events_are_told_while_they_happen() throws Exception {
    var seen = new CopyOnWriteArrayList<String>();
    var destroyed = new CompletableFuture<Boolean>();
    try (Closeable _ =
        docker
            .eventsCmd()
            .withEventTypeFilter(EventType.CONTAINER)
            .withLabelFilter("told=yes")
            .exec(
                new ResultCallback.Adapter<Event>() {
                  @Override
                  public void onNext(Event event) {
                    seen.add(event.getAction());
                    if (event.getAction().equals("destroy")) {
                      destroyed.complete(true);
                    }
                  }
                })
            .awaitStarted()) {
      var id =
          docker
              .createContainerCmd("busybox")
              .withLabels(Map.of("told", "yes"))
              .withCmd("true")
              .exec()
              .getId();
      docker.startContainerCmd(id).exec();
      waitFor(id);
      remove(id);
      remove(run("java-untold", "true"));
      destroyed.get(30, TimeUnit.SECONDS);
    }
    assertThat(seen).containsExactly("create", "start", "die", "destroy");
  }

  @Test
  void files_go_in_and_out(@TempDir Path here) throws Exception {
    var file = Files.writeString(here.resolve("note"), "a note");
    var id = run("java-copy", "sleep", "3600");
    docker
        .copyArchiveToContainerCmd(id)
        .withHostResource(file.toString())
        .withRemotePath("/tmp")
        .exec();
    assertThat(exec(id, "cat", "/tmp/note")).isEqualTo("a note||0");
    try (InputStream in = docker.copyArchiveFromContainerCmd(id, "/tmp/note").exec();
        var tar = new TarArchiveInputStream(in)) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("note");
      assertThat(new String(tar.readAllBytes(), UTF_8)).isEqualTo("a note");
    }
    assertThatThrownBy(() -> docker.copyArchiveFromContainerCmd(id, "/nosuch").exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("Could not find the file /nosuch in container");
    assertThat(docker.containerDiffCmd(id).exec())
        .anyMatch(change -> change.getPath().equals("/tmp/note") && change.getKind() == 1);
    remove(id);
  }

  @Test
  void a_container_becomes_an_image() throws Exception {
    var id = run("java-commit", "sh", "-c", "echo kept >/kept");
    waitFor(id);
    var image =
        docker.commitCmd(id).withRepository("java/kept").withTag("1").withMessage("m").exec();
    assertThat(docker.inspectImageCmd(image).exec().getRepoTags()).containsExactly("java/kept:1");
    var again = docker.createContainerCmd("java/kept:1").withCmd("cat", "/kept").exec().getId();
    docker.startContainerCmd(again).exec();
    waitFor(again);
    assertThat(logs(again)).isEqualTo("kept\n|");
    remove(again);
    remove(id);
    try (var tar = docker.saveImageCmd("java/kept:1").exec()) {
      var bytes = tar.readAllBytes();
      docker.removeImageCmd("java/kept:1").exec();
      // The other way, loadImageCmd, comes back before the image is there.
      docker
          .loadImageAsyncCmd(new ByteArrayInputStream(bytes))
          .exec(new LoadImageCallback())
          .awaitMessage();
    }
    assertThat(docker.inspectImageCmd("java/kept:1").exec().getId()).isEqualTo(image);
    docker.removeImageCmd("java/kept:1").withForce(true).exec();
  }

  @Test
  void an_image_is_built_of_a_directory(@TempDir Path here) throws Exception {
    Files.writeString(here.resolve("note"), "copied\n");
    Files.writeString(
        here.resolve("Dockerfile"),
        "FROM busybox\nARG word\nRUN echo $word >/built\nCOPY note /\nCMD cat /built /note\n");
    var image =
        docker
            .buildImageCmd(here.toFile())
            .withTags(java.util.Set.of("java/built:1"))
            .withBuildArg("word", "made")
            .start()
            .awaitImageId(60, TimeUnit.SECONDS);
    assertThat(docker.inspectImageCmd("java/built:1").exec().getId()).contains(image);
    var id = docker.createContainerCmd("java/built:1").exec().getId();
    docker.startContainerCmd(id).exec();
    waitFor(id);
    assertThat(logs(id)).isEqualTo("made\ncopied\n|");
    remove(id);
    docker.removeImageCmd("java/built:1").exec();
  }

  @Test
  void networks_have_addresses_and_names() throws Exception {
    var network =
        docker
            .createNetworkCmd()
            .withName("java-net")
            .withCheckDuplicate(true)
            .withIpam(
                new Ipam()
                    .withConfig(
                        new Ipam.Config().withSubnet("10.77.0.0/24").withGateway("10.77.0.9")))
            .withLabels(Map.of("by", "java"))
            .exec()
            .getId();
    var server =
        docker
            .createContainerCmd("busybox")
            .withName("java-server")
            .withHostConfig(HostConfig.newHostConfig().withNetworkMode("java-net"))
            .withAliases("web")
            .withIpv4Address("10.77.0.20")
            .withCmd("sleep", "3600")
            .exec()
            .getId();
    docker.startContainerCmd(server).exec();
    var client = run("java-client", "sleep", "3600");
    docker.connectToNetworkCmd().withNetworkId(network).withContainerId(client).exec();
    assertThat(exec(client, "ping", "-c", "1", "web")).contains("10.77.0.20").endsWith("|0");
    var inspected = docker.inspectNetworkCmd().withNetworkId("java-net").exec();
    assertThat(inspected.getContainers()).containsOnlyKeys(server, client);
    assertThat(inspected.getIpam().getConfig().getFirst().getGateway()).isEqualTo("10.77.0.9");
    assertThat(inspected.getLabels()).containsEntry("by", "java");
    assertThat(docker.listNetworksCmd().withNameFilter("java-net").exec()).hasSize(1);
    assertThatThrownBy(() -> docker.removeNetworkCmd(network).exec())
        .hasMessageContaining("has active endpoints");
    docker.disconnectFromNetworkCmd().withNetworkId(network).withContainerId(client).exec();
    remove(client);
    remove(server);
    docker.removeNetworkCmd(network).exec();
  }

  @Test
  void ports_are_published() {
    var port = ExposedPort.tcp(80);
    var id =
        docker
            .createContainerCmd("busybox")
            .withExposedPorts(port, ExposedPort.udp(53))
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withPortBindings(new PortBinding(Ports.Binding.empty(), port)))
            .withCmd("sleep", "3600")
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    var bindings =
        docker.inspectContainerCmd(id).exec().getNetworkSettings().getPorts().getBindings();
    assertThat(Integer.parseInt(bindings.get(port)[0].getHostPortSpec())).isBetween(1024, 65535);
    assertThat(bindings).containsKey(ExposedPort.udp(53));
    var listed = docker.listContainersCmd().withIdFilter(List.of(id)).exec().getFirst().getPorts();
    assertThat(listed).anyMatch(p -> p.getPrivatePort().equals(80) && p.getPublicPort() != null);
    remove(id);
  }

  @Test
  void volumes_keep_what_is_written() throws Exception {
    docker.createVolumeCmd().withName("java-vol").withLabels(Map.of("by", "java")).exec();
    var mounts =
        HostConfig.newHostConfig()
            .withMounts(
                List.of(
                    new Mount()
                        .withType(MountType.VOLUME)
                        .withSource("java-vol")
                        .withTarget("/data")));
    var first = run("java-vol-1", mounts, "sh", "-c", "echo written >/data/file");
    waitFor(first);
    remove(first);
    var second = run("java-vol-2", mounts, "cat", "/data/file");
    waitFor(second);
    assertThat(logs(second)).isEqualTo("written\n|");
    assertThatThrownBy(() -> docker.removeVolumeCmd("java-vol").exec())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("volume is in use");
    remove(second);
    assertThat(docker.inspectVolumeCmd("java-vol").exec().getLabels()).containsEntry("by", "java");
    docker.removeVolumeCmd("java-vol").exec();
    assertThat(docker.listVolumesCmd().exec().getVolumes())
        .noneMatch(v -> v.getName().equals("java-vol"));
  }

  @Test
  void what_has_a_label_is_pruned_and_nothing_else() {
    var stays = docker.createContainerCmd("busybox").withName("java-stays").exec().getId();
    docker.createContainerCmd("busybox").withLabels(Map.of("gone", "1")).exec();
    docker.createNetworkCmd().withName("java-gone").withLabels(Map.of("gone", "1")).exec();
    docker.createVolumeCmd().withLabels(Map.of("gone", "1")).exec(); // a named one would stay
    docker.pruneCmd(PruneType.CONTAINERS).withLabelFilter("gone=1").exec();
    docker.pruneCmd(PruneType.NETWORKS).withLabelFilter("gone=1").exec();
    docker.pruneCmd(PruneType.VOLUMES).withLabelFilter("gone=1").exec();
    docker.pruneCmd(PruneType.IMAGES).withDangling(true).exec();
    assertThat(docker.listContainersCmd().withShowAll(true).withLabelFilter(List.of("gone")).exec())
        .isEmpty();
    assertThat(docker.listNetworksCmd().withNameFilter("java-gone").exec()).isEmpty();
    assertThat(docker.listVolumesCmd().exec().getVolumes())
        .noneMatch(v -> v.getLabels() != null && v.getLabels().containsKey("gone"));
    assertThat(docker.inspectContainerCmd(stays).exec().getState().getStatus())
        .isEqualTo("created");
    remove(stays);
  }
}
