package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.compute.image.Digest;
import vch.compute.image.QuietRights;
import vch.compute.image.Reference;
import vch.compute.image.Tars;
import vch.compute.image.TestEngine;
import vch.compute.image.archive.Limits;
import vch.compute.image.registry.FakeRegistry.Answer;
import vch.compute.image.store.ImageStore;
import vch.engine.compute.Images.Credentials;
import vch.engine.compute.Images.Progress;
import vch.portlayer.refusal.Refusal;

class PullTest {
  @TempDir Path state;
  private final FakeRegistry registry = new FakeRegistry();
  private final List<Progress> progress = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger waited = new AtomicInteger();
  private ImageStore store;
  private Registries registries;

  @BeforeEach
  void open() throws IOException {
    store = ImageStore.open(state, new QuietRights(), Limits.DEFAULT);
    registries = Registries.waiting(store, List.of(state.resolve("certs.d")), waited::addAndGet);
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
  }

  private Registries.Pulled pull(
      String reference, Optional<String> platform, Optional<Credentials> credentials) {
    try (var pin = store.pin()) {
      return registries.pull(
          new Registries.Wish(
              new Registries.Asker(TestEngine.BLUE, credentials, List.of()),
              Reference.parse(reference).orLatest(),
              platform.map(Platform::parse)),
          pin,
          progress::add);
    }
  }

  private static Registries.Asker asker(Credentials credentials) {
    return new Registries.Asker(TestEngine.BLUE, Optional.of(credentials), List.of());
  }

  private Registries.Pulled pull(String reference) {
    return pull(registry.host() + "/" + reference, Optional.empty(), Optional.empty());
  }

