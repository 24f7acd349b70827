package vch.services.dns;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import vch.portlayer.address.Ip;
import vch.portlayer.state.Image;

/// Answers over TCP (RFC 7766): one virtual thread accepts, and one serves each connection, query
/// after query. Whatever a client does, bounded are the connections (those beyond are closed at
/// once), what is queued for one (one answer here, the rest in the kernel), and how long it may
/// take to send a query or to take an answer.
final class TcpServer implements Runnable {
  private static final System.Logger LOG = System.getLogger(TcpServer.class.getName());

  /// After an error of accept such as no file descriptors left.
  private static final long ACCEPT_PAUSE_MILLIS = 50;

  /// Longer ones end the connection: a question with all its options has less than 1 KiB.
  static final int QUERY_BYTES_MAX = 4096;

  /// Bytes that the kernel keeps for a client that does not read; it doubles them.
  private static final int SEND_BUFFER = 32 << 10;

  private final ServerSocketChannel listening;
  private final Responder responder;
  private final Supplier<Image> images;
  private final Function<Ip, Asker> askers;
  private final Shares shares;
  private final DnsSettings settings;
  private final ConcurrentHashMap<SocketChannel, Asker> connections = new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();

  /// @param askers who asks from an address
  /// @param shares of the daemon's connections
  TcpServer(
      ServerSocketChannel listening,
      Responder responder,
      Supplier<Image> images,
      Function<Ip, Asker> askers,
      Shares shares,
      DnsSettings settings) {
    this.listening = listening;
    this.responder = responder;
    this.images = images;
    this.askers = askers;
    this.shares = shares;
    this.settings = settings;
  }

  @Override
  public void run() {
    while (true) {
      try {
        var connection = listening.accept();
        var client = (InetSocketAddress) connection.getRemoteAddress();
        var asker = askers.apply(Ip.of(client.getAddress().getAddress()));
        if (admit(connection, asker)) {
          Thread.ofVirtual().name("dns-tcp").start(() -> serve(connection, asker));
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
    connections.keySet().forEach(Belongings::close);
  }

  private boolean admit(SocketChannel connection, Asker asker) {
    if (connections.values().stream().filter(asker::equals).count()
            >= settings.connections().client()
        || !shares.take(asker.vch())) {
      return false;
    }
    connections.put(connection, asker);
    return true;
  }

  private void serve(SocketChannel connection, Asker asker) {
    try (connection) {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connection.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
      var in = new DataInputStream(new BufferedInputStream(connection.socket().getInputStream()));
      var out = connection.socket().getOutputStream();
      while (true) {
        var query = inTime(connection, () -> read(in));
        var answer = answer(query, asker);
        inTime(
            connection,
            () -> {
              out.write(answer);
              return answer;
            });
      }
    } catch (EOFException _) {
      return; // the client has left
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.DEBUG, "a connection ended: {0}", e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
      shares.giveBack(asker.vch());
    }
  }

  /// What waits for the client.
  private interface Step {
    byte[] run() throws IOException;
  }

  /// Resets the connection when the step takes too long, as a whole: not each byte has its time.
  private byte[] inTime(SocketChannel connection, Step step) throws IOException {
    var done = new CompletableFuture<byte[]>();
    var _ =
        done.orTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(
                _ -> {
                  reset(connection);
                  return new byte[0];
                });
    try {
      return step.run();
    } finally {
      done.complete(new byte[0]);
    }
  }

  /// Closed without more, the kernel would keep what was sent until the client reads it.
  private static void reset(SocketChannel connection) {
    try (connection) {
      connection.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a connection could not be reset: {0}", e.getMessage());
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    int length = in.readUnsignedShort();
    if (length > QUERY_BYTES_MAX) {
      throw new IOException("a query of " + length + " bytes");
    }
    var query = new byte[length];
    in.readFully(query);
    return query;
  }

  private byte[] answer(byte[] query, Asker asker) throws IOException, InterruptedException {
    var later = new CompletableFuture<Responder.Response>();
    return switch (responder.step(images.get(), query, asker, later::complete)) {
      case Responder.Step.Answered(_, var responses, _) ->
          framed(
              Responses.stream(
                  responses.get(Math.floorMod(turn.getAndIncrement(), responses.size()))));
      case Responder.Step.Unreadable unreadable -> framed(unreadable.response());
      case Responder.Step.Asking _ -> {
        try {
          yield framed(Responses.stream(later.get().message()));
        } catch (ExecutionException e) {
          throw new IOException("no answer was made", e);
        }
      }
      case Responder.Step.Silence _ -> throw new EOFException(); // not a client of ours: leave
    };
  }

  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(message.length + 2)
        .putShort((short) message.length)
        .put(message)
        .array();
  }
}
