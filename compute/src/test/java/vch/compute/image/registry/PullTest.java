package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import vch.compute.image.Digest;
import vch.compute.image.Reference;
import vch.compute.image.Tars;
import vch.compute.image.TestEngine;
import vch.compute.image.registry.FakeRegistry.Answer;
import vch.engine.compute.Images.Progress;
import vch.portlayer.refusal.Refusal;

/// What a pull fetches, chooses and says.
class PullTest extends FakeRegistryPulls {
  @Test
  void layers_of_all_compressions_come_with_the_lines_that_docker_shows() {
    var a = Tars.root("a");
    var b = Tars.root("b");
    var config = config(machine(), a, b);
    registry.put("app", "blobs", "application/json", config);
    var manifest =
        registry.image("app", "v1", Digest.of(config), config.length, Tars.gzip(a), Tars.zstd(b));
    var pulled = pull("app:v1");
    assertThat(pulled.digest()).isEqualTo(Digest.of(manifest));
    assertThat(store.directories(pulled.image().id().toString())).hasSize(2);
    assertThat(progress.getFirst()).isEqualTo(Progress.line("v1", "Pulling from app"));
    assertThat(statuses()).startsWith("Pulling from app", "Pulling fs layer", "Pulling fs layer");
    assertThat(Collections.frequency(statuses(), "Pull complete")).isEqualTo(2);
    var one =
        progress.stream()
            .filter(p -> p.id().equals(Digest.of(Tars.gzip(a)).brief()))
            .map(Progress::status)
            .distinct()
            .toList();
    assertThat(one)
        .containsExactly(
            "Pulling fs layer",
            "Downloading",
            "Verifying Checksum",
            "Download complete",
            "Extracting",
            "Pull complete");
  }

  @Test
  void what_is_here_is_not_fetched_again() {
    offer("app", "x");
    var first = pull("app");
    registry.requests.clear();
    progress.clear();
    assertThat(pull("app")).isEqualTo(first);
    assertThat(registry.requests)
        .extracting(FakeRegistry.Request::path)
        .containsExactly("/v2/", "/v2/app/manifests/latest");
    assertThat(statuses()).containsExactly("Pulling from app");
  }

  @Test
  void two_pulls_at_once_fetch_a_layer_once() throws Exception {
    offer("app", "x");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var both = threads.invokeAll(List.of(() -> pull("app"), () -> pull("app")));
      assertThat(both.get(0).get()).isEqualTo(both.get(1).get());
    }
    var layer = Digest.of(Tars.gzip(Tars.root("x")));
    assertThat(registry.requests).filteredOn(r -> r.path().endsWith(layer.toString())).hasSize(1);
    nothingLeft();
  }

  @Test
  void a_layer_of_another_image_exists_already() {
    offer("one", "shared");
    pull("one");
    var shared = Tars.root("shared");
    var more = Tars.root("more");
    var config = config(machine(), shared, more);
    registry.put("two", "blobs", "application/json", config);
    registry.image(
        "two", "latest", Digest.of(config), config.length, Tars.gzip(shared), Tars.gzip(more));
    progress.clear();
    pull("two");
    assertThat(statuses()).contains("Already exists", "Pull complete");
  }

  @Test
  void the_platform_of_the_machine_or_the_one_asked_for_is_chosen() {
    index(
        "multi",
        "unknown/unknown",
        "linux/s390x",
        "linux/" + machine(),
        "linux/arm/v6",
        "linux/arm/v7");
    assertThat(pull("multi").image().config().architecture()).isEqualTo(machine());
    var name = registry.host() + "/multi";
    assertThat(
            pull(name, Optional.of("linux/s390x"), Optional.empty())
                .image()
                .config()
                .architecture())
        .isEqualTo("s390x");
    assertThatThrownBy(() -> pull(name, Optional.of("linux/riscv64"), Optional.empty()))
        .isInstanceOf(Refusal.NotFound.class)
        .hasMessage("no matching manifest for linux/riscv64 in the manifest list entries");
    offer("single", "x");
    assertThatThrownBy(
            () -> pull(registry.host() + "/single", Optional.of("linux/s390x"), Optional.empty()))
        .hasMessage(
            "image with reference "
                + registry.host()
                + "/single:latest was found but does not match the specified platform: wanted linux/s390x, actual: linux/"
                + machine());
  }

  private void index(String repository, String... platforms) {
    var list = new ArrayList<String>();
    for (var p : platforms) {
      var parts = p.split("/", -1);
      var tar = Tars.root(p);
      var config = config(parts[1], tar);
      registry.put(repository, "blobs", "application/json", config);
      var manifest =
          registry.image(
              repository, "t" + parts[1], Digest.of(config), config.length, Tars.gzip(tar));
      list.add(
          "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\""
              + Digest.of(manifest)
              + "\",\"size\":"
              + manifest.length
              + ",\"platform\":{\"os\":\""
              + parts[0]
              + "\",\"architecture\":\""
              + parts[1]
              + "\""
              + (parts.length > 2 ? ",\"variant\":\"" + parts[2] + "\"" : "")
              + "}}");
    }
    var index =
        ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
            + String.join(",", list)
            + "]}");
    registry.routes.put(
        "/v2/" + repository + "/manifests/latest",
        _ -> Answer.of(200, index).with("Content-Type", "application/vnd.oci.image.index.v1+json"));
  }

  @Test
  void a_digest_reference_is_held_against_what_comes() {
    var manifest = offer("app", "x");
    var digest = Digest.of(manifest);
    assertThat(pull("app@" + digest).digest()).isEqualTo(digest);
    assertThat(progress.getFirst().id()).isEqualTo(registry.host() + "/app@" + digest);
    var other = "sha256:" + "0".repeat(64);
    registry.routes.put("/v2/app/manifests/" + other, _ -> Answer.of(200, manifest));
    assertThatThrownBy(() -> pull("app@" + other))
        .hasMessageContaining("manifest verification failed for digest " + other);
  }

  @Test
  void a_client_that_goes_away_ends_the_pull() {
    offer("app", "x");
    try (var pin = store.pin()) {
      var wish =
          new Registries.Wish(
              new Registries.Asker(TestEngine.BLUE, Optional.empty(), List.of()),
              Reference.parse(registry.host() + "/app").orLatest(),
              Optional.empty());
      assertThatThrownBy(
              () ->
                  registries.pull(
                      wish,
                      pin,
                      p -> {
                        if (p.status().equals("Downloading")) {
                          throw new IllegalStateException("gone");
                        }
                      }))
          .hasMessage("gone");
    }
    nothingLeft();
  }
}
