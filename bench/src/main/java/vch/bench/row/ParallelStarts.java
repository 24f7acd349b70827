package vch.bench.row;

import java.util.stream.IntStream;
import vch.bench.Bench;
import vch.bench.engine.Engine;

/// Many `run -d` at once, each a command line of its own.
final class ParallelStarts implements Row {
  @Override
  public void measure(Bench bench) {
    for (int number : IntStream.of(1, 10, 50, 100).toArray()) {
      int times = number == 1 ? bench.rounds() : bench.quick() ? 1 : number < 50 ? 5 : 3;
      bench.alternate(
          "`run -d`, " + number + " at once",
          "ms",
          times,
          bench.all(),
          engine -> starts(engine, number));
    }
  }

  private static double starts(Engine engine, int number) {
    try {
      return engine.together(number, "run", "-d", "--name", "par%d", "busybox", "sleep", "1000");
    } finally {
      engine.clear();
    }
  }
}
