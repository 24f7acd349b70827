package vch.compute.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import vch.compute.image.Json;
import vch.engine.compute.Images.Credentials;

/// One caller's conversation with one registry about one repository. Tokens live here and die here:
/// what one VCH may see, another does not get to see because it asks later. Thread safe; `this`
/// owns the token.
final class RegistrySession implements AutoCloseable {
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  /// Until the headers of an answer are here.
  static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /// Body of an error and of a token's answer.
  private static final int SMALL_BODY_BYTES_MAX = 1024 * 1024;

  private static final int REDIRECTS_MAX = 5;
  private static final String USER_AGENT = "portlayer/0.1 (containers; linux)";

  private final HttpClient client;
  private final URI base;
  private final String repository;
  private final boolean insecure;
  private final Optional<Credentials> credentials;
  private Optional<Challenge> challenge; // guarded by this
  private Optional<String> token = Optional.empty(); // guarded by this

  private RegistrySession(
      HttpClient client,
      URI base,
      String repository,
      boolean insecure,
      Optional<Credentials> credentials,
      Optional<Challenge> challenge) {
    this.client = client;
    this.base = base;
    this.repository = repository;
    this.insecure = insecure;
    this.credentials = credentials;
    this.challenge = challenge;
  }

  /// Finds out how the registry is reached and what it wants to be shown.
  ///
  /// @param registry `host` or `host:port`
  /// @param repository path, `library/busybox`
  /// @param insecure TLS is not verified; without TLS when there is none
  /// @throws RegistryException it cannot be reached, in Docker's words
  static RegistrySession open(
      String registry,
      String repository,
      boolean insecure,
      Trust trust,
      Optional<Credentials> credentials)
      throws IOException {
    var host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
    var https = URI.create("https://" + host);
    try {
      return open(
          https,
          insecure ? Trust.unverified() : trust.verified(registry),
          repository,
          insecure,
          credentials);
    } catch (ProbeException e) {
      boolean tryPlain =
          insecure
              && (Faults.noTls(e.cause)
                  || e.cause instanceof java.net.ConnectException
                  || isEof(e.cause));
      if (!tryPlain) {
        throw Faults.unreachable(https.resolve("/v2/"), e.cause);
      }
    }
    var http = URI.create("http://" + host);
    try {
      return open(http, Trust.unverified(), repository, true, credentials);
    } catch (ProbeException e) {
      throw Faults.unreachable(http.resolve("/v2/"), e.cause);
    }
  }

  private static boolean isEof(IOException e) {
    var said = e.getMessage();
    return said != null
        && (said.contains("EOF") || said.contains("closed") || said.contains("reset"));
  }

  private static RegistrySession open(
      URI base,
      SSLContext tls,
      String repository,
      boolean insecure,
      Optional<Credentials> credentials)
      throws IOException {
    var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .proxy(new Proxies(System.getenv()))
            .sslContext(tls)
            .build();
    try {
      var probe = base.resolve("/v2/");
      HttpResponse<InputStream> answer;
      try {
        answer =
            send(
                client,
                HttpRequest.newBuilder(probe)
                    .timeout(ANSWER_TIMEOUT)
                    .header("User-Agent", USER_AGENT)
                    .build());
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        throw new ProbeException(e);
      }
      try (var body = answer.body()) {
        if (answer.statusCode() != 200 && answer.statusCode() != 401) {
          throw Faults.answered(answer.statusCode(), body.readNBytes(SMALL_BODY_BYTES_MAX), probe);
        }
      }
      return new RegistrySession(
          client, base, repository, insecure, credentials, challenge(answer));
    } catch (IOException | RuntimeException e) {
      client.shutdownNow();
      throw e;
    }
  }

  private static final class ProbeException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient IOException cause;

