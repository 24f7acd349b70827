package vch.portlayer.state;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// A sorted map that is never changed in place: an AVL tree whose versions share all nodes but
/// those on the path to the change. Every operation costs the logarithm of the number of rows.
final class Table<K extends Comparable<K>, V> {
  private final @Nullable Node<K, V> root;
  private final int size;

  private Table(@Nullable Node<K, V> root, int size) {
    this.root = root;
    this.size = size;
  }

  static <K extends Comparable<K>, V> Table<K, V> empty() {
    return new Table<>(null, 0);
  }

  /// One row.
  record Row<K, V>(K key, V value) {}

  int size() {
    return size;
  }

  Table<K, V> with(K key, V value) {
    boolean there = find(key) != null;
    return new Table<>(put(root, key, value), there ? size : size + 1);
  }

  Table<K, V> without(K key) {
    return find(key) == null ? this : new Table<>(remove(root, key), size - 1);
  }

  Optional<V> get(K key) {
    var node = find(key);
    return node == null ? Optional.empty() : Optional.of(node.value);
  }

  /// The row with the greatest key that is at most `key`.
  Optional<Row<K, V>> floor(K key) {
    Node<K, V> best = null;
    var at = root;
    while (at != null) {
      int c = key.compareTo(at.key);
      if (c == 0) {
        return Optional.of(new Row<>(at.key, at.value));
      }
      if (c > 0) {
        best = at;
      }
      at = c < 0 ? at.left : at.right;
    }
    return best == null ? Optional.empty() : Optional.of(new Row<>(best.key, best.value));
  }

  /// Rows in order, from the first whose key is at least `from`.
  Iterator<Row<K, V>> from(K from) {
    var walk = new Walk<K, V>();
    var at = root;
    while (at != null) {
      if (from.compareTo(at.key) <= 0) {
        walk.path.push(at);
        at = at.left;
      } else {
        at = at.right;
      }
    }
    return walk;
  }

  /// Rows with `from` <= key < `to`, in order.
  Stream<Row<K, V>> between(K from, K to) {
    var rows =
        StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                from(from), Spliterator.ORDERED | Spliterator.NONNULL),
            false);
    return rows.takeWhile(r -> r.key.compareTo(to) < 0);
  }

  /// All values in the order of their keys; a view that costs nothing to make.
  Collection<V> values() {
    return new AbstractCollection<>() {
      @Override
      public Iterator<V> iterator() {
        var walk = new Walk<K, V>();
        walk.descend(root);
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return walk.hasNext();
          }

          @Override
          public V next() {
            return walk.next().value;
          }
        };
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  private @Nullable Node<K, V> find(K key) {
    var at = root;
    while (at != null) {
      int c = key.compareTo(at.key);
      if (c == 0) {
        return at;
      }
      at = c < 0 ? at.left : at.right;
    }
    return null;
  }

  private static <K extends Comparable<K>, V> Node<K, V> put(
      @Nullable Node<K, V> at, K key, V value) {
    if (at == null) {
      return new Node<>(key, value, null, null);
    }
    int c = key.compareTo(at.key);
    if (c == 0) {
      return new Node<>(key, value, at.left, at.right);
    }
    return c < 0
        ? balanced(at.key, at.value, put(at.left, key, value), at.right)
        : balanced(at.key, at.value, at.left, put(at.right, key, value));
  }

  private static <K extends Comparable<K>, V> @Nullable Node<K, V> remove(
      @Nullable Node<K, V> at, K key) {
    if (at == null) {
      return null;
    }
    int c = key.compareTo(at.key);
    if (c < 0) {
      return balanced(at.key, at.value, remove(at.left, key), at.right);
    }
    if (c > 0) {
      return balanced(at.key, at.value, at.left, remove(at.right, key));
    }
    if (at.left == null) {
      return at.right;
    }
    if (at.right == null) {
      return at.left;
    }
    var next = at.right;
    while (next.left != null) {
      next = next.left;
    }
    return balanced(next.key, next.value, at.left, remove(at.right, next.key));
  }

  private static <K, V> Node<K, V> balanced(
      K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    int lean = height(left) - height(right);
    if (lean > 1 && left != null) {
      if (height(left.left) >= height(left.right) || left.right == null) {
        return new Node<>(
            left.key, left.value, left.left, new Node<>(key, value, left.right, right));
      }
      var top = left.right;
      return new Node<>(
          top.key,
          top.value,
          new Node<>(left.key, left.value, left.left, top.left),
          new Node<>(key, value, top.right, right));
    }
    if (lean < -1 && right != null) {
      if (height(right.right) >= height(right.left) || right.left == null) {
        return new Node<>(
            right.key, right.value, new Node<>(key, value, left, right.left), right.right);
      }
      var top = right.left;
      return new Node<>(
          top.key,
          top.value,
          new Node<>(key, value, left, top.left),
          new Node<>(right.key, right.value, top.right, right.right));
    }
    return new Node<>(key, value, left, right);
  }

  private static int height(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.height;
  }

  /// For tests: the height of the tree.
  int height() {
    return height(root);
  }

  private static final class Node<K, V> {
    final K key;
    final V value;
    final @Nullable Node<K, V> left;
    final @Nullable Node<K, V> right;
    final int height;

    Node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
      this.key = key;
      this.value = value;
      this.left = left;
      this.right = right;
      this.height = 1 + Math.max(Table.height(left), Table.height(right));
    }
  }

  /// Walks the rows in order; `path` holds the nodes whose row and right side are still to come.
  private static final class Walk<K, V> implements Iterator<Row<K, V>> {
    final ArrayDeque<Node<K, V>> path = new ArrayDeque<>();

    void descend(@Nullable Node<K, V> node) {
      for (var at = node; at != null; at = at.left) {
        path.push(at);
      }
    }

    @Override
    public boolean hasNext() {
      return !path.isEmpty();
    }

    @Override
    public Row<K, V> next() {
      var node = path.poll();
      if (node == null) {
        throw new NoSuchElementException();
      }
      descend(node.right);
      return new Row<>(node.key, node.value);
    }
  }
}
