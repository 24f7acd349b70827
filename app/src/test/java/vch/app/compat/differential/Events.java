package vch.app.compat.differential;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// The events of an engine. Where a part of them ends is found by an event of our own: a volume is
/// made and removed.
final class Events implements AutoCloseable {
  private static final String MARK = "differential-mark";
  private static final int SECONDS_MAX = 20;

  private final Wire wire;
  private final SocketChannel channel;
  private final LinkedBlockingQueue<JsonNode> queue = new LinkedBlockingQueue<>();

  Events(Wire wire) {
    this.wire = wire;
    this.channel =
        wire.follow("/v1.41/events?since=" + (java.time.Instant.now().getEpochSecond() - 1));
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    var in = Channels.newInputStream(channel);
    try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("{")) { // the rest is the head, and sizes of chunks
          queue.add(Engine.MAPPER.readTree(line));
        }
      }
    } catch (IOException _) { // closed
      assert true;
    }
  }

  /// All that came since the last time.
  List<JsonNode> upToNow() {
    wire.call(
        "POST",
        "/v1.41/volumes/create",
        Map.of("Content-Type", Step.JSON),
        ("{\"Name\":\"" + MARK + "\"}").getBytes(StandardCharsets.UTF_8),
        false);
    wire.call("DELETE", "/v1.41/volumes/" + MARK, Map.of(), new byte[0], false);
    var out = new ArrayList<JsonNode>();
    while (true) {
      var event = next();
      boolean mark = event.path("Actor").path("ID").asString("").equals(MARK);
      if (mark && event.path("Action").asString("").equals("destroy")) {
        return out;
      }
      if (!mark) {
        out.add(event);
      }
    }
  }

  private JsonNode next() {
    try {
      var event = queue.poll(SECONDS_MAX, TimeUnit.SECONDS);
      if (event == null) {
        throw new IllegalStateException(
            wire.socket() + ": no event of the mark within " + SECONDS_MAX + " s");
      }
      return event;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) { // nothing more is wanted of it
      assert true;
    }
  }
}
