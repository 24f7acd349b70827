package vch.portlayer.address;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Allocation that goes round: the first free address after the one handed out last, so that a
/// freed address rests until all others have been used. Keeps nothing itself: who asks brings the
/// last address and what is held.
public final class NextFit {
  private NextFit() {}

  /// Costs one step for each held or excluded address that stands in a row after `last`.
  ///
  /// @param pool where addresses come from
  /// @param last the address that was handed out last; empty: begin with the pool's first
  /// @param never addresses that are not handed out, few of them in a row
  /// @param heldFrom addresses in use from the given one on, in order; may go past the pool
  public static Optional<Ip> next(
      Range pool, Optional<Ip> last, Predicate<Ip> never, Function<Ip, Iterator<Ip>> heldFrom) {
    return next(List.of(pool), last, never, heldFrom);
  }

  /// As [#next(Range, Optional, Predicate, Function)], over several pools in their order: the rest
  /// of the pool of the last address, the other pools, the beginning of that pool. A last address
  /// that is in none of them: from the first pool on.
  public static Optional<Ip> next(
      List<Range> pools,
      Optional<Ip> last,
      Predicate<Ip> never,
      Function<Ip, Iterator<Ip>> heldFrom) {
    return parts(pools, last).stream()
        .map(part -> sweep(part, never, heldFrom))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static List<Range> parts(List<Range> pools, Optional<Ip> last) {
    int at = 0;
    while (at < pools.size() && last.filter(pools.get(at)::contains).isEmpty()) {
      at++;
    }
    if (at == pools.size()) {
      return pools;
    }
    var pool = pools.get(at);
    var before = last.orElseThrow();
    var parts = new ArrayList<Range>();
    if (!before.equals(pool.last())) {
      parts.add(new Range(before.plus(1), pool.last()));
    }
    parts.addAll(pools.subList(at + 1, pools.size()));
    parts.addAll(pools.subList(0, at));
    parts.add(new Range(pool.first(), before));
    return parts;
  }

  private static Optional<Ip> sweep(
      Range part, Predicate<Ip> never, Function<Ip, Iterator<Ip>> heldFrom) {
    var held = heldFrom.apply(part.first());
    var nextHeld = following(held);
    var at = part.first();
    while (true) {
      boolean taken = nextHeld.isPresent() && nextHeld.get().equals(at);
      if (!taken && !never.test(at)) {
        return Optional.of(at);
      }
      if (at.equals(part.last())) {
        return Optional.empty();
      }
      if (taken) {
        nextHeld = following(held);
      }
      at = at.plus(1);
    }
  }

  private static Optional<Ip> following(Iterator<Ip> held) {
    return held.hasNext() ? Optional.of(held.next()) : Optional.empty();
  }
}