    ProbeException(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  /// Bearer goes before basic, as with Docker.
  private static Optional<Challenge> challenge(HttpResponse<?> answer) {
    var all = Challenge.parse(answer.headers().allValues("WWW-Authenticate"));
    return all.stream()
        .filter(c -> c.scheme().equals("bearer"))
        .findFirst()
        .or(() -> all.stream().filter(c -> c.scheme().equals("basic")).findFirst());
  }

  /// Whether the caller said who he is.
  boolean anonymous() {
    return credentials.filter(c -> !c.user().isEmpty() || !c.identityToken().isEmpty()).isEmpty();
  }

  /// An answer with status 200 or 206. Closing it ends the transfer.
  record Answer(int status, String contentType, long length, InputStream body)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /// @param reference tag or digest
  Answer manifest(String reference) throws IOException {
    return get("/manifests/" + reference, ManifestReader.ACCEPT, 0);
  }

  /// @param from skip so many bytes; the registry may ignore it (status 200)
  Answer blob(String digest, long from) throws IOException {
    return get("/blobs/" + digest, "*/*", from);
  }

  /// Shows the credentials to the registry, about no repository.
  ///
  /// @throws RegistryException it does not take them
  void login() throws IOException {
    var uri = URI.create(base + "/v2/");
    var answer = ask(uri, "*/*", 0, authorization(true));
    try (var body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw Faults.answered(answer.statusCode(), body.readNBytes(SMALL_BODY_BYTES_MAX), uri);
      }
    }
  }

  private Answer get(String path, String accept, long from) throws IOException {
    var uri = URI.create(base + "/v2/" + repository + path);
    var answer = ask(uri, accept, from, authorization(false));
    if (answer.statusCode() == 401) {
      synchronized (this) {
        challenge = challenge(answer).or(() -> challenge);
      }
      answer.body().close();
      answer = ask(uri, accept, from, authorization(true));
    }
    int status = answer.statusCode();
    if (status != 200 && status != 206) {
      try (var body = answer.body()) {
        if (status == 401
            && challenge(answer)
                .filter(c -> c.parameter("error").equals("insufficient_scope"))
                .isPresent()) {
          throw Faults.answered(403, new byte[0], uri); // RFC 6750 section 3.1: known, but may not
        }
        throw Faults.answered(status, body.readNBytes(SMALL_BODY_BYTES_MAX), uri);
      }
    }
    return new Answer(
        status,
        answer.headers().firstValue("Content-Type").orElse(""),
        answer.headers().firstValueAsLong("Content-Length").orElse(-1),
        answer.body());
  }

