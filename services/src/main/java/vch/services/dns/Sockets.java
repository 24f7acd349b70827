package vch.services.dns;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import vch.engine.machine.Datagrams;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.name.NameServers;

/// Opens sockets inside network namespaces. They stay there, whoever uses them.
final class Sockets {
  /// Bytes; bursts of many containers starting at once. The kernel gives what net.core.rmem_max
  /// allows.
  private static final int RECEIVE_BUFFER = 1 << 20;

  /// Connections that wait to be accepted.
  private static final int BACKLOG = 4096;

  private static final int BACKLOG_INSIDE = 128;

  /// Bytes that a connection's client may have sent before they are read; the kernel doubles it.
  /// Set before listening, or it does not bound the window.
  private static final int STREAM_RECEIVE_BUFFER = 16 << 10;

  private final Opener opener;
  private final Datagrams.Opening datagrams;
  private final Belongings belongings = new Belongings();

  /// @param datagrams how the socket of a VCH is opened
  Sockets(Opener opener, Datagrams.Opening datagrams) {
    this.opener = opener;
    this.datagrams = datagrams;
  }

  /// What is open inside namespaces of containers.
  Belongings belongings() {
    return belongings;
  }

  /// As `Machine.open`.
  interface Opener {
    <T> T open(NamespaceName namespace, Callable<T> opening) throws Exception;
  }

  /// Both sockets of a server.
  record Listening<U extends Closeable>(U udp, ServerSocketChannel tcp) {
    void close() throws IOException {
      try (udp;
          tcp) {
        // both, whatever becomes of the first
      }
    }
  }

  /// Both sockets of a VCH's server, on the wildcard address of both families: scopes come and go,
  /// and no socket with them. IPv4 alone where there is no IPv6.
  Listening<Datagrams> listen(NamespaceName namespace, int port) throws IOException {
    return in(
        namespace,
        () -> {
          var udp = datagrams.open(port, RECEIVE_BUFFER, Responses.UDP_BYTES_MAX);
          try {
            var tcp = ServerSocketChannel.open();
            try {
              streams(tcp);
              tcp.bind(new InetSocketAddress(udp.port()), BACKLOG);
              return new Listening<>(udp, tcp);
            } catch (IOException e) {
              tcp.close();
              throw e;
            }
          } catch (IOException e) {
            udp.close();
            throw e;
          }
        });
  }

  /// Both sockets of a server for the programs of one container, on its own loopback link.
  Listening<DatagramChannel> listenInside(NamespaceName namespace, int port) throws IOException {
    var at = address(NameServers.OWN, port);
    var listening =
        in(
            namespace,
            () -> {
              var udp = DatagramChannel.open(StandardProtocolFamily.INET);
              var tcp = ServerSocketChannel.open(StandardProtocolFamily.INET);
              try {
                udp.bind(at);
                streams(tcp);
                tcp.bind(udp.getLocalAddress(), BACKLOG_INSIDE);
                return new Listening<>(udp, tcp);
              } catch (IOException e) {
                new Listening<>(udp, tcp).close();
                throw e;
              }
            });
    try {
      belongings.add(namespace, listening.udp());
      belongings.add(namespace, listening.tcp());
      return listening;
    } catch (IOException e) {
      listening.close();
      throw e;
    }
  }

  private static void streams(ServerSocketChannel tcp) throws IOException {
    tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    tcp.setOption(StandardSocketOptions.SO_RCVBUF, STREAM_RECEIVE_BUFFER);
  }

  /// One datagram socket for each server, connected to it, so that the kernel drops what others
  /// send; the source port is chosen by the kernel at random. A server that cannot be reached has
  /// no socket. To be closed by [#close(Upstreams, Channel)].
  List<DatagramChannel> ask(Upstreams upstreams, int port) throws IOException {
    var channels = connected(upstreams, port);
    if (upstreams.inside()) {
      try {
        for (var channel : channels) {
          belongings.add(upstreams.namespace(), channel);
        }
      } catch (IOException e) {
        channels.forEach(Belongings::close);
        throw e;
      }
    }
    return channels;
  }

  private List<DatagramChannel> connected(Upstreams upstreams, int port) throws IOException {
    return in(
        upstreams.namespace(),
        () -> {
          var out = new ArrayList<DatagramChannel>();
          IOException unreachable = new IOException("no server");
          for (var server : upstreams.servers()) {
            var channel =
                DatagramChannel.open(
                    server.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            try {
              channel.connect(address(server, port));
              out.add(channel);
            } catch (IOException e) {
              channel.close();
              unreachable = e;
            }
          }
          if (out.isEmpty()) {
            throw unreachable;
          }
          return out;
        });
  }

  /// A stream socket that is not connected yet: connecting takes time, which the opening thread has
  /// not. To be closed by [#close(Upstreams, Channel)].
  SocketChannel stream(Upstreams upstreams, Ip server) throws IOException {
    var family = server.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    var channel = in(upstreams.namespace(), () -> SocketChannel.open(family));
    if (upstreams.inside()) {
      belongings.add(upstreams.namespace(), channel);
    }
    return channel;
  }

  void close(Upstreams upstreams, Channel channel) {
    Belongings.close(channel);
    if (upstreams.inside()) {
      belongings.remove(upstreams.namespace(), channel);
    }
  }

  static InetSocketAddress address(Ip ip, int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByAddress(ip.bytes()), port);
  }

  /// The server that a socket is connected to.
  static Ip ip(DatagramChannel channel) throws IOException {
    return Ip.of(((InetSocketAddress) channel.getRemoteAddress()).getAddress().getAddress());
  }

  private <T> T in(NamespaceName namespace, Callable<T> opening) throws IOException {
    try {
      return opener.open(namespace, opening);
    } catch (IOException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening a socket in " + namespace, e);
    } catch (Exception e) {
      throw new IOException("cannot open a socket in " + namespace + ": " + e.getMessage(), e);
    }
  }
}
