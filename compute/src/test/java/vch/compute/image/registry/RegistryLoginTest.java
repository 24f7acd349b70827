package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.compute.image.TestEngine;
import vch.compute.image.registry.FakeRegistry.Answer;
import vch.engine.compute.Images.Credentials;
import vch.portlayer.refusal.Refusal;

/// Who asks: tokens, passwords, and who gets to see them.
class RegistryLoginTest extends FakeRegistryPulls {
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

  private static Registries.Asker asker(Credentials credentials) {
    return new Registries.Asker(TestEngine.BLUE, Optional.of(credentials), List.of());
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
    var alice = Optional.of(new Credentials("alice", "secret"));
    assertThat(pull(name, Optional.empty(), alice).image().config().diffIds()).hasSize(1);
    assertThat(registry.requests)
        .anyMatch(r -> r.path().startsWith("/token?account=alice&scope=repository%3Aapp%3Apull"));
    assertThatThrownBy(() -> pull(name, Optional.empty(), Optional.empty()))
        .isInstanceOf(Refusal.NotFound.class)
        .hasMessageStartingWith("pull access denied for " + name);
    assertThatThrownBy(
            () -> pull(name, Optional.empty(), Optional.of(new Credentials("mallory", "x"))))
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
    assertThat(registries.login(asker(new Credentials("alice", "secret")), registry.host()))
        .isEmpty();
    assertThat(registry.requests).noneMatch(r -> r.path().contains("scope="));
    assertThat(registries.login(asker(new Credentials("mallory", "x")), registry.host()))
        .hasValueSatisfying(why -> assertThat(why).startsWith("unauthorized: "));
    assertThatThrownBy(
            () -> registries.login(asker(new Credentials("alice", "secret")), "nosuch.invalid"))
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
                          r.method(), r.path(), Map.of("authorization", "Bearer t1"))));
          registry.routes.put(
              path,
              _ -> Answer.of(307, "").with("Location", "http://" + storage.host() + "/cdn" + path));
        }
      }
      pull(
          registry.host() + "/app",
          Optional.empty(),
          Optional.of(new Credentials("alice", "secret")));
      assertThat(storage.requests)
          .isNotEmpty()
          .allSatisfy(r -> assertThat(r.header("Authorization")).isEmpty());
    }
  }

  @Test
  void a_registry_token_is_shown_as_it_is() {
    offer("app", "private");
    bearer("Bearer realm=\"http://HOST/token\",service=\"reg\"");
    var name = registry.host() + "/app";
    var token = new Credentials("", "", "", "t1");
    assertThat(pull(name, Optional.empty(), Optional.of(token)).image().config().diffIds())
        .hasSize(1);
    assertThatThrownBy(
            () -> pull(name, Optional.empty(), Optional.of(new Credentials("", "", "", "another"))))
        .hasMessageContaining("unauthorized: authentication required");
    assertThat(registry.requests).noneMatch(r -> r.path().startsWith("/token"));
  }

  @Test
  void an_identity_token_is_exchanged_for_one_of_the_registry() {
    offer("app", "private");
    bearer("Bearer realm=\"http://HOST/token\",service=\"reg\"");
    registry.routes.put(
        "/token",
        r ->
            r.method().equals("POST") && r.body().contains("&refresh_token=mine%3D")
                ? Answer.of(200, "{\"access_token\":\"t1\"}")
                : Answer.of(401, "{}"));
    var identity = new Credentials("", "", "mine=", "");
    assertThat(
            pull(registry.host() + "/app", Optional.empty(), Optional.of(identity))
                .image()
                .config()
                .diffIds())
        .hasSize(1);
  }

  @Test
  void a_proxy_is_shown_the_name_and_password_of_its_address() throws IOException {
    var dialer = Dialer.here();
    var proxies =
        new Proxies(
            Map.of(
                "HTTP_PROXY",
                "http://us%40er:pass%3Aword@" + registry.host(),
                "HTTPS_PROXY",
                "us%40er:pass%3Aword@" + registry.host()));
    var shown =
        "Basic "
            + Base64.getEncoder()
                .encodeToString("us@er:pass:word".getBytes(StandardCharsets.UTF_8));
    registry.routes.put("http://far.example/v2/", _ -> Answer.of(200, "through"));
    try (var wire = Wire.open(new Trust(List.of()).verified("far.example"), dialer, proxies)) {
      try (var answer = wire.send("GET", java.net.URI.create("http://far.example/v2/"), Map.of())) {
        assertThat(answer.body(100)).asString(StandardCharsets.UTF_8).isEqualTo("through");
      }
      assertThatThrownBy(
              () -> wire.send("GET", java.net.URI.create("https://far.example/v2/"), Map.of()))
          .isInstanceOf(IOException.class);
    }
    assertThat(registry.requests)
        .extracting(FakeRegistry.Request::method)
        .containsExactly("GET", "CONNECT");
    assertThat(registry.requests)
        .allSatisfy(r -> assertThat(r.header("Proxy-Authorization")).isEqualTo(shown));
  }
}
