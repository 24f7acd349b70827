package vch.bench.row;

import vch.bench.Bench;

/// Measures one topic. Leaves the engines as it found them: no container, no network.
@FunctionalInterface
public interface Row {
  void measure(Bench bench);
}
