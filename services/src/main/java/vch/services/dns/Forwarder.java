package vch.services.dns;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.xbill.DNS.Rcode;
import vch.portlayer.vch.VchId;

/// Forwards questions that are not ours. Equal questions in flight are asked once. Never blocks the
/// caller: each exchange runs on a virtual thread, and how many of them there are is bounded, for
/// all, for each VCH and for each client; some are sure for a VCH, whatever others ask and of whom
/// (their servers may be silent). Safe for any number of threads.
final class Forwarder {
  private final Exchange exchange;
  private final AnswerCache cache;
  private final FailureCache failures;
  private final Counters counters;
  private final DnsSettings settings;
  private final ConcurrentHashMap<AnswerCache.Key, CompletableFuture<Optional<Found>>> asking =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Asker, Integer> waiting = new ConcurrentHashMap<>();
  private final Shares running;

  Forwarder(
      Exchange exchange,
      AnswerCache cache,
      FailureCache failures,
      Counters counters,
      DnsSettings settings) {
    this.exchange = exchange;
    this.cache = cache;
    this.failures = failures;
    this.counters = counters;
    this.settings = settings;
    this.running = new Shares(settings.forwards());
  }

  /// What is known already.
  Optional<AnswerCache.Hit> known(AnswerCache.Key key) {
    return cache.get(key);
  }

  /// What to answer when it has failed a moment ago, and is not to be asked again yet.
  OptionalInt failed(AnswerCache.Key key) {
    return failures.rcode(key);
  }

  /// Asks, and calls `then` with the answer (none: nobody answered) on a virtual thread.
  ///
  /// @return false when a limit is reached; then `then` is not called
  boolean ask(Asker client, AnswerCache.Key key, Consumer<Optional<Found>> then) {
    if (!enter(client)) {
      return false;
    }
    var mine = new CompletableFuture<Optional<Found>>();
    var theirs = asking.putIfAbsent(key, mine);
    if (theirs == null && !running.take(client.vch())) {
      asking.remove(key, mine);
      mine.complete(Optional.empty());
      leave(client);
      return false;
    }
    counters.forwarded.increment();
    var answer = theirs == null ? mine : theirs;
    var _ = answer.whenComplete((_, _) -> leave(client)).thenAccept(then);
    if (theirs == null) {
      Thread.ofVirtual().name("dns-forward").start(() -> run(client.vch(), key, mine));
    }
    return true;
  }

  private void run(VchId vch, AnswerCache.Key key, CompletableFuture<Optional<Found>> answer) {
    var found = Optional.<Found>empty();
    try {
      found = exchange.ask(key.upstreams(), key.question());
      keep(key, found);
    } catch (InterruptedException _) {
      Thread.currentThread()
          .interrupt(); // the service ends: nobody waits for more than "no answer"
    } finally {
      running.giveBack(vch);
      asking.remove(key, answer);
      answer.complete(found);
    }
  }

  private void keep(AnswerCache.Key key, Optional<Found> found) {
    if (found.isPresent() && !found.get().failure()) {
      failures.answered(key);
      cache.put(key, found.get());
    } else {
      failures.failed(key, found.map(Found::rcode).orElse(Rcode.SERVFAIL));
    }
  }

  private boolean enter(Asker client) {
    int now = waiting.merge(client, 1, Integer::sum);
    if (now > settings.forwards().client()) {
      leave(client);
      return false;
    }
    return true;
  }

  private void leave(Asker client) {
    waiting.computeIfPresent(client, (_, n) -> n == 1 ? null : n - 1);
  }
}
