package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PruneType;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What programs do with the endpoint as a whole by docker-java: versions, events, volumes,
/// pruning.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerJavaSystemCases {
  private final DockerJava user = new DockerJava();
  private final DockerClient docker = user.client();

  @AfterAll
  void close() throws IOException {
    docker.close();
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
      user.waitFor(id);
      user.remove(id);
      user.remove(user.run("java-untold", "true"));
      destroyed.get(30, TimeUnit.SECONDS);
    }
    assertThat(seen).containsExactly("create", "start", "die", "destroy");
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
    var first = user.run("java-vol-1", mounts, "sh", "-c", "echo written >/data/file");
    user.waitFor(first);
    user.remove(first);
    var second = user.run("java-vol-2", mounts, "cat", "/data/file");
    user.waitFor(second);
    assertThat(user.logs(second)).isEqualTo("written\n|");
    assertThatThrownBy(() -> docker.removeVolumeCmd("java-vol").exec())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("volume is in use");
    user.remove(second);
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
    user.remove(stays);
  }
}
