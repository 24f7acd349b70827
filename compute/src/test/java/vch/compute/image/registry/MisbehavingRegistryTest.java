package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.compute.image.Digest;
import vch.compute.image.Tars;
import vch.compute.image.registry.FakeRegistry.Answer;
import vch.portlayer.refusal.Refusal;

/// Registries that refuse, break off or lie.
class MisbehavingRegistryTest extends FakeRegistryPulls {
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

  @Test
  void a_broken_transfer_goes_on_where_it_ended() {
    var manifest = offer("app", "x");
    var layer =
        registry.routes.keySet().stream()
            .filter(p -> p.contains("/blobs/"))
            .filter(
                p -> {
                  var body =
                      registry.route(p).apply(new FakeRegistry.Request("GET", p, Map.of())).body();
                  return (body[0] & 0xff) == 0x1f;
                })
            .findFirst()
            .orElseThrow();
    var whole =
        registry.route(layer).apply(new FakeRegistry.Request("GET", layer, Map.of())).body();
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
}
