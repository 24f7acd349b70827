package vch.services.dns;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import vch.portlayer.address.Ip;
import vch.portlayer.state.Image;

/// Answers over TCP (RFC 7766): one virtual thread accepts, and one serves each connection, query
/// after query. How many connections there are is bounded; those beyond are closed at once.
final class TcpServer implements Runnable {
  private static final System.Logger LOG = System.getLogger(TcpServer.class.getName());

  /// After an error of accept such as no file descriptors left.
  private static final long ACCEPT_PAUSE_MILLIS = 50;

  private final ServerSocketChannel listening;
  private final Responder responder;
  private final Supplier<Image> images;
  private final Function<Ip, Asker> askers;
  private final DnsSettings settings;
  private final ConcurrentHashMap<SocketChannel, InetAddress> connections =
      new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();

  /// @param askers who asks from an address
  TcpServer(
      ServerSocketChannel listening,
      Responder responder,
      Supplier<Image> images,
      Function<Ip, Asker> askers,
      DnsSettings settings) {
    this.listening = listening;
    this.responder = responder;
    this.images = images;
    this.askers = askers;
    this.settings = settings;
  }

  @Override
  public void run() {
    while (true) {
      try {
        var connection = listening.accept();
        if (admit(connection)) {
          Thread.ofVirtual().name("dns-tcp").start(() -> serve(connection));
        } else {
          connection.close();
        }
      } catch (ClosedChannelException _) {
        break; // stopped
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot accept connections for now: {0}", e.getMessage());
        try {
          Thread.sleep(ACCEPT_PAUSE_MILLIS);
        } catch (InterruptedException _) {
          break;
        }
      }
    }
    connections.keySet().forEach(this::close);
  }

  private boolean admit(SocketChannel connection) throws IOException {
    var client = ((InetSocketAddress) connection.getRemoteAddress()).getAddress();
    if (connections.size() >= settings.connectionsMax()
        || connections.values().stream().filter(client::equals).count()
            >= settings.clientConnectionsMax()) {
      return false;
    }
    connections.put(connection, client);
    return true;
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      var socket = connection.socket();
      socket.setSoTimeout((int) settings.idleTimeout().toMillis());
      socket.setTcpNoDelay(true);
      var asker = askers.apply(Ip.of(socket.getInetAddress().getAddress()));
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1024));
      var out = socket.getOutputStream();
      while (true) {
        var query = new byte[in.readUnsignedShort()];
        in.readFully(query);
        answer(query, asker, out);
      }
    } catch (EOFException _) {
      return; // the client has left
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.DEBUG, "a connection ended: {0}", e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private void answer(byte[] query, Asker asker, OutputStream out)
      throws IOException, InterruptedException {
    var later = new CompletableFuture<Responder.Response>();
    switch (responder.step(images.get(), query, asker, later::complete)) {
      case Responder.Step.Answered(_, var responses, _) ->
          send(
              Responses.stream(
                  responses.get(Math.floorMod(turn.getAndIncrement(), responses.size()))),
              out);
      case Responder.Step.Unreadable unreadable -> send(unreadable.response(), out);
      case Responder.Step.Asking _ -> {
        try {
          send(Responses.stream(later.get().message()), out);
        } catch (ExecutionException e) {
          throw new IOException("no answer was made", e);
        }
      }
      case Responder.Step.Silence _ -> throw new EOFException(); // not a client of ours: leave
    }
  }

  private static void send(byte[] message, OutputStream out) throws IOException {
    out.write(
        ByteBuffer.allocate(message.length + 2)
            .putShort((short) message.length)
            .put(message)
            .array());
  }

  private void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException _) {
      connections.remove(connection); // it is gone, one way or the other
    }
  }
}
