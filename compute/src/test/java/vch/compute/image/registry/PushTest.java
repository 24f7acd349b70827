package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.compute.image.Digest;
import vch.compute.image.Reference;
import vch.compute.image.Tars;
import vch.compute.image.TestEngine;
import vch.compute.image.registry.FakeRegistry.Answer;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images.Credentials;
import vch.engine.compute.Images.Pushed;
import vch.portlayer.refusal.Refusal;

class PushTest extends AtFakeRegistry {
  private static final String UPLOADS = "/v2/app/blobs/uploads/";

  private final List<Pushed> pushed = new ArrayList<>();
  private List<String> sources = List.of();

  @BeforeEach
  void routes() {
    registry.routes.put(
        UPLOADS, r -> Answer.of(202, "").with("Location", UPLOADS + "here?_state=x"));
    registry.routes.put(
        UPLOADS + "here",
        r ->
            r.method().equals("PATCH")
                ? Answer.of(202, "").with("Location", UPLOADS + "here?_state=y")
                : Answer.of(201, ""));
    registry.routes.put("/v2/app/manifests/v1", r -> Answer.of(201, ""));
  }

  private StoredImage image(byte[] blob, byte[] tar) throws IOException {
    var config =
        ("{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
                + Digest.of(tar)
                + "\"]}}")
            .getBytes(StandardCharsets.UTF_8);
    try (var pin = store.pin()) {
      var file = store.newTemp();
      Files.write(file, blob);
      store.addLayer(file, Digest.of(blob), Optional.of(Digest.of(tar)), pin, _ -> {});
      return store.putConfig(config);
    }
  }

  private void push(StoredImage image, Optional<Credentials> credentials) {
    registries.push(
        new Registries.Asker(TestEngine.BLUE, credentials, List.of()),
        Reference.parse(registry.host() + "/app"),
        Map.of("v1", image),
        _ -> sources,
        progress::add,
        pushed::add);
  }

  private List<String> asked(String method) {
    return registry.requests.stream()
        .filter(r -> r.method().equals(method))
        .map(FakeRegistry.Request::path)
        .toList();
  }

  @Test
  void a_layer_that_came_compressed_is_sent_as_it_came_and_the_manifest_is_that_of_docker()
      throws IOException {
    var tar = Tars.root("a");
    var gzip = Tars.gzip(tar);
    var image = image(gzip, tar);
    push(image, Optional.empty());
    assertThat(statuses()).startsWith("Preparing", "Pushed");
    var sent = registry.requests.stream().filter(r -> r.method().equals("PATCH")).toList();
    assertThat(sent.getFirst().bytes()).isEqualTo(gzip);
    assertThat(sent.getLast().bytes()).isEqualTo(store.rawConfig(image.id()));
    assertThat(asked("PUT"))
        .containsExactly(
            UPLOADS + "here?_state=y&digest=" + Digest.of(gzip),
            UPLOADS + "here?_state=y&digest=" + image.id(),
            "/v2/app/manifests/v1");
    var manifest = registry.requests.getLast();
    assertThat(manifest.header("Content-Type"))
        .isEqualTo("application/vnd.docker.distribution.manifest.v2+json");
    assertThat(manifest.body())
        .isEqualTo(
            """
            {
               "schemaVersion": 2,
               "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
               "config": {
                  "mediaType": "application/vnd.docker.container.image.v1+json",
                  "size": %d,
                  "digest": "%s"
               },
               "layers": [
                  {
                     "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                     "size": %d,
                     "digest": "%s"
                  }
               ]
            }"""
                .formatted(
                    store.rawConfig(image.id()).length, image.id(), gzip.length, Digest.of(gzip)));
    assertThat(pushed)
        .containsExactly(
            new Pushed("v1", Digest.of(manifest.bytes()).toString(), manifest.bytes().length));
    assertThat(statuses().getLast())
        .isEqualTo(
            "v1: digest: " + Digest.of(manifest.bytes()) + " size: " + manifest.bytes().length);
  }

