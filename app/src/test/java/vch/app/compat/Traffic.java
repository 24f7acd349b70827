package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Open;
import vch.kernel.netns.Gate;
import vch.kernel.packet.PacketSocket;
import vch.portlayer.address.Ip;

/// Sockets of a test in other network namespaces. Closing it closes the servers.
final class Traffic implements AutoCloseable {
  /// What is asked when nothing comes back.
  static final String SILENCE = "silence";

  /// What is asked when it is refused at once: TCP reset or ICMP.
  static final String REFUSED = "refused";

  private static final Duration ANSWER = Duration.ofSeconds(1);
  private static final int DATAGRAM_BYTES_MAX = 4096;

  /// All protocols, linux/if_ether.h.
  private static final int ETH_P_ALL = 3;

  private final Gate gate = Gate.open();
  private final List<AutoCloseable> servers = new ArrayList<>();
  private final int answerMillisMax;

  Traffic() {
    this(ANSWER);
  }

  /// @param answer how long answers are waited for
  Traffic(Duration answer) {
    answerMillisMax = Math.toIntExact(answer.toMillis());
  }

  /// Answers TCP and UDP by both families on a port of the namespace with `text`, a blank, and the
  /// address of who asks.
  void serve(Spot where, int port, String text) {
    var tcp = in(where, () -> ServerSocketChannel.open().bind(new InetSocketAddress(port)));
    servers.add(tcp);
    Thread.startVirtualThread(
        () -> {
          while (tcp.isOpen()) {
            try (var client = tcp.accept()) {
              var asker = text((InetSocketAddress) client.getRemoteAddress());
              client.write(ByteBuffer.wrap((text + " " + asker).getBytes(StandardCharsets.UTF_8)));
            } catch (IOException _) { // closed, or the client went away
              continue;
            }
          }
        });
    datagrams(where, port, (_, from) -> (text + " " + text(from)).getBytes(StandardCharsets.UTF_8));
  }

  private static String text(InetSocketAddress socket) {
    return Ip.of(socket.getAddress().getAddress()).toString();
  }

  /// Answers every datagram of both families; an empty answer is none.
  void datagrams(Spot where, int port, BiFunction<byte[], InetSocketAddress, byte[]> answer) {
    var udp = in(where, () -> DatagramChannel.open().bind(new InetSocketAddress(port)));
    servers.add(udp);
    Thread.startVirtualThread(
        () -> {
          var buffer = ByteBuffer.allocate(DATAGRAM_BYTES_MAX);
          while (udp.isOpen()) {
            try {
              buffer.clear();
              var from = (InetSocketAddress) udp.receive(buffer);
              buffer.flip();
              var asked = new byte[buffer.remaining()];
              buffer.get(asked);
              var said = answer.apply(asked, from);
              if (said.length > 0) {
                udp.send(ByteBuffer.wrap(said), from);
              }
            } catch (IOException _) { // closed, or the client is gone
              continue;
            }
          }
        });
  }

  /// Connects once and reads what the server says.
  String tcp(Spot from, String address, int port) {
    try (var socket = in(from, () -> SocketChannel.open(family(address)))) {
      socket.socket().connect(to(address, port), answerMillisMax);
      socket.socket().setSoTimeout(answerMillisMax);
      var said =
          new String(socket.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return said.isEmpty() ? "closed" : said;
    } catch (IOException e) {
      return meaning(e);
    }
  }

  /// Whole frames that come in by a link, as a process with CAP_NET_RAW hears them.
  PacketSocket frames(Spot where, String link) {
    int index = Integer.parseInt(where.run("ip", "-o", "link", "show", link).ok().split(":")[0]);
    return in(where, () -> PacketSocket.open(index, ETH_P_ALL));
  }

  /// A connection that goes on, to a port that nobody else listens at.
  Connection connect(Spot from, Spot to, String address, int port) {
    try (var server = in(to, () -> ServerSocketChannel.open().bind(new InetSocketAddress(port)))) {
      return new Connection(dial(from, address, port), server.accept());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A connection to a server.
  SocketChannel dial(Spot from, String address, int port) throws IOException {
    var caller = in(from, () -> SocketChannel.open(family(address)));
    caller.socket().connect(to(address, port), answerMillisMax);
    return caller;
  }

  /// Sends a datagram once and waits for the answer.
  String udp(Spot from, String address, int port) {
    try (var conversation = talk(from, address, port)) {
      return conversation.ask();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends a datagram from a new port and returns the answer; none: nothing comes back in time.
  Optional<byte[]> exchange(Spot from, String address, int port, byte[] datagram) {
    try (var channel = in(from, () -> DatagramChannel.open(family(address)))) {
      channel.connect(to(address, port));
      channel.socket().setSoTimeout(answerMillisMax);
      channel.write(ByteBuffer.wrap(datagram));
      var packet = new java.net.DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
      channel.socket().receive(packet);
      return Optional.of(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
    } catch (IOException _) { // refused, or silence
      return Optional.empty();
    }
  }

  /// Sends a datagram and does not wait for an answer.
  void send(Spot from, String address, int port, byte[] datagram) {
    try (var channel = in(from, () -> DatagramChannel.open(family(address)))) {
      channel.send(ByteBuffer.wrap(datagram), to(address, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Connects, writes, and reads until the server has said what it has to say.
  ///
  /// @return bytes that came back
  int push(Spot from, String address, int port, byte[] bytes) {
    try (var socket = in(from, () -> SocketChannel.open(family(address)))) {
      socket.socket().connect(to(address, port), answerMillisMax);
      socket.socket().setSoTimeout(answerMillisMax);
      socket.write(ByteBuffer.wrap(bytes));
      socket.shutdownOutput();
      return socket.socket().getInputStream().readAllBytes().length;
    } catch (IOException _) { // cut off, or it waits for the rest
      return 0;
    }
  }

  /// A client that keeps its UDP port.
  Conversation talk(Spot from, String address, int port) {
    return new Conversation(
        in(from, () -> DatagramChannel.open(family(address))), to(address, port), answerMillisMax);
  }

  record Conversation(DatagramChannel channel, InetSocketAddress to, int answerMillisMax)
      implements AutoCloseable {
    String ask() {
      try {
        if (!channel.isConnected()) {
          channel.connect(to);
        }
        channel.socket().setSoTimeout(answerMillisMax);
        channel.write(ByteBuffer.wrap("?".getBytes(StandardCharsets.UTF_8)));
        var packet = new java.net.DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
        channel.socket().receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return meaning(e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /// ICMPv6 "administratively prohibited" is EACCES to a program.
  private static String meaning(IOException e) {
    return switch (e) {
      case SocketTimeoutException _ -> SILENCE;
      case ConnectException _, PortUnreachableException _, NoRouteToHostException _ -> REFUSED;
      default ->
          String.valueOf(e.getMessage())
                  .matches(
                      ".*(No route to host|Network is unreachable|Permission denied|Operation not permitted).*")
              ? REFUSED
              : String.valueOf(e);
    };
  }

  private static StandardProtocolFamily family(String address) {
    return address.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  private static InetSocketAddress to(String address, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(address), port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T> T in(Spot where, Callable<T> opening) {
    try (Fd namespace = Open.open(where.path(), Open.O_RDONLY, 0)) {
      return gate.in(namespace, opening);
    } catch (Exception e) {
      throw new IllegalStateException("open a socket in " + where.path(), e);
    }
  }

  @Override
  public void close() {
    for (var server : servers) {
      try {
        server.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    gate.close();
  }
}