  private static byte[] config(String arch, byte[]... tars) {
    var ids = String.join(",", Arrays.stream(tars).map(t -> "\"" + Digest.of(t) + "\"").toList());
    return ("{\"os\":\"linux\",\"architecture\":\""
            + arch
            + "\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
            + ids
            + "]}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String machine() {
    return Platform.machine().arch();
  }

  /// An image of one gzip layer.
  private byte[] offer(String repository, String motd) {
    var tar = Tars.root(motd);
    var config = config(machine(), tar);
    registry.put(repository, "blobs", "application/json", config);
    return registry.image(repository, "latest", Digest.of(config), config.length, Tars.gzip(tar));
  }

  private List<String> statuses() {
    return progress.stream().filter(p -> p.total() < 0).map(Progress::status).toList();
  }

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
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
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
  void what_the_registry_does_not_have_is_said_in_dockers_words() {
    var name = registry.host() + "/app";
    assertThatThrownBy(() -> pull("app:nope"))
        .isInstanceOf(Refusal.NotFound.class)
        .hasMessage("manifest for " + name + ":nope not found: manifest unknown: manifest unknown");
    registry.routes.put(
        "/v2/app/manifests/x",
        _ ->
            Answer.of(
                404,
                "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository name not known to registry\"}]}"));
    assertThatThrownBy(() -> pull("app:x"))
        .hasMessage(
            "repository "
                + name
                + " not found: name unknown: repository name not known to registry");
    registry.routes.put(
        "/v2/app/manifests/x",
        _ ->
            Answer.of(
                403,
                "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\"}]}"));
    assertThatThrownBy(() -> pull("app:x"))
        .hasMessage(
            "pull access denied for "
                + name
                + ", repository does not exist or may require 'docker login': denied: requested access to the resource is denied");
    registry.routes.put("/v2/app/manifests/x", _ -> Answer.of(500, "<html>"));
    assertThatThrownBy(() -> pull("app:x"))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageContaining("received unexpected HTTP status: 500");
  }

  @Test
  void nobody_at_home_is_said_in_dockers_words() throws IOException {
    registry.close();
    assertThatThrownBy(() -> pull("app"))
        .hasMessage(
            "Get \"http://"
                + registry.host()
                + "/v2/\": dial tcp "
                + registry.host()
                + ": connect: connection refused");
    assertThatThrownBy(() -> pull("nosuch.invalid/app", Optional.empty(), Optional.empty()))
        .hasMessage(
            "Get \"https://nosuch.invalid/v2/\": dial tcp: lookup nosuch.invalid: no such host");
  }

  private void bearer(String challengeOrder) {
    Answer challenge =
        Answer.of(
                401,
                "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}")
            .with("WWW-Authenticate", challengeOrder.replace("HOST", registry.host()));
    registry.routes.put("/v2/", _ -> challenge);
    registry.routes.put(
        "/token",
        r -> {
          var basic = r.header("Authorization");
          boolean alice =
              basic.equals(
                  "Basic "
                      + Base64.getEncoder()
                          .encodeToString("alice:secret".getBytes(StandardCharsets.UTF_8)));
          return alice
              ? Answer.of(200, "{\"token\":\"t1\"}")
              : Answer.of(
                  401,
                  "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"incorrect username or password\"}]}");
        });
    registry.routes.replaceAll(
        (path, route) ->
            path.startsWith("/v2/") && !path.equals("/v2/")
                ? r -> r.header("Authorization").equals("Bearer t1") ? route.apply(r) : challenge
                : route);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer realm=\"http://HOST/token\",service=\"reg\",scope=\"repository:app:pull\"",
        "Bearer service=\"reg\", realm=\"http://HOST/token\"",
        "Basic realm=\"x\", Bearer realm=\"http://HOST/token\""
      })
  void a_token_of_one_caller_is_not_shown_for_another(String challenge) {
    offer("app", "private");
    bearer(challenge);
    var name = registry.host() + "/app";
    var alice = Optional.of(new Credentials("alice", "secret", ""));
    assertThat(pull(name, Optional.empty(), alice).image().config().diffIds()).hasSize(1);
    assertThat(registry.requests)
        .anyMatch(r -> r.path().startsWith("/token?account=alice&scope=repository%3Aapp%3Apull"));
    assertThatThrownBy(() -> pull(name, Optional.empty(), Optional.empty()))
        .isInstanceOf(Refusal.NotFound.class)
        .hasMessageStartingWith("pull access denied for " + name);
    assertThatThrownBy(
            () -> pull(name, Optional.empty(), Optional.of(new Credentials("mallory", "x", ""))))
        .hasMessage("unauthorized: incorrect username or password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Bearer realm=\"http://HOST/token\",service=\"reg\"", "Basic realm=\"x\""})
  void a_login_is_taken_or_not(String challenge) {
    bearer(challenge);
    var refused = registry.route("/v2/");
    var basic =
        "Basic "
            + Base64.getEncoder().encodeToString("alice:secret".getBytes(StandardCharsets.UTF_8));
    registry.routes.put(
        "/v2/",
        r ->
            List.of("Bearer t1", basic).contains(r.header("Authorization"))
                ? Answer.of(200, "{}")
                : refused.apply(r));
    assertThat(registries.login(asker(new Credentials("alice", "secret", "")), registry.host()))
        .isEmpty();
    assertThat(registry.requests).noneMatch(r -> r.path().contains("scope="));
    assertThat(registries.login(asker(new Credentials("mallory", "x", "")), registry.host()))
        .hasValueSatisfying(why -> assertThat(why).startsWith("unauthorized: "));
    assertThatThrownBy(
            () -> registries.login(asker(new Credentials("alice", "secret", "")), "nosuch.invalid"))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageContaining("no such host");
  }

  @Test
  void the_authorization_does_not_follow_a_redirect_to_another_host() throws IOException {
    offer("app", "x");
    bearer("Bearer realm=\"http://HOST/token\"");
    try (var storage = new FakeRegistry()) {
      for (var path : List.copyOf(registry.routes.keySet())) {
        if (path.contains("/blobs/")) {
          var blob = registry.route(path);
          storage.routes.put(
              "/cdn" + path,
              r ->
                  blob.apply(
                      new FakeRegistry.Request(
                          r.method(), r.path(), java.util.Map.of("authorization", "Bearer t1"))));
          registry.routes.put(
              path,
              _ -> Answer.of(307, "").with("Location", "http://" + storage.host() + "/cdn" + path));
        }
      }
      pull(
          registry.host() + "/app",
          Optional.empty(),
          Optional.of(new Credentials("alice", "secret", "")));
      assertThat(storage.requests)
          .isNotEmpty()
          .allSatisfy(r -> assertThat(r.header("Authorization")).isEmpty());
    }
  }

