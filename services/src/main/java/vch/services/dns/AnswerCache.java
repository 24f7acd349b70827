package vch.services.dns;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Optional;

/// What upstream servers said, until its time to live ends. Bounded by bytes; what was not used for
/// longest goes first. Safe for any number of threads; its monitor guards the entries.
final class AnswerCache {
  /// Bytes that an entry takes besides its records, roughly.
  private static final int OVERHEAD_BYTES = 512;

  private final long bytesMax;
  private final InstantSource clock;
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  AnswerCache(long bytesMax, InstantSource clock) {
    this.bytesMax = bytesMax;
    this.clock = clock;
  }

  /// Servers differ in what they know, so their answers are kept apart.
  ///
  /// Ordered, so that many keys of one hash are still found quickly: hashes of names are easily
  /// chosen by who asks, and all VCHs share the cache.
  record Key(Upstreams upstreams, Question question) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int c = question.compareTo(other.question);
      return c != 0 ? c : upstreams.compareTo(other.upstreams);
    }
  }

  private record Entry(Found found, long storedAtMillis) {
    long size() {
      return found.bytes() * 4L
          + OVERHEAD_BYTES; // parsed records take several times their wire form
    }
  }

  /// @param ageSeconds by which times to live are to be lowered
  record Hit(Found found, long ageSeconds) {}

  synchronized Optional<Hit> get(Key key) {
    var entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    long age = (clock.millis() - entry.storedAtMillis) / 1000;
    if (age < 0 || age >= entry.found.ttlSeconds()) {
      drop(key);
      return Optional.empty();
    }
    return Optional.of(new Hit(entry.found, age));
  }

  synchronized void put(Key key, Found found) {
    drop(key);
    if (found.ttlSeconds() <= 0) {
      return;
    }
    var entry = new Entry(found, clock.millis());
    entries.put(key, entry);
    bytes += entry.size();
    var oldest = entries.entrySet().iterator();
    while (bytes > bytesMax && oldest.hasNext()) {
      bytes -= oldest.next().getValue().size();
      oldest.remove();
    }
  }

  private void drop(Key key) {
    var old = entries.remove(key);
    if (old != null) {
      bytes -= old.size();
    }
  }

  synchronized int size() {
    return entries.size();
  }
}
