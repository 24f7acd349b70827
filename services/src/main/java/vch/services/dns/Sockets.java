package vch.services.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;

/// Opens sockets inside network namespaces. They stay there, whoever uses them.
final class Sockets {
  /// Bytes; bursts of many containers starting at once. The kernel gives what net.core.rmem_max
  /// allows.
  private static final int RECEIVE_BUFFER = 1 << 20;

  /// Connections that wait to be accepted.
  private static final int BACKLOG = 4096;

  private final Opener opener;

  Sockets(Opener opener) {
    this.opener = opener;
  }

  /// As `Machine.open`.
  interface Opener {
    <T> T open(NamespaceName namespace, Callable<T> opening) throws Exception;
  }

  /// Both sockets of a server, on the wildcard address of both families: scopes come and go, and no
  /// socket with them. IPv4 alone where this process has no IPv6: Java then opens no such socket,
  /// in whatever namespace.
  record Listening(DatagramChannel udp, ServerSocketChannel tcp) {
    void close() throws IOException {
      try (udp;
          tcp) {
        // both, whatever becomes of the first
      }
    }
  }

  Listening listen(NamespaceName namespace, int port) throws IOException {
    return in(
        namespace,
        () -> {
          var udp = DatagramChannel.open();
          var tcp = ServerSocketChannel.open();
          try {
            udp.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
            udp.bind(new InetSocketAddress(port));
            tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            tcp.bind(udp.getLocalAddress(), BACKLOG);
            return new Listening(udp, tcp);
          } catch (IOException e) {
            new Listening(udp, tcp).close();
            throw e;
          }
        });
  }

  /// One datagram socket for each server, connected to it, so that the kernel drops what others
  /// send; the source port is chosen by the kernel at random. A server that cannot be reached has
  /// no socket.
  List<DatagramChannel> ask(NamespaceName namespace, List<Ip> servers, int port)
      throws IOException {
    return in(
        namespace,
        () -> {
          var out = new ArrayList<DatagramChannel>();
          IOException unreachable = new IOException("no server");
          for (var server : servers) {
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
  /// not.
  SocketChannel stream(NamespaceName namespace, Ip server) throws IOException {
    return in(
        namespace,
        () ->
            SocketChannel.open(
                server.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6));
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
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening a socket in " + namespace, e);
    } catch (Exception e) {
      throw new IOException("cannot open a socket in " + namespace + ": " + e.getMessage(), e);
    }
  }
}
