package vch.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TlsTest {
  @TempDir static Path dir;
  private static TestKeys keys;
  private static HttpServer server;

  @BeforeAll
  static void open() throws Exception {
    keys = new TestKeys(dir);
    server = new HttpServer();
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static int listen(Optional<Tls> tls, HttpHandler handler) throws IOException {
    var channel =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    server.listen(channel, tls, handler);
    return port;
  }

  private static Wire tls(int port, SSLContext context, String protocol) throws IOException {
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return new Wire(
        socket.getInputStream(), socket.getOutputStream(), socket::shutdownOutput, socket::close);
  }

  @Test
  void plain_tcp_on_an_opened_channel_answers() throws Exception {
    int port = listen(Optional.empty(), HttpServerTest::echoAfterEnd);
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try (var wire =
        new Wire(
            socket.getInputStream(),
            socket.getOutputStream(),
            socket::shutdownOutput,
            socket::close)) {
      wire.send(
          "POST /a HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\nearly");
      assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
      assertThat(wire.line()).isEqualTo("ready\n");
      assertThat(wire.shutdownOutput().rest()).isEqualTo("got early\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void a_client_with_a_certificate_is_answered(String protocol) throws Exception {
    int port =
        listen(
            Optional.of(new Tls(keys.serverContext(), true)),
            x -> x.respond(200, "text/plain", "OK".getBytes(StandardCharsets.UTF_8)));
    try (var wire = tls(port, keys.clientContext(), protocol)) {
      wire.send("GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
      assertThat(wire.rest()).isEqualTo("OK");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void a_client_without_a_certificate_is_turned_away_where_one_is_needed(String protocol)
      throws Exception {
    int port = listen(Optional.of(new Tls(keys.serverContext(), true)), x -> x.respond(204));
    assertThatThrownBy(
            () -> {
              try (var wire = tls(port, keys.strangerContext(), protocol)) {
                var head = wire.send("GET / HTTP/1.1\r\nHost: d\r\n\r\n").head();
                throw new IOException("answered '" + head + "'");
              }
            })
        .isInstanceOf(IOException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("HTTP/1.1"));
    int open = listen(Optional.of(new Tls(keys.serverContext(), false)), x -> x.respond(204));
    try (var wire = tls(open, keys.strangerContext(), protocol)) {
      assertThat(wire.send("GET / HTTP/1.1\r\nHost: d\r\n\r\n").head()).startsWith("HTTP/1.1 204 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Upgrade: tcp\r\nConnection: Upgrade\r\n", ""})
  void a_hijack_over_tls_13_has_half_close_and_early_bytes(String upgrade) throws Exception {
    int port =
        listen(Optional.of(new Tls(keys.serverContext(), true)), HttpServerTest::echoAfterEnd);
    try (var wire = tls(port, keys.clientContext(), "TLSv1.3")) {
      wire.send("POST /a HTTP/1.1\r\nHost: d\r\n" + upgrade + "Content-Length: 2\r\n\r\n{}early ");
      assertThat(wire.head())
          .startsWith(upgrade.isEmpty() ? "HTTP/1.1 200 " : "HTTP/1.1 101 ")
          .doesNotContain("Content-Length");
      assertThat(wire.line()).isEqualTo("ready\n");
      wire.send("late").shutdownOutput();
      assertThat(wire.rest()).isEqualTo("got early late\n");
    }
  }

  @Test
  void a_hijack_over_tls_12_carries_much_both_ways() throws Exception {
    int port =
        listen(
            Optional.of(new Tls(keys.serverContext(), true)),
            x -> {
              try (var pipe = x.hijack("application/vnd.docker.raw-stream")) {
                var writer = Thread.ofVirtual().start(() -> write(pipe));
                var got = pipe.input().readNBytes(5_000_000);
                writer.join();
                pipe.output().write(("got " + got.length + "\n").getBytes(StandardCharsets.UTF_8));
              }
            });
    try (var wire = tls(port, keys.clientContext(), "TLSv1.2")) {
      wire.send(
          "POST /a HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
      var sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      wire.send(new byte[5_000_000]);
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      assertThat(wire.in().readNBytes(5_000_000)).hasSize(5_000_000);
      assertThat(wire.line()).isEqualTo("got 5000000\n");
      sender.join();
    }
  }

  private static void write(Duplex pipe) {
    try {
      pipe.output().write(new byte[5_000_000]);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void a_stream_over_tls_tells_when_the_client_has_gone() throws Exception {
    var gone = new CountDownLatch(1);
    int port =
        listen(
            Optional.of(new Tls(keys.serverContext(), true)),
            x -> {
              x.stream(200, "application/json", gone::countDown);
              gone.await();
            });
    try (var wire = tls(port, keys.clientContext(), "TLSv1.3")) {
      wire.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n").head();
    }
    gone.await();
  }
}
