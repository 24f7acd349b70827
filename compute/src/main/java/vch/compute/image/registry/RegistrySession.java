package vch.compute.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import vch.engine.compute.Images.Credentials;

/// One caller's conversation with one registry about one repository. Tokens live here and die here:
/// what one VCH may see, another does not get to see because it asks later. Thread safe.
final class RegistrySession implements AutoCloseable {
  /// Body of an error.
  static final int SMALL_BODY_BYTES_MAX = 1024 * 1024;

  private static final int REDIRECTS_MAX = 5;

  private final Wire wire;
  private final URI base;
  private final String repository;
  private final boolean insecure;
  private final Tokens tokens;

  private RegistrySession(Wire wire, URI base, String repository, boolean insecure, Tokens tokens) {
    this.wire = wire;
    this.base = base;
    this.repository = repository;
    this.insecure = insecure;
    this.tokens = tokens;
  }

  /// What the conversation is about.
  ///
  /// @param registry `host` or `host:port`
  /// @param repository path, `library/busybox`; empty: none
  /// @param actions `pull`, or `push,pull`
  /// @param insecure TLS is not verified; without TLS when there is none
  record Subject(
      String registry,
      String repository,
      String actions,
      boolean insecure,
      Optional<Credentials> credentials) {}

  /// Finds out how the registry is reached and what it wants to be shown.
  ///
  /// @throws RegistryException it cannot be reached, in Docker's words
  static RegistrySession open(Subject subject, Trust trust, Dialer dialer) throws IOException {
    var registry = subject.registry();
    var host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
    var https = URI.create("https://" + host);
    try {
      return open(https, trust.speaking(registry, !subject.insecure()), subject, dialer);
    } catch (ProbeException e) {
      boolean tryPlain =
          subject.insecure()
              && (Faults.noTls(e.cause)
                  || e.cause instanceof java.net.ConnectException
                  || isEof(e.cause));
      if (!tryPlain) {
        throw Faults.unreachable("Get", https.resolve("/v2/"), e.cause);
      }
    }
    var http = URI.create("http://" + host);
    try {
      return open(http, trust.speaking(registry, false), subject, dialer);
    } catch (ProbeException e) {
      throw Faults.unreachable("Get", http.resolve("/v2/"), e.cause);
    }
  }

  private static boolean isEof(IOException e) {
    var said = e.getMessage();
    return e instanceof java.io.EOFException
        || e instanceof java.nio.channels.ClosedChannelException
        || (said != null
            && (said.contains("EOF") || said.contains("closed") || said.contains("reset")));
  }

