package vch.compute.image.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.compute.image.Json;
import vch.engine.compute.Images.Credentials;

/// What one conversation shows to a registry: a password, or tokens that were fetched for it.
/// Thread safe; `this` owns the tokens.
final class Tokens {
  private static final int SMALL_BODY_BYTES_MAX = 1024 * 1024;

  private final Wire wire;
  private final URI base;
  private final RegistrySession.Subject subject;
  private Optional<Challenge> challenge = Optional.empty(); // guarded by this

  /// By the further repository that is read from; the empty one: none. Guarded by this.
  private final Map<String, String> tokens = new HashMap<>();

  Tokens(Wire wire, URI base, RegistrySession.Subject subject) {
    this.wire = wire;
    this.base = base;
    this.subject = subject;
  }

  /// Bearer goes before basic, as with Docker.
  static Optional<Challenge> challenge(Wire.Answer answer) {
    var all = Challenge.parse(answer.headers().getValuesList("WWW-Authenticate"));
    return all.stream()
        .filter(c -> c.scheme().equals("bearer"))
        .findFirst()
        .or(() -> all.stream().filter(c -> c.scheme().equals("basic")).findFirst());
  }

  /// Takes note of what an answer asks for.
  synchronized void challenged(Wire.Answer answer) {
    challenge = challenge(answer).or(() -> challenge);
  }

  /// The header `Authorization`; empty where the registry asks for nothing.
  ///
  /// @param anew the registry did not take what it was shown
  /// @param from a further repository to read from; empty: none
  synchronized Optional<String> authorization(boolean anew, String from) throws IOException {
    if (challenge.isEmpty()) {
      return Optional.empty();
    }
    var c = challenge.get();
    if (c.scheme().equals("basic")) {
      if (basic().isEmpty()) {
        throw new RegistryException(
            "NO_CREDENTIALS", "Get \"" + base + "/v2/\": no basic auth credentials");
      }
      return basic();
    }
    var given = subject.credentials().map(Credentials::registryToken).filter(t -> !t.isEmpty());
    if (given.isPresent()) {
      return given.filter(Tokens::printable).map(t -> "Bearer " + t);
    }
    if (anew || !tokens.containsKey(from)) {
      tokens.put(from, fetch(c, from));
    }
    return Optional.ofNullable(tokens.get(from)).map(t -> "Bearer " + t);
  }

  private Optional<String> basic() {
    return subject
        .credentials()
        .filter(c -> !c.user().isEmpty())
        .map(
            c ->
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(
                            (c.user() + ":" + c.password()).getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> scopes(String from) {
    var out = new ArrayList<String>();
    if (!subject.repository().isEmpty()) {
      out.add("repository:" + subject.repository() + ":" + subject.actions());
    }
    if (!from.isEmpty()) {
      out.add("repository:" + from + ":pull");
    }
    return out;
  }

  /// Distribution's "Token Authentication Specification", and its OAuth2 form where there is an
  /// identity token.
  private String fetch(Challenge c, String from) throws IOException {
    var realm = realm(c);
    var identity = subject.credentials().map(Credentials::identityToken).filter(t -> !t.isEmpty());
    if (identity.isPresent()) {
      return token(
          realm,
          () ->
              wire.form(
                  realm,
                  String.join(
                      "&",
                      "grant_type=refresh_token",
                      "service=" + encode(c.parameter("service")),
                      "client_id=portlayer",
                      "scope=" + encode(String.join(" ", scopes(from))),
                      "refresh_token=" + encode(identity.get()))));
    }
    var query = new StringBuilder(realm.getRawQuery() == null ? "" : realm.getRawQuery() + "&");
    subject
        .credentials()
        .filter(k -> !k.user().isEmpty())
        .ifPresent(k -> query.append("account=").append(encode(k.user())).append('&'));
    scopes(from).forEach(s -> query.append("scope=").append(encode(s)).append('&'));
    query.append("service=").append(encode(c.parameter("service")));
    var uri = URI.create(realm.toString().split("[?#]", 2)[0] + "?" + query);
    var headers = new LinkedHashMap<String, String>();
    basic().ifPresent(b -> headers.put("Authorization", b));
    return token(uri, () -> wire.send("GET", uri, headers));
  }

  private URI realm(Challenge c) throws RegistryException {
    try {
      var realm = URI.create(c.parameter("realm"));
      if (realm.getHost() != null
          && ("https".equals(realm.getScheme())
              || (subject.insecure() && "http".equals(realm.getScheme())))) {
        return realm;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new RegistryException(
        "", "the registry names no usable place for tokens: \"" + c.parameter("realm") + "\"");
  }

  private interface Asking {
    Wire.Answer send() throws IOException;
  }

  private static String token(URI uri, Asking asking) throws IOException {
    Wire.Answer answer;
    try {
      answer = asking.send();
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw Faults.unreachable("Get", uri, e);
    }
    try (answer) {
      var bytes = answer.body(SMALL_BODY_BYTES_MAX);
      if (answer.status() != 200) {
        throw Faults.answered("Get", answer.status(), bytes, uri);
      }
      var json = Json.object(bytes, "the token server's answer");
      return Json.text(json, "token")
          .or(() -> Json.text(json, "access_token"))
          .filter(Tokens::printable)
          .orElseThrow(
              () ->
                  new RegistryException(
                      "", "authorization server did not include a token in the response"));
    }
  }

  private static boolean printable(String token) {
    return !token.isEmpty() && token.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  static String encode(String text) {
    return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
