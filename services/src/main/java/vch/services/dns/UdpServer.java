package vch.services.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import vch.portlayer.address.Ip;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Answers datagrams. One platform thread receives, and answers what is known; it never waits for
/// anything but the next datagram. It alone owns the buffers and the ready-made answers. Answers
/// from upstream servers are sent by the virtual threads that waited for them.
final class UdpServer implements Runnable {
  private static final System.Logger LOG = System.getLogger(UdpServer.class.getName());

  /// Longer queries are cut by the kernel and then malformed.
  private static final int QUERY_BYTES_MAX = 4096;

  private final VchId vch;
  private final DatagramChannel channel;
  private final Responder responder;
  private final Supplier<Image> images;
  private final InstantSource clock;
  private final Counters counters;
  private final HotAnswers hot;
  private final ByteBuffer in = ByteBuffer.allocateDirect(QUERY_BYTES_MAX);
  private final ByteBuffer out = ByteBuffer.allocateDirect(Responses.UDP_BYTES_MAX);
  private final byte[] scratch = new byte[QUERY_BYTES_MAX];
  private Image seen = Image.EMPTY;
  private int turn;

  UdpServer(
      VchId vch,
      DatagramChannel channel,
      Responder responder,
      Supplier<Image> images,
      InstantSource clock,
      Counters counters,
      RandomGenerator random) {
    this.vch = vch;
    this.channel = channel;
    this.responder = responder;
    this.images = images;
    this.clock = clock;
    this.counters = counters;
    this.hot = new HotAnswers(random);
  }

  @Override
  public void run() {
    while (true) {
      try {
        in.clear();
        var client = channel.receive(in);
        in.flip();
        int length = in.remaining();
        in.get(scratch, 0, length);
        answer((InetSocketAddress) client, length);
      } catch (ClosedChannelException _) {
        return; // stopped
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a datagram was lost: {0}", e.getMessage());
      } catch (RuntimeException e) {
        counters.malformed.increment();
        LOG.log(Level.WARNING, "a query could not be answered", e);
      }
    }
  }

  private void answer(InetSocketAddress client, int length) throws IOException {
    var image = images.get();
    if (image != seen) {
      hot.clear();
      seen = image;
    }
    var asking = client.getAddress();
    long now = clock.millis();
    var ready = hot.get(scratch, length, asking, now);
    if (ready.isPresent()) {
      counters.queries.increment();
      (ready.get().local() ? counters.local : counters.cached).increment();
      send(ready.get().take(), client);
      return;
    }
    var asker = new Asker.At(vch, Ip.of(asking.getAddress()));
    var query = java.util.Arrays.copyOf(scratch, length);
    switch (responder.step(image, query, asker, response -> later(response, client))) {
      case Responder.Step.Answered(var message, var responses, var keep) -> {
        var datagrams = responses.stream().map(r -> Responses.datagram(message, r)).toList();
        int which = Math.floorMod(turn++, datagrams.size());
        switch (keep) {
          case WHILE_IMAGE ->
              hot.put(scratch, length, asking, datagrams, which + 1, Long.MAX_VALUE, true);
          case ONE_SECOND ->
              hot.put(scratch, length, asking, datagrams, which + 1, now + 1000, false);
          case NOT -> {}
        }
        send(datagrams.get(which), client);
      }
      case Responder.Step.Unreadable unreadable -> send(unreadable.response(), client);
      case Responder.Step.Asking _, Responder.Step.Silence _ -> {}
    }
  }

  /// With the id of the query that was received last.
  private void send(byte[] datagram, SocketAddress client) throws IOException {
    out.clear();
    out.put(datagram, 0, datagram.length);
    out.put(0, scratch[0]).put(1, scratch[1]);
    out.flip();
    channel.send(out, client);
  }

  /// On a virtual thread.
  private void later(Responder.Response response, SocketAddress client) {
    try {
      channel.send(
          ByteBuffer.wrap(Responses.datagram(response.query(), response.message())), client);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an answer could not be sent to {0}: {1}", client, e.getMessage());
    }
  }
}
