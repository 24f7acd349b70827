package vch.services.dns;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import vch.portlayer.address.Ip;

/// Ready-made datagrams for questions that were asked before by the same container, byte for byte:
/// no parsing, no look-up, no encoding. Belongs to one thread.
final class HotAnswers {
  /// Entries; when there are more, all are thrown away, which costs one look-up each.
  static final int ENTRIES_MAX = 4096;

  /// Longer queries are not worth keeping.
  static final int QUERY_BYTES_MAX = 320;

  private final HashMap<Key, Entry> entries = new HashMap<>();
  private final Key probe;
  private final int salt;

  /// @param random makes the hash unpredictable for who asks
  HotAnswers(RandomGenerator random) {
    salt = random.nextInt();
    probe = new Key(new byte[0], 0, Ip.parse("::"), 0);
  }

  /// Equally good datagrams, given away in turn.
  static final class Entry {
    private final byte[][] datagrams;
    private final long sinceMillis;
    private final boolean local;
    private int next;

    Entry(byte[][] datagrams, long sinceMillis, boolean local, int next) {
      this.datagrams = datagrams;
      this.sinceMillis = sinceMillis;
      this.local = local;
      this.next = next;
    }

    /// Times to live count in seconds. Before its time: the clock was set back.
    private boolean holds(long nowMillis) {
      return local || (nowMillis >= sinceMillis && nowMillis < sinceMillis + 1000);
    }

    /// The next datagram, with the id of the query. It may be used until another is taken.
    byte[] take(byte[] query) {
      int at = next;
      next = at + 1 == datagrams.length ? 0 : at + 1;
      var datagram = datagrams[at];
      datagram[0] = query[0];
      datagram[1] = query[1];
      return datagram;
    }

    /// From the image, not from an upstream server.
    boolean local() {
      return local;
    }
  }

  /// A query without its id, and who asks. The one that probes is changed in place.
  private static final class Key implements Comparable<Key> {
    private byte[] query;
    private int length;
    private Ip client;
    private int hash;

    Key(byte[] query, int length, Ip client, int hash) {
      this.query = query;
      this.length = length;
      this.client = client;
      this.hash = hash;
    }

    Key set(byte[] query, int length, Ip client, int salt) {
      this.query = query;
      this.length = length;
      this.client = client;
      int h = salt ^ Long.hashCode(client.high() * 31 + client.low());
      for (int i = 2; i < length; i++) {
        h = (h ^ query[i]) * 0x0100_0193; // FNV-1a
      }
      this.hash = h ^ h >>> 15;
      return this;
    }

    Key copy() {
      return new Key(Arrays.copyOf(query, length), length, client, hash);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Key k
          && hash == k.hash
          && client.equals(k.client)
          && Arrays.equals(query, 2, Math.max(2, length), k.query, 2, Math.max(2, k.length));
    }

    /// So that many keys of one hash are still found quickly.
    @Override
    public int compareTo(Key o) {
      int c = client.compareTo(o.client);
      return c != 0 ? c : Arrays.compare(query, 2, length, o.query, 2, o.length);
    }
  }

  /// What is ready for this query.
  ///
  /// @param client who asks
  Optional<Entry> get(byte[] query, int length, Ip client, long nowMillis) {
    if (length < 12 || length > QUERY_BYTES_MAX) {
      return Optional.empty();
    }
    var entry = entries.get(probe.set(query, length, client, salt));
    return entry == null || !entry.holds(nowMillis) ? Optional.empty() : Optional.of(entry);
  }

  /// @param used how many of the datagrams have been given away already
  /// @param local from the image: they hold until [#clear], others for a second
  void put(
      byte[] query,
      int length,
      Ip client,
      List<byte[]> datagrams,
      int used,
      long nowMillis,
      boolean local) {
    if (length < 12 || length > QUERY_BYTES_MAX) {
      return;
    }
    if (entries.size() >= ENTRIES_MAX) {
      entries.clear();
    }
    var entry =
        new Entry(datagrams.toArray(byte[][]::new), nowMillis, local, used % datagrams.size());
    entries.put(probe.set(query, length, client, salt).copy(), entry);
  }

  void clear() {
    entries.clear();
  }

  int size() {
    return entries.size();
  }
}
