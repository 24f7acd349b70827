package vch.app.compat.differential;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// What exists, as far as the making of meaningful calls needs it. A value.
///
/// @param networks names of those that were made
/// @param execs names of places, with their containers
record Model(
    Set<String> networks,
    Map<String, Box> containers,
    Set<String> volumes,
    Map<String, String> execs,
    Set<String> tags) {
  static final Model EMPTY = new Model(Set.of(), Map.of(), Set.of(), Map.of(), Set.of());

  enum State {
    CREATED,
    RUNNING,
    PAUSED,
    EXITED
  }

  /// How the program of a container ends.
  enum End {
    AT_ONCE,
    BY_TERM,
    BY_KILL
  }

  /// A container.
  record Box(State state, End end) {
    Box state(State to) {
      return new Box(to, end);
    }

    boolean lasts() {
      return end != End.AT_ONCE;
    }
  }

  List<String> in(State... states) {
    return containers.entrySet().stream()
        .filter(e -> List.of(states).contains(e.getValue().state()))
        .map(Map.Entry::getKey)
        .toList();
  }

  Model with(String name, Box box) {
    var out = new TreeMap<>(containers);
    out.put(name, box);
    return new Model(networks, out, volumes, execs, tags);
  }

  Model without(String name) {
    var out = new TreeMap<>(containers);
    out.remove(name);
    return new Model(networks, out, volumes, execs, tags);
  }

  Model change(String name, UnaryOperator<Box> by) {
    var box = containers.get(name);
    return box == null ? this : with(name, by.apply(box));
  }

  /// It was started: one whose program ends at once has ended by the next call.
  Model started(String name) {
    return change(name, b -> b.state(b.lasts() ? State.RUNNING : State.EXITED));
  }

  Model renamed(String from, String to) {
    var box = containers.get(from);
    return box == null ? this : without(from).with(to, box);
  }

  Model network(String name) {
    return new Model(plus(networks, name), containers, volumes, execs, tags);
  }

  Model withoutNetwork(String name) {
    return new Model(minus(networks, name), containers, volumes, execs, tags);
  }

  Model volume(String name) {
    return new Model(networks, containers, plus(volumes, name), execs, tags);
  }

  Model withoutVolume(String name) {
    return new Model(networks, containers, minus(volumes, name), execs, tags);
  }

  Model exec(String place, String container) {
    var out = new TreeMap<>(execs);
    out.put(place, container);
    return new Model(networks, containers, volumes, out, tags);
  }

  Model tag(String name) {
    return new Model(networks, containers, volumes, execs, plus(tags, name));
  }

  Model withoutTag(String name) {
    return new Model(networks, containers, volumes, execs, minus(tags, name));
  }

  private static Set<String> plus(Set<String> set, String name) {
    var out = new TreeSet<>(set);
    out.add(name);
    return out;
  }

  private static Set<String> minus(Set<String> set, String name) {
    var out = new HashSet<>(set);
    out.remove(name);
    return new TreeSet<>(out);
  }
}
