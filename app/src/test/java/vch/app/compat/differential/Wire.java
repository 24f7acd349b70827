package vch.app.compat.differential;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// HTTP/1.1 over a Unix socket, one connection per call, as plain as can be: a client that smooths
/// things over would hide what is compared.
record Wire(Path socket) {
  /// An answer that takes longer is a failure, seconds.
  private static final int SECONDS_MAX = 40;

  /// Sends a call and reads the whole answer.
  Answer call(String method, String path, Map<String, String> headers, byte[] body, boolean raw) {
    var done = new CompletableFuture<Answer>();
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  send(channel, method, path, headers, body);
                  done.complete(read(Channels.newInputStream(channel), method, raw));
                } catch (IOException | RuntimeException e) {
                  done.completeExceptionally(e);
                }
              });
      return done.get(SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          socket + ": no answer within " + SECONDS_MAX + " s to " + method + " " + path, e);
    } catch (IOException | InterruptedException | ExecutionException e) {
      throw new IllegalStateException(socket + ": " + method + " " + path + ": " + e, e);
    }
  }

  Answer get(String path) {
    return call("GET", path, Map.of(), new byte[0], false);
  }

  /// Opens a stream of lines that goes on until the channel is closed.
  SocketChannel follow(String path) {
    try {
      var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      send(channel, "GET", path, Map.of(), new byte[0]);
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(socket + ": GET " + path, e);
    }
  }

  private static void send(
      SocketChannel channel, String method, String path, Map<String, String> headers, byte[] body)
      throws IOException {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: docker\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (!headers.containsKey("Connection")) {
      head.append("Connection: close\r\n");
    }
    if (body.length > 0 || method.equals("POST") || method.equals("PUT")) {
      head.append("Content-Length: " + body.length + "\r\n");
    }
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(body);
    var buffer = ByteBuffer.wrap(bytes.toByteArray());
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static Answer read(InputStream in, String method, boolean raw) throws IOException {
    int status = status(line(in));
    var headers = headers(in);
    if (status == 100) {
      status = status(line(in));
      headers = headers(in);
    }
    boolean without = method.equals("HEAD") || status == 204 || status == 304;
    var length = headers.get("content-length");
    byte[] body;
    if (without) {
      body = new byte[0];
    } else if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
      body = chunks(in);
    } else if (length != null) {
      body = in.readNBytes(Integer.parseInt(length));
    } else {
      body = raw || status == 200 ? rest(in) : new byte[0];
    }
    return new Answer(status, headers, body);
  }

  private static int status(String line) throws IOException {
    var words = line.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.")) {
      throw new IOException("no status line: " + line);
    }
    return Integer.parseInt(words[1]);
  }

  private static Map<String, String> headers(InputStream in) throws IOException {
    var out = new TreeMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      out.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return out;
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
      if (size == 0) {
        line(in);
        return out.toByteArray();
      }
      out.writeBytes(in.readNBytes(size));
      line(in);
    }
  }

  private static byte[] rest(InputStream in) {
    var out = new ByteArrayOutputStream();
    try {
      in.transferTo(out);
    } catch (IOException _) { // the other side ended the connection its own way
      return out.toByteArray();
    }
    return out.toByteArray();
  }

  private static String line(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended after '" + out + "'");
      }
      if (b != '\r') {
        out.write(b);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
