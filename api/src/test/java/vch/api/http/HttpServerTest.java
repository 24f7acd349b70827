package vch.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HttpServerTest {
  @TempDir Path dir;
  private HttpServer server = new HttpServer();

  /// From now on the server has little patience. Tests of other things use one that has more than a
  /// busy machine needs.
  private void hasty() {
    server.close();
    server = new HttpServer(Duration.ofMillis(300));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Path socket() {
    return dir.resolve("d.sock");
  }

  private static void text(Exchange x, String text) throws IOException {
    x.respond(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void answers_and_keeps_the_connection() throws Exception {
    server.listen(socket(), x -> text(x, x.method() + " " + x.path() + " " + x.query().text("a")));
    try (var wire = Wire.unix(socket())) {
      wire.send("GET /x%2Fy+z?a=1%202 HTTP/1.1\r\nHost: %2Fvar%2Frun%2Fdocker.sock\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 200 ").contains("Content-Length: 14\r\n");
      assertThat(new String(wire.in().readNBytes(14), StandardCharsets.UTF_8))
          .isEqualTo("GET /x/y+z 1 2");
      wire.send("POST / HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
      assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
      assertThat(wire.rest()).isEqualTo("POST / ");
    }
  }

  @Test
  void the_socket_is_for_owner_and_group() throws Exception {
    server.listen(socket(), x -> x.respond(204));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
        .isEqualTo("rw-rw----");
  }

  @Test
  void a_stale_socket_is_replaced_a_used_one_is_not() throws Exception {
    try (var stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stale.bind(UnixDomainSocketAddress.of(socket()));
    }
    try (var first = server.listen(socket(), x -> x.respond(204))) {
      assertThatThrownBy(() -> server.listen(socket(), x -> x.respond(204)))
          .hasMessage("cannot listen on " + socket() + ": another process listens there");
      try (var wire = Wire.unix(socket())) {
        assertThat(wire.send("GET / HTTP/1.1\r\nHost: d\r\n\r\n").head())
            .startsWith("HTTP/1.1 204 ");
      }
    }
    assertThat(socket()).doesNotExist();
    Files.writeString(socket(), "precious");
    assertThatThrownBy(() -> server.listen(socket(), x -> x.respond(204)))
        .hasMessageContaining("it is no socket");
    assertThat(socket()).hasContent("precious");
  }

  @Test
  void a_hijack_with_upgrade_gives_a_raw_pipe_with_half_close() throws Exception {
    server.listen(socket(), HttpServerTest::echoAfterEnd);
    try (var wire = Wire.unix(socket())) {
      wire.send(
          "POST /a HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}early ");
      assertThat(wire.head())
          .startsWith("HTTP/1.1 101 UPGRADED\r\n")
          .contains(
              "Connection: Upgrade\r\n",
              "Upgrade: tcp\r\n",
              "Content-Type: application/vnd.docker.raw-stream\r\n")
          .doesNotContain("Content-Length", "Transfer-Encoding");
      assertThat(wire.line()).isEqualTo("ready\n");
      wire.send("late").shutdownOutput();
      assertThat(wire.rest()).isEqualTo("got early late\n");
    }
  }

  @Test
  void a_hijack_without_upgrade_is_200_without_length() throws Exception {
    server.listen(socket(), HttpServerTest::echoAfterEnd);
    try (var wire = Wire.unix(socket())) {
      wire.send("POST /a HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\nearly ");
      assertThat(wire.head())
          .startsWith("HTTP/1.1 200 ")
          .contains("Content-Type: application/vnd.docker.raw-stream\r\n")
          .doesNotContain("Content-Length", "Transfer-Encoding", "Upgrade");
      assertThat(wire.line()).isEqualTo("ready\n");
      wire.send("late").shutdownOutput();
      assertThat(wire.rest()).isEqualTo("got early late\n");
    }
  }

  /// Says `ready`, reads to the end, then says what it read.
  static void echoAfterEnd(Exchange x) throws IOException {
    x.body(100);
    try (var pipe = x.hijack("application/vnd.docker.raw-stream")) {
      pipe.output().write("ready\n".getBytes(StandardCharsets.UTF_8));
      var got = new String(pipe.input().readAllBytes(), StandardCharsets.UTF_8);
      pipe.output().write(("got " + got + "\n").getBytes(StandardCharsets.UTF_8));
      pipe.shutdownOutput();
    }
  }

  @Test
  void a_stream_sends_headers_and_pieces_at_once_and_outlives_the_idle_time() throws Exception {
    hasty();
    var go = new CountDownLatch(1);
    server.listen(
        socket(),
        x -> {
          var out = x.stream(200, "application/json", () -> {});
          go.await();
          out.write("{}\n".getBytes(StandardCharsets.UTF_8));
        });
    try (var wire = Wire.unix(socket())) {
      wire.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
      assertThat(wire.head())
          .startsWith("HTTP/1.1 200 ")
          .contains("Transfer-Encoding: chunked\r\n");
      Thread.sleep(700); // twice the idle time of this server
      go.countDown();
      assertThat(wire.rest()).isEqualTo("3\r\n{}\n\r\n0\r\n\r\n");
    }
  }

  @Test
  void a_stream_tells_when_the_client_has_gone() throws Exception {
    var gone = new CountDownLatch(1);
    server.listen(
        socket(),
        x -> {
          x.stream(200, "application/json", gone::countDown);
          gone.await();
        });
    try (var wire = Wire.unix(socket())) {
      wire.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n").head();
    }
    gone.await();
  }

  @Test
  void a_body_that_stops_is_408_and_one_that_ends_early_400() throws Exception {
    hasty();
    server.listen(socket(), x -> text(x, "read " + x.body(1000).length));
    try (var wire = Wire.unix(socket())) {
      wire.send("POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 10\r\n\r\nhalf");
      assertThat(wire.head()).startsWith("HTTP/1.1 408 ");
      assertThat(wire.rest()).contains("{\"message\":\"the request body stopped arriving");
    }
    try (var wire = Wire.unix(socket())) {
      wire.send("POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 10\r\n\r\nhalf").shutdownOutput();
      assertThat(wire.head()).startsWith("HTTP/1.1 400 ");
      assertThat(wire.rest())
          .contains("{\"message\":\"the request body ended before it was complete\"}");
    }
  }

  @Test
  void a_connection_may_rest_between_requests() throws Exception {
    hasty();
    server.listen(socket(), x -> x.respond(204));
    try (var wire = Wire.unix(socket())) {
      assertThat(wire.send("GET / HTTP/1.1\r\nHost: d\r\n\r\n").head()).startsWith("HTTP/1.1 204 ");
      Thread.sleep(700);
      assertThat(wire.send("GET / HTTP/1.1\r\nHost: d\r\n\r\n").head()).startsWith("HTTP/1.1 204 ");
      assertThat(wire.send("GET / HTTP/1.1\r\n").head()).doesNotContain(" 204 ", " 500 ");
    }
  }

  @Test
  void a_handler_may_take_longer_than_the_idle_time() throws Exception {
    hasty();
    server.listen(
        socket(),
        x -> {
          Thread.sleep(700);
          text(x, "slow");
        });
    assertThat(answer("GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n")).endsWith("slow");
  }

  @Test
  void half_a_head_is_cut_off() throws Exception {
    hasty();
    server.listen(socket(), x -> x.respond(204));
    try (var wire = Wire.unix(socket())) {
      wire.send("GET / HTTP/1.1\r\nHos");
      assertThat(wire.head()).doesNotContain(" 500 ");
    }
  }

  @Test
  void what_is_too_large_or_no_http_is_refused_with_a_sentence() throws Exception {
    server.listen(socket(), x -> text(x, "read " + x.body(1000).length));
    assertThat(answer("POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 2000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains(
            "{\"message\":\"the request body is larger than 1000 bytes, the most accepted here\"}");
    assertThat(
            answer(
                "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"
                    + "x".repeat(2000)
                    + "\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(answer("GET / HTTP/1.1\r\nHost: d\r\nX: " + "x".repeat(40_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("{\"message\":\"the request's headers are larger than 32768 bytes\"}");
    assertThat(answer("GET /" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: d\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ");
    assertThat(answer("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("{\"message\":");
    assertThat(answer("GET /%zz HTTP/1.1\r\nHost: d\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("{\"message\":");
    assertThat(answer("GET /?a=%zz HTTP/1.1\r\nHost: d\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("{\"message\":");
    assertThat(
            answer(
                "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(answer("GET / HTTP/1.1\r\nHost: \"}d\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains(
            "{\"message\":\"this is not a valid HTTP/1.1 request: the header Host cannot be read\"}");
  }

  @Test
  void a_request_for_a_web_socket_that_is_none_is_400() throws Exception {
    server.listen(socket(), Exchange::websocket);
    var upgrade =
        " HTTP/1.1\r\nHost: d\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    assertThat(answer("GET /" + upgrade + "\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("{\"message\":\"this is no request for a web socket: ");
    assertThat(
            answer("GET /?a|b" + upgrade + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("{\"message\":\"this is no request for a web socket: ");
  }

  @Test
  void a_failing_handler_is_500_with_a_sentence_before_the_answer_and_cut_after() throws Exception {
    server.listen(
        socket(),
        x -> {
          if (x.path().equals("/late")) {
            x.stream(200, "text/plain", () -> {}).write('x');
          }
          throw new IllegalStateException("something broke");
        });
    assertThat(answer("GET / HTTP/1.1\r\nHost: d\r\n\r\n"))
        .startsWith("HTTP/1.1 500 ")
        .contains("{\"message\":\"something broke\"}");
    assertThat(answer("GET /late HTTP/1.1\r\nHost: d\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .doesNotEndWith("0\r\n\r\n");
  }

  private String answer(String request) throws IOException {
    try (var wire = Wire.unix(socket())) {
      return wire.send(request.replace("Host: d\r\n", "Host: d\r\nConnection: close\r\n")).head()
          + wire.rest();
    }
  }
}