  @Test
  void a_layer_without_compression_gets_the_same_digest_each_time_and_is_asked_for_first()
      throws IOException {
    var tar = Tars.root("a");
    var image = image(tar, tar);
    push(image, Optional.empty());
    var first = pushed.getFirst();
    var gzip = registry.requests.stream().filter(r -> r.method().equals("PATCH")).findFirst().get();
    registry.put("app", "blobs", "application/octet-stream", gzip.bytes());
    registry.requests.clear();
    push(image, Optional.empty());
    assertThat(pushed.getLast()).isEqualTo(first);
    assertThat(statuses()).contains("Layer already exists");
    assertThat(asked("PATCH")).as("the configuration alone").hasSize(1);
    try (var files = Files.list(state.resolve("images/tmp"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void a_layer_is_mounted_from_another_repository_where_the_registry_has_it() throws IOException {
    var tar = Tars.root("a");
    var image = image(Tars.gzip(tar), tar);
    sources = List.of("team/other");
    registry.routes.put(
        UPLOADS,
        r ->
            r.path().contains("mount=")
                ? Answer.of(201, "")
                : Answer.of(202, "").with("Location", UPLOADS + "here"));
    push(image, Optional.empty());
    assertThat(statuses()).contains("Mounted from team/other");
    assertThat(asked("POST").getFirst())
        .isEqualTo(UPLOADS + "?mount=" + Digest.of(Tars.gzip(tar)) + "&from=team%2Fother");
    assertThat(asked("PATCH")).hasSize(1);
  }

  @Test
  void an_upload_that_breaks_off_is_begun_again() throws IOException {
    var tar = Tars.root("a");
    var image = image(Tars.gzip(tar), tar);
    var usual = registry.route(UPLOADS + "here");
    var broken = new AtomicInteger(2);
    registry.routes.put(
        UPLOADS + "here",
        r -> {
          if (r.method().equals("PATCH") && broken.getAndDecrement() > 0) {
            throw new FakeRegistry.Hangup();
          }
          return usual.apply(r);
        });
    push(image, Optional.empty());
    assertThat(statuses())
        .contains(
            "Retrying in 2 seconds", "Retrying in 1 second", "Retrying in 4 seconds", "Pushed");
    assertThat(waited).hasValue(6);
  }

  @Test
  void an_upload_that_always_breaks_off_fails_after_five_attempts() throws IOException {
    var tar = Tars.root("a");
    var image = image(Tars.gzip(tar), tar);
    registry.routes.put(
        UPLOADS + "here",
        _ -> {
          throw new FakeRegistry.Hangup();
        });
    assertThatThrownBy(() -> push(image, Optional.empty()))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageStartingWith("The push of " + registry.host() + "/app failed: ");
    assertThat(asked("PATCH")).hasSize(Push.ATTEMPTS_MAX);
    assertThat(pushed).isEmpty();
  }

  @Test
  void the_token_is_asked_for_pushing_and_a_refusal_is_told_as_docker_does() throws IOException {
    var tar = Tars.root("a");
    var image = image(Tars.gzip(tar), tar);
    registry.routes.put(
        "/v2/",
        _ ->
            Answer.of(401, "")
                .with(
                    "WWW-Authenticate",
                    "Bearer realm=\"http://" + registry.host() + "/token\",service=\"lab\""));
    registry.routes.put("/token", _ -> Answer.of(200, "{\"token\":\"t1\"}"));
    registry.routes.put(
        UPLOADS,
        r ->
            Answer.of(
                403,
                "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\"}]}"));
    assertThatThrownBy(() -> push(image, Optional.of(new Credentials("alice", "secret"))))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage("denied: requested access to the resource is denied");
    assertThat(asked("GET"))
        .contains("/token?account=alice&scope=repository%3Aapp%3Apush%2Cpull&service=lab");
    assertThat(registry.requests.getLast().header("Authorization")).isEqualTo("Bearer t1");
  }

  @Test
  void a_registry_that_does_not_say_where_to_send_to_is_refused() throws IOException {
    var tar = Tars.root("a");
    var image = image(Tars.gzip(tar), tar);
    registry.routes.put(UPLOADS, _ -> Answer.of(202, ""));
    assertThatThrownBy(() -> push(image, Optional.empty()))
        .hasMessageContaining("does not say where the upload to");
    registry.routes.put(
        UPLOADS, _ -> Answer.of(202, "").with("Location", "ftp://elsewhere.invalid/x"));
    assertThatThrownBy(() -> push(image, Optional.empty())).hasMessageContaining("not https");
  }
}
