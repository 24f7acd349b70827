package vch.services.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.function.Supplier;
import vch.portlayer.state.Image;

/// Answers the datagrams of one container at a socket inside its namespace. There are as many of
/// these as containers, so each waits on a virtual thread and keeps nothing but one small buffer.
final class InsideServer implements Runnable {
  private static final System.Logger LOG = System.getLogger(InsideServer.class.getName());

  /// Longer queries are cut by the kernel and then malformed.
  private static final int QUERY_BYTES_MAX = 1280;

  private final DatagramChannel channel;
  private final Asker asker;
  private final Responder responder;
  private final Supplier<Image> images;
  private final Counters counters;
  private int turn;

  InsideServer(
      DatagramChannel channel,
      Asker asker,
      Responder responder,
      Supplier<Image> images,
      Counters counters) {
    this.channel = channel;
    this.asker = asker;
    this.responder = responder;
    this.images = images;
    this.counters = counters;
  }

  @Override
  public void run() {
    var in = ByteBuffer.allocate(QUERY_BYTES_MAX);
    while (true) {
      try {
        var client = channel.receive(in.clear());
        answer(Arrays.copyOf(in.array(), in.position()), client);
      } catch (ClosedChannelException _) {
        return; // the container has ended
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a datagram was lost: {0}", e.getMessage());
      } catch (RuntimeException e) {
        counters.malformed.increment();
        LOG.log(Level.WARNING, "a query could not be answered", e);
      }
    }
  }

  private void answer(byte[] query, SocketAddress client) throws IOException {
    switch (responder.step(images.get(), query, asker, response -> later(response, client))) {
      case Responder.Step.Answered(var message, var responses, _) ->
          send(
              Responses.datagram(message, responses.get(Math.floorMod(turn++, responses.size()))),
              client);
      case Responder.Step.Unreadable unreadable -> send(unreadable.response(), client);
      case Responder.Step.Asking _, Responder.Step.Silence _ -> {}
    }
  }

  private void send(byte[] datagram, SocketAddress client) throws IOException {
    channel.send(ByteBuffer.wrap(datagram), client);
  }

  /// On another virtual thread.
  private void later(Responder.Response response, SocketAddress client) {
    try {
      send(Responses.datagram(response.query(), response.message()), client);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an answer could not be sent to {0}: {1}", client, e.getMessage());
    }
  }
}
