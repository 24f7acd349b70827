package vch.services.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

/// An upstream server of ours on a loopback address, which says what the test wants.
final class FakeUpstream implements AutoCloseable {
  private final DatagramChannel udp;
  private final ServerSocketChannel tcp;
  final List<Message> asked = new CopyOnWriteArrayList<>();
  final List<SocketAddress> askers = new CopyOnWriteArrayList<>();
  volatile Function<Message, List<Message>> says = q -> List.of(a(q, "9.9.9.9", 300));
  volatile Function<Message, List<Message>> saysOverTcp = q -> List.of(a(q, "9.9.9.9", 300));

  /// @param port 0: any
  FakeUpstream(String address, int port) throws IOException {
    this(open(address, port));
  }

  /// On sockets that were opened elsewhere.
  FakeUpstream(Sockets.Listening<DatagramChannel> sockets) {
    udp = sockets.udp();
    tcp = sockets.tcp();
    Thread.ofVirtual().start(this::datagrams);
    Thread.ofVirtual().start(this::connections);
  }

  static Sockets.Listening<DatagramChannel> open(String address, int port) throws IOException {
    var udp = DatagramChannel.open().bind(new InetSocketAddress(address, port));
    return new Sockets.Listening<>(udp, ServerSocketChannel.open().bind(udp.getLocalAddress()));
  }

  int port() throws IOException {
    return ((InetSocketAddress) udp.getLocalAddress()).getPort();
  }

  private void datagrams() {
    var buffer = ByteBuffer.allocate(4096);
    while (true) {
      try {
        buffer.clear();
        var from = udp.receive(buffer);
        buffer.flip();
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        var query = new Message(bytes);
        askers.add(from);
        asked.add(query);
        for (var message : says.apply(query)) {
          udp.send(ByteBuffer.wrap(message.toWire(65535)), from);
        }
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void connections() {
    while (true) {
      try (var connection = tcp.accept()) {
        var in = new DataInputStream(connection.socket().getInputStream());
        var bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        for (var message : saysOverTcp.apply(new Message(bytes))) {
          var wire = message.toWire(65535);
          connection.write(
              ByteBuffer.allocate(wire.length + 2).putShort((short) wire.length).put(wire).flip());
        }
      } catch (IOException _) {
        if (!tcp.isOpen()) {
          return;
        }
      }
    }
  }

  static Message response(Message query, int rcode) {
    var response = new Message(query.getHeader().getID());
    response.getHeader().setFlag(Flags.QR);
    response.getHeader().setFlag(Flags.RA);
    response.getHeader().setRcode(rcode);
    response.addRecord(query.getQuestion(), Section.QUESTION);
    return response;
  }

  static Message a(Message query, String address, long ttl) {
    var response = response(query, Rcode.NOERROR);
    try {
      response.addRecord(
          new ARecord(
              query.getQuestion().getName(), DClass.IN, ttl, InetAddress.getByName(address)),
          Section.ANSWER);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return response;
  }

  static Message nothing(Message query, int rcode, long soaTtl, long minimum) {
    var response = response(query, rcode);
    response.addRecord(
        new SOARecord(
            Name.fromConstantString("example."),
            DClass.IN,
            soaTtl,
            Name.fromConstantString("ns.example."),
            Name.fromConstantString("h.example."),
            1,
            2,
            3,
            4,
            minimum),
        Section.AUTHORITY);
    return response;
  }

  @Override
  public void close() throws IOException {
    udp.close();
    tcp.close();
  }
}
