package vch.services.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import vch.engine.machine.Datagrams;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Answers datagrams. One platform thread receives, and answers what is known; it never waits for
/// anything but the next datagram. It alone owns the ready-made answers. Answers from upstream
/// servers are sent by the virtual threads that waited for them.
final class UdpServer implements Runnable {
  private static final System.Logger LOG = System.getLogger(UdpServer.class.getName());

  private final VchId vch;
  private final Datagrams socket;
  private final Responder responder;
  private final Supplier<Image> images;
  private final InstantSource clock;
  private final Counters counters;
  private final HotAnswers hot;
  private Image seen = Image.EMPTY;
  private int turn;

  UdpServer(
      VchId vch,
      Datagrams socket,
      Responder responder,
      Supplier<Image> images,
      InstantSource clock,
      Counters counters,
      RandomGenerator random) {
    this.vch = vch;
    this.socket = socket;
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
        socket.serve(this::answer);
        return; // stopped
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a datagram was lost: {0}", e.getMessage());
      }
    }
  }

  private byte[] answer(byte[] query, int length, Datagrams.Sender client) {
    try {
      return known(query, length, client);
    } catch (RuntimeException e) {
      counters.malformed.increment();
      LOG.log(Level.WARNING, "a query could not be answered", e);
      return Datagrams.Answering.NOTHING;
    }
  }

  private byte[] known(byte[] query, int length, Datagrams.Sender client) {
    var image = images.get();
    if (image != seen) {
      hot.clear();
      seen = image;
    }
    var asking = client.address();
    long now = clock.millis();
    var ready = hot.get(query, length, asking, now);
    if (ready.isPresent()) {
      counters.queries.increment();
      (ready.get().local() ? counters.local : counters.cached).increment();
      return ready.get().take(query);
    }
    var asker = new Asker.At(vch, asking);
    return switch (responder.step(
        image, Arrays.copyOf(query, length), asker, response -> later(response, client))) {
      case Responder.Step.Answered(var message, var responses, var keep) -> {
        var datagrams = responses.stream().map(r -> Responses.datagram(message, r)).toList();
        int which = Math.floorMod(turn++, datagrams.size());
        switch (keep) {
          case WHILE_IMAGE -> hot.put(query, length, asking, datagrams, which + 1, now, true);
          case ONE_SECOND -> hot.put(query, length, asking, datagrams, which + 1, now, false);
          case NOT -> {}
        }
        yield datagrams.get(which);
      }
      case Responder.Step.Unreadable unreadable -> unreadable.response();
      case Responder.Step.Asking _, Responder.Step.Silence _ -> Datagrams.Answering.NOTHING;
    };
  }

  /// On a virtual thread.
  private void later(Responder.Response response, Datagrams.Sender client) {
    try {
      socket.send(client, Responses.datagram(response.query(), response.message()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an answer could not be sent to {0}: {1}", client, e.getMessage());
    }
  }
}