  private static RegistrySession open(URI base, SSLContext tls, Subject subject, Dialer dialer)
      throws IOException {
    var wire = Wire.open(tls, dialer);
    try {
      var probe = base.resolve("/v2/");
      Wire.Answer answer;
      try {
        answer = wire.send("GET", probe, Map.of());
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        throw new ProbeException(e);
      }
      try (answer) {
        if (answer.status() != 200 && answer.status() != 401) {
          throw Faults.answered("Get", answer.status(), answer.body(SMALL_BODY_BYTES_MAX), probe);
        }
      }
      var tokens = new Tokens(wire, base, subject);
      tokens.challenged(answer);
      return new RegistrySession(wire, base, subject.repository(), subject.insecure(), tokens);
    } catch (IOException | RuntimeException e) {
      wire.close();
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

  /// An answer with status 200 or 206. Closing it ends the transfer.
  ///
  /// @param link the header of that name
  record Answer(
      int status, String contentType, long length, Optional<String> link, InputStream body)
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

  /// @param path below the repository
  Answer list(String path) throws IOException {
    return get(path, "application/json", 0);
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
    try (var answer = follow("GET", uri, Map.of(), tokens.authorization(true, ""))) {
      if (answer.status() != 200) {
        throw Faults.answered("Get", answer.status(), answer.body(SMALL_BODY_BYTES_MAX), uri);
      }
    }
  }

  private Answer get(String path, String accept, long from) throws IOException {
    var headers = new LinkedHashMap<>(Map.of("Accept", accept));
    if (from > 0) {
      headers.put("Range", "bytes=" + from + "-");
    }
    var uri = URI.create(base + "/v2/" + repository + path);
    var answer = ask("GET", uri, headers);
    if (answer.status() != 200 && answer.status() != 206) {
      throw refused("Get", uri, answer);
    }
    return new Answer(
        answer.status(),
        answer.header("Content-Type").orElse(""),
        answer.headers().getLongField("Content-Length"),
        answer.header("Link"),
        answer.body());
  }

  /// Whether the repository has a blob.
  boolean has(String digest) throws IOException {
    var uri = URI.create(base + "/v2/" + repository + "/blobs/" + digest);
    try (var answer = ask("HEAD", uri, Map.of())) {
      return switch (answer.status()) {
        case 200 -> true;
        case 404 -> false;
        default -> throw refused("Head", uri, answer);
      };
    }
  }

  /// Begins an upload.
  ///
  /// @param mount a digest and the repository of this registry that may have it
  /// @return where to send the content to; empty when the registry has mounted it
  Optional<URI> upload(Optional<Mount> mount) throws IOException {
    var uri =
        URI.create(
            base
                + "/v2/"
                + repository
                + "/blobs/uploads/"
                + mount
                    .map(m -> "?mount=" + m.digest() + "&from=" + Tokens.encode(m.repository()))
                    .orElse(""));
    var from = mount.map(Mount::repository).orElse("");
    var answer = once("POST", uri, from, false);
    if (answer.status() == 401) {
      answer = anew("POST", uri, from, answer);
    }
    try (var a = answer) {
      if (a.status() == 201 && mount.isPresent()) {
        return Optional.empty();
      }
      if (a.status() != 202) {
        throw refused("Post", uri, a);
      }
      return Optional.of(location(uri, a));
    }
  }

  /// A blob of another repository.
  record Mount(String digest, String repository) {}

  private Wire.Answer once(String method, URI uri, String from, boolean again) throws IOException {
    var headers = new LinkedHashMap<>(Map.of("Content-Length", "0"));
    tokens.authorization(again, from).ifPresent(a -> headers.put("Authorization", a));
    return send(method, uri, headers, Optional.empty());
  }

  private Wire.Answer anew(String method, URI uri, String from, Wire.Answer refused)
      throws IOException {
    tokens.challenged(refused);
    refused.close();
    return once(method, uri, from, true);
  }

  /// Sends a part of an upload.
  ///
  /// @return where the rest goes
  URI send(URI upload, Wire.Content content) throws IOException {
    try (var answer = put("PATCH", upload, Map.of(), Optional.of(content))) {
      if (answer.status() / 100 != 2) {
        throw refused("Patch", upload, answer);
      }
      return location(upload, answer);
    }
  }

  /// Ends an upload.
  void finish(URI upload, String digest) throws IOException {
    var uri = URI.create(upload + (upload.getRawQuery() == null ? "?" : "&") + "digest=" + digest);
    try (var answer = put("PUT", uri, Map.of("Content-Length", "0"), Optional.empty())) {
      if (answer.status() / 100 != 2) {
        throw refused("Put", uri, answer);
      }
    }
  }

  /// Puts a manifest under a tag.
  void putManifest(String tag, Wire.Content manifest) throws IOException {
    var uri = URI.create(base + "/v2/" + repository + "/manifests/" + tag);
    try (var answer = put("PUT", uri, Map.of(), Optional.of(manifest))) {
      if (answer.status() / 100 != 2) {
        throw refused("Put", uri, answer);
      }
    }
  }

  /// Content can be sent once only, so there is no second attempt with another token.
  private Wire.Answer put(
      String method, URI uri, Map<String, String> headers, Optional<Wire.Content> content)
      throws IOException {
    var all = new LinkedHashMap<>(headers);
    if (sameOrigin(uri, base)) {
      tokens.authorization(false, "").ifPresent(a -> all.put("Authorization", a));
    }
    return send(method, uri, all, content);
  }

  private URI location(URI from, Wire.Answer answer) throws RegistryException {
    return target(
        from,
        answer
            .header("Location")
            .orElseThrow(
                () ->
                    new RegistryException(
                        "", "the registry does not say where the upload to " + from + " goes")));
  }

  private static RegistryException refused(String verb, URI uri, Wire.Answer answer)
      throws IOException {
    try (answer) {
      if (answer.status() == 401
          && Tokens.challenge(answer)
              .filter(c -> c.parameter("error").equals("insufficient_scope"))
              .isPresent()) { // RFC 6750 section 3.1: known, but may not
        return Faults.answered(verb, 403, new byte[0], uri);
      }
      return Faults.answered(verb, answer.status(), answer.body(SMALL_BODY_BYTES_MAX), uri);
    }
  }

  private Wire.Answer ask(String method, URI uri, Map<String, String> headers) throws IOException {
    var answer = follow(method, uri, headers, tokens.authorization(false, ""));
    if (answer.status() == 401) {
      tokens.challenged(answer);
      answer.close();
      answer = follow(method, uri, headers, tokens.authorization(true, ""));
    }
    return answer;
  }

  /// Follows redirects by hand: the authorization stays with the registry.
  private Wire.Answer follow(
      String method, URI uri, Map<String, String> headers, Optional<String> authorization)
      throws IOException {
    var at = uri;
    for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
      var all = new LinkedHashMap<>(headers);
      if (sameOrigin(at, base)) {
        authorization.ifPresent(a -> all.put("Authorization", a));
      }
      var answer = send(method, at, all, Optional.empty());
      var location = answer.header("Location");
      if (answer.status() / 100 != 3 || location.isEmpty()) {
        return answer;
      }
      answer.close();
      at = target(at, location.get());
    }
    throw new RegistryException(
        "", "Get \"" + uri + "\": stopped after " + REDIRECTS_MAX + " redirects");
  }

  private Wire.Answer send(
      String method, URI uri, Map<String, String> headers, Optional<Wire.Content> content)
      throws IOException {
    try {
      return wire.send(method, uri, headers, content);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      if (content.isPresent()) {
        throw e; // to be tried again from the beginning
      }
      throw Faults.unreachable(Faults.verb(method), uri, e);
    }
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

  /// Breaks all transfers off.
  @Override
  public void close() {
    wire.close();
  }
}
