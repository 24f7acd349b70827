package vch.app.compat.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A seeded sequence of calls, and what it found that is not meant.
final class Sequence {
  /// How often a sequence is tried again with fewer calls.
  private static final int SHRINK_RUNS_MAX = 40;

  private final Duel duel;
  private final Known known;

  Sequence(Duel duel, Known known) {
    this.duel = duel;
    this.known = known;
  }

  /// Where it went wrong.
  ///
  /// @param steps all calls since both began with nothing, the last one is the one that showed it
  record Fault(long seed, int at, List<Step> steps, List<Difference> differences) {
    String text() {
      var out = new StringBuilder();
      out.append("seed ").append(seed).append(", step ").append(at).append(":\n");
      differences.forEach(d -> out.append("  ").append(d).append('\n'));
      out.append("by these calls:\n");
      steps.forEach(s -> out.append("  ").append(s).append('\n'));
      return out.append("again with -Ddiff.seed=")
          .append(seed)
          .append(" -Ddiff.steps=")
          .append(at + 1)
          .toString();
    }
  }

  /// Plays a seed, up to the first difference that is not meant.
  Optional<Fault> play(long seed, int steps) {
    var generator = new Generator(seed);
    var since = new ArrayList<Step>();
    var model = Model.EMPTY;
    duel.reset();
    for (int i = 0; i < steps; i++) {
      var step = generator.next(model);
      since.add(step);
      var outcome = duel.play(step);
      var differences = notMeant(outcome);
      if (!differences.isEmpty()) {
        return Optional.of(new Fault(seed, i, shrink(since, differences.getFirst()), differences));
      }
      if (outcome.apart()) { // meant; but from here on the two would have different things
        duel.reset();
        since.clear();
        model = Model.EMPTY;
      } else if (outcome.dockerd().ok()) {
        model = step.effect().apply(model);
      }
    }
    return Optional.empty();
  }

  private List<Difference> notMeant(Duel.Outcome outcome) {
    return outcome.differences().stream().filter(d -> known.of(d).isEmpty()).toList();
  }

  /// The fewest calls found that still show the difference: each is left out in turn, from the end.
  private List<Step> shrink(List<Step> steps, Difference wanted) {
    var kept = new ArrayList<>(steps);
    int runs = 0;
    for (int i = kept.size() - 2; i >= 0 && runs < SHRINK_RUNS_MAX; i--, runs++) {
      var fewer = new ArrayList<>(kept);
      fewer.remove(i);
      if (shows(fewer, wanted)) {
        kept.remove(i);
      }
    }
    return kept;
  }

  private boolean shows(List<Step> steps, Difference wanted) {
    duel.reset();
    List<Difference> last = List.of();
    for (var step : steps) {
      last = notMeant(duel.play(step));
    }
    return last.stream()
        .anyMatch(
            d -> d.operation().equals(wanted.operation()) && d.place().equals(wanted.place()));
  }
}
