package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.LoadImageCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What programs do with images by docker-java: pull, build, commit, save and load.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerJavaImageCases {
  private final DockerJava user = new DockerJava();
  private final DockerClient docker = user.client();

  @AfterAll
  void close() throws IOException {
    docker.close();
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
  void a_container_becomes_an_image() throws Exception {
    var id = user.run("java-commit", "sh", "-c", "echo kept >/kept");
    user.waitFor(id);
    var image =
        docker.commitCmd(id).withRepository("java/kept").withTag("1").withMessage("m").exec();
    assertThat(docker.inspectImageCmd(image).exec().getRepoTags()).containsExactly("java/kept:1");
    var again = docker.createContainerCmd("java/kept:1").withCmd("cat", "/kept").exec().getId();
    docker.startContainerCmd(again).exec();
    user.waitFor(again);
    assertThat(user.logs(again)).isEqualTo("kept\n|");
    user.remove(again);
    user.remove(id);
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
    user.waitFor(id);
    assertThat(user.logs(id)).isEqualTo("made\ncopied\n|");
    user.remove(id);
    docker.removeImageCmd("java/built:1").exec();
  }
}
