package vch.kernel.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;

@Timeout(60)
class UdpBatchTest {
  private static final int PATIENCE_MILLIS = 20_000;

  private final UdpSocket server = UdpSocket.bind(0, 1 << 16);
  private final List<DatagramSocket> clients = new ArrayList<>();

  @AfterEach
  void close() {
    clients.forEach(DatagramSocket::close);
    server.close();
  }

  private DatagramSocket client(String address) throws IOException {
    var socket = new DatagramSocket(new InetSocketAddress(address, 0));
    socket.setSoTimeout(PATIENCE_MILLIS);
    clients.add(socket);
    return socket;
  }

  private void send(DatagramSocket from, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var to = new InetSocketAddress(from.getLocalAddress(), server.port());
    from.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static String receive(DatagramSocket at) throws IOException {
    var packet = new DatagramPacket(new byte[100], 100);
    at.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }

  private static String text(UdpBatch batch, int at) {
    var bytes = new byte[8];
    batch.copy(at, bytes);
    return new String(bytes, 0, batch.length(at), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void what_has_come_is_taken_together_and_each_is_answered_to_who_sent_it() throws IOException {
    var one = client("127.0.0.1");
    var two = client("127.0.0.2");
    try (var batch = new UdpBatch(server, 4, 8)) {
      for (int round = 0; round < 3; round++) {
        send(one, "a");
        send(two, "bcd");
        send(two, "quiet");
        send(one, "too long by far");
        send(two, "next");
        assertThat(batch.receive()).isEqualTo(4);
        assertThat(List.of(text(batch, 0), text(batch, 1), text(batch, 2), text(batch, 3)))
            .containsExactly("a", "bcd", "quiet", "too long");
        assertThat(batch.sender(1))
            .isEqualTo(new UdpPeer(0, UdpPeer.MAPPED | 0x7f00_0002L, two.getLocalPort(), 0));
        batch.answer(0, bytes("A"));
        batch.answer(1, bytes("B"));
        batch.answer(3, bytes("much"));
        assertThat(batch.send()).isZero();
        assertThat(receive(one)).isEqualTo("A");
        assertThat(receive(two)).isEqualTo("B");
        assertThat(receive(one)).isEqualTo("much");
        assertThat(batch.receive()).as("as many as there are").isEqualTo(1);
        assertThat(text(batch, 0)).isEqualTo("next");
        assertThat(batch.send()).as("nothing was answered").isZero();
      }
    }
  }

  @Test
  void answers_over_ipv6_too() throws IOException {
    var six = client("::1");
    try (var batch = new UdpBatch(server, 4, 8)) {
      send(six, "a");
      assertThat(batch.receive()).isEqualTo(1);
      var sender = batch.sender(0);
      assertThat(sender).isEqualTo(new UdpPeer(0, 1, six.getLocalPort(), 0));
      assertThat(sender.isIpv4()).isFalse();
      batch.answer(0, bytes("A"));
      batch.send();
      assertThat(receive(six)).isEqualTo("A");
      server.send(sender, bytes("later"));
      assertThat(receive(six)).isEqualTo("later");
    }
  }

  @Test
  void an_answer_that_cannot_be_sent_does_not_hold_back_the_others() throws IOException {
    var one = client("127.0.0.1");
    try (var batch = new UdpBatch(server, 4, 70_000)) {
      send(one, "a");
      send(one, "b");
      assertThat(batch.receive()).isEqualTo(2);
      batch.answer(0, new byte[66_000]); // longer than UDP takes
      batch.answer(1, bytes("B"));
      assertThat(batch.send()).isEqualTo(1);
      assertThat(receive(one)).isEqualTo("B");
    }
  }

  @Test
  void an_answer_must_fit_and_be_to_something() throws IOException {
    var one = client("127.0.0.1");
    try (var batch = new UdpBatch(server, 4, 8)) {
      send(one, "a");
      batch.receive();
      assertThatThrownBy(() -> batch.answer(0, new byte[9]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> batch.answer(1, new byte[1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void sends_to_who_sent_before() throws IOException {
    var one = client("127.0.0.1");
    try (var batch = new UdpBatch(server, 4, 8)) {
      send(one, "a");
      batch.receive();
      server.send(batch.sender(0), bytes("later"));
      assertThat(receive(one)).isEqualTo("later");
    }
  }

  @Test
  void closing_ends_waiting_and_frees_the_port() throws Exception {
    int port = server.port();
    var waiting =
        new FutureTask<>(
            () -> {
              try (var batch = new UdpBatch(server, 4, 8)) {
                return batch.receive() + batch.receive();
              }
            });
    var thread = Thread.ofPlatform().start(waiting);
    assertThatThrownBy(() -> UdpSocket.bind(port, 1 << 16))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.is(Errno.EADDRINUSE)).isTrue());
    server.close();
    UdpSocket.bind(port, 1 << 16).close();
    assertThat(waiting.get()).isZero();
    thread.join();
    server.close();
    assertThat(server.port()).isEqualTo(port);
    assertThatThrownBy(() -> server.send(new UdpPeer(0, 1, 53, 0), new byte[1]))
        .isInstanceOfSatisfying(KernelException.class, e -> assertThat(e.is(Errno.EBADF)).isTrue());
  }
}
