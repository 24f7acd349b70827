package vch.services.dns;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.OptionalInt;
import vch.engine.machine.NamespaceName;

/// Questions that upstream servers could not answer, or did not: they are not asked again for a
/// while (RFC 9520 section 3.2), which doubles as long as they fail. So nobody waits much longer
/// for a server that is back than it was away, and 30 seconds at the most (the RFC allows five
/// minutes). Bounded by number; what failed longest ago goes first. Safe for any number of threads;
/// its monitor guards the entries.
final class FailureCache {
  static final Duration FIRST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofSeconds(30);

  /// Of one daemon; each takes less than 1 KiB.
  static final int ENTRIES_MAX = 4096;

  private final InstantSource clock;
  private final LinkedHashMap<AnswerCache.Key, Failure> entries = new LinkedHashMap<>();

  FailureCache(InstantSource clock) {
    this.clock = clock;
  }

  private record Failure(int rcode, long sinceMillis, long lastsMillis) {
    /// Before its time: the clock was set back.
    boolean holds(long nowMillis) {
      return nowMillis >= sinceMillis && nowMillis < sinceMillis + lastsMillis;
    }

    /// For how long the next failure holds.
    long next(long nowMillis) {
      boolean soon =
          nowMillis >= sinceMillis && nowMillis < sinceMillis + lastsMillis + LONGEST.toMillis();
      return soon ? Math.min(2 * lastsMillis, LONGEST.toMillis()) : FIRST.toMillis();
    }
  }

  /// What to answer while the question is not to be asked.
  synchronized OptionalInt rcode(AnswerCache.Key key) {
    var failure = entries.get(key);
    return failure != null && failure.holds(clock.millis())
        ? OptionalInt.of(failure.rcode)
        : OptionalInt.empty();
  }

  /// The question has failed.
  synchronized void failed(AnswerCache.Key key, int rcode) {
    long now = clock.millis();
    var before = entries.remove(key);
    long lasts = before == null ? FIRST.toMillis() : before.next(now);
    entries.putLast(key, new Failure(rcode, now, lasts));
    if (entries.size() > ENTRIES_MAX) {
      entries.pollFirstEntry();
    }
  }

  /// The question was answered.
  synchronized void answered(AnswerCache.Key key) {
    entries.remove(key);
  }

  /// Forgets what was asked from there.
  synchronized void forget(NamespaceName namespace) {
    entries.keySet().removeIf(key -> key.upstreams().namespace().equals(namespace));
  }

  synchronized int size() {
    return entries.size();
  }
}
