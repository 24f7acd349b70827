package vch.app.compat.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// Makes the same calls to both engines and compares what they answer.
final class Duel {
  private static final int SETTLE_SECONDS_MAX = 15;
  private static final int EVENT_TRIES = 5;
  private static final long EVENT_PAUSE_MILLIS = 100;

  private final Engine dockerd;
  private final Engine ours;
  private Correspondence names = new Correspondence();

  Duel(Engine dockerd, Engine ours) {
    this.dockerd = dockerd;
    this.ours = ours;
  }

  /// Begins again with nothing but the image.
  void reset() {
    var one = CompletableFuture.runAsync(dockerd::reset, Thread::startVirtualThread);
    ours.reset();
    one.join();
    names = new Correspondence();
  }

  /// What a step brought.
  ///
  /// @param apart one engine did it and the other refused: what exists is no longer the same
  record Outcome(Answer dockerd, Answer ours, List<Difference> differences, boolean apart) {}

  Outcome play(Step step) {
    var one = CompletableFuture.supplyAsync(() -> dockerd.call(step), Thread::startVirtualThread);
    var our = ours.call(step);
    var their = one.join();
    if (their.ok() || our.ok()) {
      step.settles().ifPresent(this::settle);
    }
    boolean apart = their.ok() != our.ok();
    var found = new ArrayList<>(new Comparison(names, step).answers(their, our));
    var events = events();
    if (!apart) {
      found.addAll(new Comparison(names, step).events(events.dockerd(), events.ours()));
    }
    return new Outcome(their, our, found, apart);
  }

  private record Happened(List<JsonNode> dockerd, List<JsonNode> ours) {}

  /// What the step made happen. The end of a container is told a moment after it can be seen, so
  /// where the two tell of different things they are asked again.
  private Happened events() {
    var theirs = new ArrayList<JsonNode>();
    var mine = new ArrayList<JsonNode>();
    for (int i = 0; i == 0 || (!Comparison.alike(theirs, mine) && i < EVENT_TRIES); i++) {
      if (i > 0) {
        pause(EVENT_PAUSE_MILLIS);
      }
      var more = CompletableFuture.supplyAsync(dockerd::events, Thread::startVirtualThread);
      mine.addAll(ours.events());
      theirs.addAll(more.join());
    }
    return new Happened(theirs, mine);
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void settle(String container) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS_MAX);
    while (System.nanoTime() < end) {
      if (dockerd.ended(container) && ours.ended(container)) {
        return;
      }
      pause(5);
    }
  }
}