  @Test
  void a_broken_transfer_goes_on_where_it_ended() {
    var manifest = offer("app", "x");
    var layer =
        registry.routes.keySet().stream()
            .filter(p -> p.contains("/blobs/"))
            .filter(
                p -> {
                  var body =
                      registry
                          .route(p)
                          .apply(new FakeRegistry.Request("GET", p, java.util.Map.of()))
                          .body();
                  return (body[0] & 0xff) == 0x1f;
                })
            .findFirst()
            .orElseThrow();
    var whole =
        registry
            .route(layer)
            .apply(new FakeRegistry.Request("GET", layer, java.util.Map.of()))
            .body();
    registry.routes.put(
        layer,
        r ->
            r.header("Range").isEmpty()
                ? Answer.of(200, whole).cut(whole.length / 2)
                : Answer.of(
                    206,
                    Arrays.copyOfRange(
                        whole,
                        Integer.parseInt(r.header("Range").replaceAll("[^0-9]", "")),
                        whole.length)));
    assertThat(pull("app").digest()).isEqualTo(Digest.of(manifest));
    assertThat(registry.requests)
        .anyMatch(r -> r.header("Range").equals("bytes=" + whole.length / 2 + "-"));
    assertThat(statuses()).contains("Retrying in 2 seconds", "Retrying in 1 second");
    assertThat(waited).hasValue(2);
  }

  @Test
  void a_registry_that_keeps_breaking_off_is_given_up() {
    offer("app", "x");
    registry.routes.replaceAll(
        (p, route) ->
            p.contains("/blobs/")
                ? r -> {
                  var answer = route.apply(r);
                  return (answer.body()[0] & 0xff) == 0x1f
                      ? Answer.of(200, answer.body()).cut(3)
                      : answer;
                }
                : route);
    assertThatThrownBy(() -> pull("app")).isInstanceOf(Refusal.Failed.class);
    assertThat(waited).hasValue(2 + 4 + 6 + 8);
    nothingLeft();
  }

  private void nothingLeft() {
    try (var pin = store.pin();
        var left = java.nio.file.Files.list(state.resolve("images/tmp"))) {
      assertThat(left.filter(p -> !p.getFileName().toString().startsWith("libzstd"))).isEmpty();
      store.sweep(Set::of);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void other_bytes_than_announced_are_refused() {
    offer("app", "x");
    registry.routes.replaceAll(
        (p, route) ->
            p.contains("/blobs/")
                ? r -> {
                  var answer = route.apply(r);
                  var body = answer.body().clone();
                  body[body.length / 2] ^= 1;
                  return Answer.of(200, (body[0] & 0xff) == 0x1f ? body : answer.body());
                }
                : route);
    assertThatThrownBy(() -> pull("app"))
        .hasMessageStartingWith("filesystem layer verification failed for digest sha256:");
    nothingLeft();
  }

  @Test
  void more_bytes_than_announced_are_refused() {
    offer("app", "x");
    registry.routes.replaceAll(
        (p, route) ->
            p.contains("/blobs/")
                ? r -> {
                  var body = route.apply(r).body();
                  return Answer.of(
                      200,
                      (body[0] & 0xff) == 0x1f
                          ? Arrays.copyOf(body, body.length + (1 << 20))
                          : body);
                }
                : route);
    assertThatThrownBy(() -> pull("app")).hasMessageContaining("sends more for sha256:");
  }

  @Test
  void the_layer_must_unpack_to_what_the_configuration_names() {
    var tar = Tars.root("x");
    var config = config(machine(), Tars.root("y"));
    registry.put("app", "blobs", "application/json", config);
    registry.image("app", "latest", Digest.of(config), config.length, Tars.gzip(tar));
    assertThatThrownBy(() -> pull("app"))
        .hasMessageContaining("but the image's configuration names");
    nothingLeft();
  }

  @Test
  void hostile_manifests_are_refused() {
    for (var bad :
        List.of(
            "",
            "null",
            "[]",
            "{}",
            "[".repeat(100_000),
            "{\"schemaVersion\":1}",
            "{\"mediaType\":\"text/html\"}",
            "{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"sha256:"
                + "0".repeat(64)
                + "\",\"size\":1}}",
            "{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}}",
            "{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:"
                + "0".repeat(64)
                + "\",\"size\":99999999999}}")) {
      registry.routes.put("/v2/app/manifests/latest", _ -> Answer.of(200, bad));
      assertThatThrownBy(() -> pull("app")).isInstanceOf(Refusal.class);
    }
    var large = " ".repeat(ManifestReader.MANIFEST_BYTES_MAX + 10);
    registry.routes.put("/v2/app/manifests/latest", _ -> Answer.of(200, large));
    assertThatThrownBy(() -> pull("app"))
        .hasMessageContaining("the manifest is larger than 4194304 bytes");
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
