package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.linux.LinuxDatagrams;
import vch.portlayer.address.Ip;
import vch.portlayer.refusal.Refusal;

/// A town whose name service runs, on real loopback sockets; upstream servers are ours. Every wait
/// ends with an answer, not with a time.
@Timeout(60)
abstract class ServedTown {
  static final Ip FIRST = Ip.parse("127.0.0.51");
  static final Ip SECOND = Ip.parse("127.0.0.52");
  static final int PATIENCE_MILLIS = 20_000;

  @TempDir Path directory;
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  final List<NamespaceName> openedIn = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  Town town = new Town(FIRST, SECOND);
  FakeUpstream first;
  FakeUpstream second;
  DnsService service;

  @BeforeEach
  void begin() throws Exception {
    first =
        patiently(
            () -> {
              var one = new FakeUpstream(FIRST.toString(), 0);
              try {
                second = closing(new FakeUpstream(SECOND.toString(), one.port()));
                return closing(one);
              } catch (IOException e) {
                one.close();
                throw e;
              }
            });
    second.says = _ -> List.of(); // silent unless a test says otherwise
    serve(settings(64, Duration.ofSeconds(10)));
  }

  @AfterEach
  void end() throws Exception {
    for (var it : open.reversed()) {
      it.close();
    }
  }

  DnsSettings settings(int clientForwards, Duration attempt) throws IOException {
    return settings(clientForwards, attempt, attempt);
  }

  DnsSettings settings(int clientForwards, Duration attempt, Duration grace) throws IOException {
    return settings(clientForwards, attempt, grace, Duration.ofSeconds(20));
  }

  DnsSettings settings(int clientForwards, Duration attempt, Duration grace, Duration idle)
      throws IOException {
    return new DnsSettings(
        0,
        0,
        first.port(),
        attempt,
        4,
        grace,
        new DnsSettings.Limits(100, 100, 1, clientForwards),
        1 << 20,
        new DnsSettings.Limits(8, 8, 1, 4),
        idle);
  }

  void serve(DnsSettings settings) throws Exception {
    if (service != null) {
      service.close();
    }
    service =
        closing(
            new DnsService(
                () -> town.image,
                this::opening,
                LinuxDatagrams::open,
                directory.resolve("resolv.conf"),
                settings,
                now::get,
                new Random(5)));
    patiently(
        () -> {
          service.start(Town.VCH);
          return service;
        });
  }

  /// A port that the kernel chose for datagrams may be taken for connections by somebody else.
  static <T> T patiently(Callable<T> opening) throws Exception {
    for (int i = 0; ; i++) {
      try {
        return opening.call();
      } catch (IOException | Refusal e) {
        if (i == 20) {
          throw e;
        }
      }
    }
  }

  <T> T opening(NamespaceName namespace, Callable<T> opening) throws Exception {
    openedIn.add(namespace);
    return opening.call();
  }

  <T extends AutoCloseable> T closing(T it) {
    open.add(it);
    return it;
  }

  InetSocketAddress server() {
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), service.port(Town.VCH).orElseThrow());
  }

  static Message query(String name, int type) {
    return Message.newQuery(Record.newRecord(Name.fromConstantString(name + "."), type, DClass.IN));
  }

  DatagramSocket client(String address) throws IOException {
    var socket = new DatagramSocket(new InetSocketAddress(address, 0));
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  Message ask(String from, Message query) throws IOException {
    try (var socket = client(from)) {
      return ask(socket, query);
    }
  }

  Message ask(DatagramSocket socket, Message query) throws IOException {
    send(socket, query.toWire());
    var answer = receive(socket);
    assertThat(answer.getHeader().getID()).isEqualTo(query.getHeader().getID());
    assertThat(answer.getHeader().getFlag(Flags.QR)).isTrue();
    return answer;
  }

  Message ask(String name) throws IOException {
    return ask("127.1.0.2", query(name, Type.A));
  }

  void send(DatagramSocket socket, byte[] wire) throws IOException {
    socket.send(new DatagramPacket(wire, wire.length, server()));
  }

  static Message receive(DatagramSocket socket) throws IOException {
    var packet = new DatagramPacket(new byte[65535], 65535);
    socket.receive(packet);
    return new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  static void send(Socket socket, Message query) throws IOException {
    var wire = query.toWire();
    socket
        .getOutputStream()
        .write(
            ByteBuffer.allocate(wire.length + 2).putShort((short) wire.length).put(wire).array());
  }

  static Message receive(Socket socket) throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    var bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    return new Message(bytes);
  }

  static List<String> data(Message answer) {
    return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
  }
}
