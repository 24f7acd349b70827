package vch.portlayer.address;

import java.util.Iterator;
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
    if (last.isEmpty() || !pool.contains(last.get()) || last.get().equals(pool.last())) {
      return sweep(pool, never, heldFrom);
    }
    return sweep(new Range(last.get().plus(1), pool.last()), never, heldFrom)
        .or(() -> sweep(new Range(pool.first(), last.get()), never, heldFrom));
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
