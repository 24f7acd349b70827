package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Queries over connections. A client that waits in a write is not woken by the end of its time, so
/// each test has a thread to leave behind.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DnsOverTcpTest extends ServedTown {
  @Test
  void cuts_a_datagram_and_gives_all_over_tcp() throws IOException {
    town.run("client", "127.1.0.2");
    var addresses = town.many("db", 200);
    var plain = ask("db");
    assertThat(plain.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(plain.numBytes()).isLessThanOrEqualTo(512);
    assertThat(data(plain))
        .hasSizeGreaterThan(20)
        .isSubsetOf(addresses); // for those who never ask over TCP
    var edns = query("db", Type.A);
    edns.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
    var larger = ask("127.1.0.2", edns);
    assertThat(larger.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(larger.numBytes()).isBetween(513, 1232);
    assertThat(larger.getOPT().getPayloadSize()).isEqualTo(1232);
    assertThat(data(overTcp("127.1.0.2", query("db", Type.A)).getFirst()))
        .containsExactlyInAnyOrderElementsOf(addresses);
  }

  @Test
  void several_queries_go_over_one_connection() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3");
    var answers =
        overTcp(
            "127.1.0.2",
            query("web", Type.A),
            query("example.org", Type.A),
            query("web", Type.AAAA));
    assertThat(answers).hasSize(3);
    assertThat(data(answers.get(0))).containsExactly("127.1.0.3");
    assertThat(data(answers.get(1))).containsExactly("9.9.9.9");
    assertThat(data(answers.get(2))).isEmpty();
  }

  @Test
  void connections_beyond_the_limit_are_closed() throws IOException {
    town.run("client", "127.1.0.2");
    for (int i = 0; i < 4; i++) {
      var socket = closing(new Socket());
      socket.bind(new InetSocketAddress("127.1.0.2", 0));
      socket.connect(server());
    }
    assertThatThrownBy(() -> overTcp("127.1.0.2", query("client", Type.A)))
        .isInstanceOf(IOException.class);
    assertThat(data(overTcp("127.1.0.3", query("localhost", Type.A)).getFirst()))
        .containsExactly("127.0.0.1");
  }

  private void serveImpatiently() throws Exception {
    var patience = Duration.ofSeconds(10);
    serve(settings(64, patience, patience, Duration.ofMillis(500)));
    town.run("client", "127.1.0.2");
  }

  /// That others are ended is seen by the client before the server has room again.
  private void hasRoomAgain() throws IOException {
    while (true) {
      try {
        assertThat(data(overTcp("127.1.0.2", query("client", Type.A)).getFirst()))
            .containsExactly("127.1.0.2");
        return;
      } catch (IOException _) {
        Thread.onSpinWait(); // closed at once: not yet
      }
    }
  }

  @Test
  void a_client_that_does_not_read_its_answers_is_ended() throws Exception {
    serveImpatiently();
    town.many("db", 200);
    try (var open = new Connections(server())) {
      for (int i = 0; i < 4; i++) {
        var socket = open.connect("127.1.0.2");
        assertThatThrownBy(
                () -> {
                  while (true) {
                    send(socket, query("db", Type.A));
                  }
                })
            .isInstanceOf(SocketException.class);
      }
      hasRoomAgain();
    }
  }

  @Test
  void a_client_that_is_silent_is_ended() throws Exception {
    serveImpatiently();
    try (var open = new Connections(server())) {
      var sockets = new ArrayList<Socket>();
      for (int i = 0; i < 4; i++) {
        var socket = open.connect("127.1.0.2");
        send(socket, query("client", Type.A));
        assertThat(data(receive(socket))).containsExactly("127.1.0.2");
        sockets.add(socket);
      }
      for (var socket : sockets) {
        assertThatThrownBy(() -> receive(socket)).isInstanceOf(SocketException.class);
      }
      hasRoomAgain();
    }
  }

  @Test
  void a_client_that_sends_its_query_byte_by_byte_is_ended() throws Exception {
    serveImpatiently();
    try (var open = new Connections(server())) {
      var socket = open.connect("127.1.0.2");
      socket.setSoTimeout(10); // between two bytes
      var out = socket.getOutputStream();
      out.write(new byte[] {TcpServer.QUERY_BYTES_MAX >> 8, 0});
      assertThatThrownBy(
              () -> {
                for (int i = 1; i < TcpServer.QUERY_BYTES_MAX; i++) {
                  out.write(0);
                  try {
                    receive(socket);
                  } catch (SocketTimeoutException _) {
                    continue;
                  }
                }
              })
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void a_query_longer_than_any_ends_the_connection() throws IOException {
    try (var open = new Connections(server())) {
      var socket = open.connect("127.1.0.2");
      int length = TcpServer.QUERY_BYTES_MAX + 1;
      socket.getOutputStream().write(new byte[] {(byte) (length >> 8), (byte) length});
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  private List<Message> overTcp(String from, Message... queries) throws IOException {
    try (var socket = new Socket()) {
      socket.bind(new InetSocketAddress(from, 0));
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(server());
      for (var query : queries) {
        send(socket, query);
      }
      var out = new ArrayList<Message>();
      for (var _ : queries) {
        out.add(receive(socket));
      }
      return out;
    }
  }
}