  /// Follows redirects by hand: the authorization stays with the registry.
  private HttpResponse<InputStream> ask(
      URI uri, String accept, long from, Optional<String> authorization) throws IOException {
    var at = uri;
    for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
      var request =
          HttpRequest.newBuilder(at)
              .timeout(ANSWER_TIMEOUT)
              .header("Accept", accept)
              .header("User-Agent", USER_AGENT);
      if (sameOrigin(at, base)) {
        authorization.ifPresent(a -> request.header("Authorization", a));
      }
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-");
      }
      HttpResponse<InputStream> answer;
      try {
        answer = send(client, request.build());
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        throw Faults.unreachable(at, e);
      }
      var location = answer.headers().firstValue("Location");
      if (answer.statusCode() / 100 != 3 || location.isEmpty()) {
        return answer;
      }
      answer.body().close();
      at = target(at, location.get());
    }
    throw new RegistryException(
        "", "Get \"" + uri + "\": stopped after " + REDIRECTS_MAX + " redirects");
  }

  private URI target(URI from, String location) throws RegistryException {
    try {
      var to = from.resolve(location);
      if ("https".equals(to.getScheme()) || (insecure && "http".equals(to.getScheme()))) {
        return to;
      }
      throw new RegistryException(
          "", "Get \"" + from + "\": the registry points to \"" + to + "\", which is not https");
    } catch (IllegalArgumentException e) {
      throw new RegistryException(
          "", "Get \"" + from + "\": the registry points to an address that is none");
    }
  }

  private static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equals(b.getScheme())
        && String.valueOf(a.getRawAuthority()).equals(b.getRawAuthority());
  }

  private static HttpResponse<InputStream> send(HttpClient client, HttpRequest request)
      throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + request.uri());
    }
  }

  /// @param anew the registry did not take what it was shown
  private synchronized Optional<String> authorization(boolean anew) throws IOException {
    if (challenge.isEmpty()) {
      return Optional.empty();
    }
    var c = challenge.get();
    if (c.scheme().equals("basic")) {
      if (credentials.isEmpty() || credentials.get().user().isEmpty()) {
        throw new RegistryException(
            "NO_CREDENTIALS", "Get \"" + base + "/v2/\": no basic auth credentials");
      }
      return basic();
    }
    if (anew || token.isEmpty()) {
      token = Optional.of(fetchToken(c));
    }
    return token.map(t -> "Bearer " + t);
  }

  private Optional<String> basic() {
    return credentials
        .filter(c -> !c.user().isEmpty())
        .map(
            c ->
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(
                            (c.user() + ":" + c.password()).getBytes(StandardCharsets.UTF_8)));
  }

  /// Distribution's "Token Authentication Specification", and its OAuth2 form where there is an
  /// identity token.
  private String fetchToken(Challenge c) throws IOException {
    URI realm;
    try {
      realm = URI.create(c.parameter("realm"));
    } catch (IllegalArgumentException e) {
      throw new RegistryException(
          "", "the registry names no usable place for tokens: \"" + c.parameter("realm") + "\"");
    }
    if (realm.getHost() == null
        || !("https".equals(realm.getScheme()) || (insecure && "http".equals(realm.getScheme())))) {
      throw new RegistryException(
          "", "the registry names no usable place for tokens: \"" + realm + "\"");
    }
    var scope = repository.isEmpty() ? "" : "repository:" + repository + ":pull";
    var identity = credentials.map(Credentials::identityToken).filter(t -> !t.isEmpty());
    HttpRequest request;
    if (identity.isPresent()) {
      var form =
          List.of(
              "grant_type=refresh_token",
              "service=" + encode(c.parameter("service")),
              "client_id=portlayer",
              "scope=" + encode(scope),
              "refresh_token=" + encode(identity.get()));
      request =
          HttpRequest.newBuilder(realm)
              .timeout(ANSWER_TIMEOUT)
              .header("User-Agent", USER_AGENT)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(String.join("&", form)))
              .build();
    } else {
      var query = new StringBuilder(realm.getRawQuery() == null ? "" : realm.getRawQuery() + "&");
      credentials
          .filter(k -> !k.user().isEmpty())
          .ifPresent(k -> query.append("account=").append(encode(k.user())).append('&'));
      if (!scope.isEmpty()) {
        query.append("scope=").append(encode(scope)).append('&');
      }
      query.append("service=").append(encode(c.parameter("service")));
      var bare = realm.toString().split("[?#]", 2)[0];
      var builder =
          HttpRequest.newBuilder(URI.create(bare + "?" + query))
              .timeout(ANSWER_TIMEOUT)
              .header("User-Agent", USER_AGENT);
      basic().ifPresent(b -> builder.header("Authorization", b));
      request = builder.build();
    }
    return askToken(request);
  }

  private String askToken(HttpRequest request) throws IOException {
    HttpResponse<InputStream> answer;
    try {
      answer = send(client, request);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw Faults.unreachable(request.uri(), e);
    }
    try (var body = answer.body()) {
      var bytes = body.readNBytes(SMALL_BODY_BYTES_MAX);
      if (answer.statusCode() != 200) {
        throw Faults.answered(answer.statusCode(), bytes, request.uri());
      }
      var json = Json.object(bytes, "the token server's answer");
      return Json.text(json, "token")
          .or(() -> Json.text(json, "access_token"))
          .filter(RegistrySession::printable)
          .orElseThrow(
              () ->
                  new RegistryException(
                      "", "authorization server did not include a token in the response"));
    }
  }

  private static boolean printable(String token) {
    return !token.isEmpty() && token.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  private static String encode(String text) {
    return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /// Breaks all transfers off.
  @Override
  public void close() {
    client.shutdownNow();
  }
}
