package vch.api.docker.system;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Filters;
import vch.api.docker.Json;
import vch.api.docker.JsonStream;
import vch.api.docker.Timestamps;
import vch.engine.event.Event;
import vch.portlayer.refusal.Refusal;

/// GET /events
final class EventStream {
  /// Events that may wait for a slow reader. When there are more, the stream ends rather than leave
  /// a gap unsaid.
  static final int EVENTS_WAITING_MAX = 4096;

  private final DockerHost host;

  EventStream(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException, InterruptedException {
    var since = time(call, "since");
    var until = time(call, "until");
    if (since.isPresent() && until.isPresent() && until.get().isBefore(since.get())) {
      throw new Refusal.Invalid(
          "`since` time ("
              + call.query().text("since")
              + ") cannot be after `until` time ("
              + call.query().text("until")
              + ")");
    }
    var filter = new EventFilter(Filters.parse(call.query().text("filters")));
    var waiting = new ArrayBlockingQueue<Optional<Event>>(EVENTS_WAITING_MAX);
    var over = new AtomicBoolean();
    Runnable end =
        () -> {
          over.set(true);
          waiting.offer(Optional.empty()); // wakes the reader; a full queue needs no waking
        };
    try (var subscription =
        host.engine()
            .events()
            .subscribe(
                e -> {
                  if (wanted(e, filter) && !waiting.offer(Optional.of(e))) {
                    over.set(true);
                  }
                })) {
      var out = JsonStream.begin(call.exchange(), "\n", end);
      if (since.isPresent() || until.isPresent()) {
        for (var e : subscription.past()) {
          if (wanted(e, filter)
              && since.filter(e.at()::isBefore).isEmpty()
              && until.filter(e.at()::isAfter).isEmpty()) {
            out.write(json(e));
          }
        }
      }
      follow(out, waiting, until, over);
    }
  }

  /// Here 0 is a time too: the beginning of 1970.
  private static Optional<Instant> time(Call call, String name) {
    var text = call.query().text(name);
    return text.equals("0") ? Optional.of(Instant.EPOCH) : Timestamps.unix(name, text);
  }

  private void follow(
      JsonStream out,
      BlockingQueue<Optional<Event>> waiting,
      Optional<Instant> until,
      AtomicBoolean over)
      throws IOException, InterruptedException {
    while (!over.get()) {
      Optional<Event> next;
      if (until.isPresent()) {
        var left = Duration.between(host.clock().instant(), until.get());
        var polled =
            left.isPositive() ? waiting.poll(left.toMillis() + 1, TimeUnit.MILLISECONDS) : null;
        if (polled == null) {
          return;
        }
        next = polled;
      } else {
        next = waiting.take();
      }
      if (next.isPresent() && until.filter(next.get().at()::isAfter).isEmpty()) {
        out.write(json(next.get()));
      }
    }
  }

  private boolean wanted(Event event, EventFilter filter) {
    return event.vch().equals(host.vch()) && filter.test(event);
  }

  /// An event as API 1.24 to 1.51 show it.
  static ObjectNode json(Event event) {
    var out = Json.object();
    if (event.type().equals("container") || event.type().equals("image")) {
      out.put("status", event.action());
      if (!event.actor().isEmpty()) { // a prune is about no single one
        out.put("id", event.actor());
      }
      if (event.attributes().containsKey("image")) {
        out.put("from", event.attributes().get("image"));
      }
    }
    out.put("Type", event.type());
    out.put("Action", event.action());
    out.putObject("Actor")
        .put("ID", event.actor())
        .set("Attributes", Json.object(event.attributes()));
    out.put("scope", "local");
    out.put("time", event.at().getEpochSecond());
    out.put("timeNano", Duration.between(Instant.EPOCH, event.at()).toNanos());
    return out;
  }
}
