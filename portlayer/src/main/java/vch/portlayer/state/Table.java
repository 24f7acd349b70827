package vch.portlayer.state;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A sorted map that is never changed in place.
final class Table<K extends Comparable<K>, V> {
  private final TreeMap<K, V> rows;

  private Table(TreeMap<K, V> rows) {
    this.rows = rows;
  }

  static <K extends Comparable<K>, V> Table<K, V> empty() {
    return new Table<K, V>(new TreeMap<K, V>());
  }

  Table<K, V> with(K key, V value) {
    var next = new TreeMap<K, V>(rows);
    next.put(key, value);
    return new Table<K, V>(next);
  }

  Table<K, V> without(K key) {
    if (!rows.containsKey(key)) {
      return this;
    }
    var next = new TreeMap<K, V>(rows);
    next.remove(key);
    return new Table<K, V>(next);
  }

  Optional<V> get(K key) {
    return Optional.ofNullable(rows.get(key));
  }

  Collection<V> values() {
    return Collections.unmodifiableCollection(rows.values());
  }

  SortedMap<K, V> view() {
    return Collections.unmodifiableSortedMap(rows);
  }
}
