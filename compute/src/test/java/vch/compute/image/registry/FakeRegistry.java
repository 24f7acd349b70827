package vch.compute.image.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import vch.compute.image.Digest;

/// A registry on a loopback port that answers what a test wants, also what no registry should.
final class FakeRegistry implements AutoCloseable {
  private final ServerSocket server;
  final Map<String, Function<Request, Answer>> routes = new ConcurrentHashMap<>();
  final List<Request> requests = new CopyOnWriteArrayList<>();

  record Request(String method, String path, Map<String, String> headers, String body) {
    Request(String method, String path, Map<String, String> headers) {
      this(method, path, headers, "");
    }

    /// What was sent, byte by byte.
    byte[] bytes() {
      return body.getBytes(StandardCharsets.ISO_8859_1);
    }

    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
    }
  }

  /// @param sent how many bytes of the body are really sent
  @SuppressWarnings("ArrayRecordComponent")
  record Answer(int status, Map<String, String> headers, byte[] body, int sent) {
    static Answer of(int status, byte[] body) {
      return new Answer(status, Map.of(), body, body.length);
    }

    static Answer of(int status, String body) {
      return of(status, body.getBytes(StandardCharsets.UTF_8));
    }

    Answer with(String name, String value) {
      var more = new LinkedHashMap<>(headers);
      more.put(name, value);
      return new Answer(status, more, body, sent);
    }

    Answer cut(int bytes) {
      return new Answer(status, headers, body, bytes);
    }
  }

  FakeRegistry() {
    try {
      server = new ServerSocket(0, 64, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    routes.put("/v2/", _ -> Answer.of(200, "{}"));
    Thread.ofVirtual().start(this::serve);
  }

  String host() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  Function<Request, Answer> route(String path) {
    return java.util.Objects.requireNonNull(routes.get(path), path);
  }

  /// Puts a manifest or blob under its digest.
  Digest put(String repository, String kind, String type, byte[] content) {
    var digest = Digest.of(content);
    routes.put(
        "/v2/" + repository + "/" + kind + "/" + digest,
        _ -> Answer.of(200, content).with("Content-Type", type));
    return digest;
  }

  /// Puts a whole image and returns the manifest.
  byte[] image(String repository, String tag, Digest config, int configSize, byte[]... layers) {
    var list = new StringBuilder();
    for (var layer : layers) {
      var digest = put(repository, "blobs", "application/octet-stream", layer);
      list.append(list.isEmpty() ? "" : ",")
          .append("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"")
          .append(digest)
          .append("\",\"size\":")
          .append(layer.length)
          .append('}');
    }
    var manifest =
        ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":"
                + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
                + config
                + "\",\"size\":"
                + configSize
                + "},\"layers\":["
                + list
                + "]}")
            .getBytes(StandardCharsets.UTF_8);
    put(repository, "manifests", "application/vnd.oci.image.manifest.v1+json", manifest);
    routes.put(
        "/v2/" + repository + "/manifests/" + tag,
        _ ->
            Answer.of(200, manifest)
                .with("Content-Type", "application/vnd.oci.image.manifest.v1+json"));
    return manifest;
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        var socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      while (true) {
        var line = in.readLine();
        if (line == null) {
          return;
        }
        if (!line.endsWith(" HTTP/1.1")) { // TLS, most likely
          socket
              .getOutputStream()
              .write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
          return;
        }
        var parts = line.split(" ", -1);
        var headers = new LinkedHashMap<String, String>();
        for (var h = in.readLine(); h != null && !h.isEmpty(); h = in.readLine()) {
          headers.put(
              h.substring(0, h.indexOf(':')).toLowerCase(java.util.Locale.ROOT),
              h.substring(h.indexOf(':') + 1).strip());
        }
        var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        var body = new char[length];
        for (int n = 0; n < length; ) {
          int read = in.read(body, n, length - n);
          if (read < 0) {
            return;
          }
          n += read;
        }
        var request = new Request(parts[0], parts[1], headers, new String(body));
        requests.add(request);
        var route = routes.get(parts[1].split("\\?", 2)[0]);
        var answer =
            route == null
                ? Answer.of(
                    404,
                    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}")
                : route.apply(request);
        if (!write(socket.getOutputStream(), answer, parts[0].equals("HEAD"))) {
          return;
        }
      }
    } catch (IOException e) {
      // the client went away, as some tests want
    } catch (Hangup e) {
      // the registry goes away, as some tests want
    }
  }

  /// Thrown by a route: the connection ends without an answer.
  static final class Hangup extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Hangup() {
      super("no answer");
    }
  }

  private static boolean write(OutputStream out, Answer answer, boolean head) throws IOException {
    var lines =
        new StringBuilder(
            "HTTP/1.1 "
                + answer.status()
                + " X\r\nContent-Length: "
                + answer.body().length
                + "\r\n");
    answer.headers().forEach((k, v) -> lines.append(k).append(": ").append(v).append("\r\n"));
    out.write(lines.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.write(answer.body(), 0, head ? 0 : answer.sent());
    out.flush();
    return head || answer.sent() == answer.body().length;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
