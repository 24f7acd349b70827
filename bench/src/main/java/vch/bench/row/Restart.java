package vch.bench.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.os.Fleet;
import vch.bench.os.Http;
import vch.bench.os.Proc;
import vch.bench.os.Wait;

/// The daemons started over nothing, and restarted over many running containers: until the list of
/// containers shows them all running.
final class Restart implements Row {
  private static final int MANY = 1000;

  /// An engine that has not started them all by then goes on with what it has, seconds.
  private static final int SECONDS_MAX = 75;

  @Override
  public void measure(Bench bench) {
    bench.alternate(
        "daemon start to first answer, no containers",
        "ms",
        bench.quick() ? 2 : 5,
        bench.daemons(),
        engine -> restart(engine, 0));
    int many = bench.quick() ? MANY / 10 : MANY;
    for (var engine : bench.daemons()) {
      over(bench, engine, many);
    }
  }

  private static void over(Bench bench, Engine engine, int many) {
    var number = String.format(Locale.ROOT, "%,d", many);
    var fleet = new Fleet(engine.socket().orElseThrow(), 8);
    long start = System.nanoTime();
    int there =
        fleet.each(
            many,
            bench.quick() ? SECONDS_MAX / 3 : SECONDS_MAX,
            (http, i) -> Fleet.start(http, "many" + i));
    double took = (System.nanoTime() - start) / 1e9;
    var note =
        there == many
            ? ""
            : engine.name()
                + " started "
                + there
                + " containers in "
                + Math.round(took)
                + " s and was stopped there.";
    if (there == many) {
      bench.record(
          "HTTP: " + number + " containers created and started, 8 at once",
          "s",
          engine.name(),
          List.of(took));
    } else {
      bench.skip(
          "HTTP: " + number + " containers created and started, 8 at once",
          "s",
          engine.name(),
          note);
    }
    var memory = Proc.memory(engine.daemons());
    bench.record(
        "daemon over " + number + " running containers: RSS",
        "MiB",
        engine.name(),
        List.of(memory.rss()),
        note);
    bench.record("`ps` over them", "ms", engine.name(), times(5, () -> engine.millis("ps")), note);
    bench.record(
        "`run --rm busybox true` beside them",
        "ms",
        engine.name(),
        times(5, () -> engine.millis("run", "--rm", "busybox", "true")),
        note);
    bench.record(
        "daemon restarted over them, until all are listed",
        "ms",
        engine.name(),
        times(3, () -> restart(engine, there)),
        note);
    start = System.nanoTime();
    fleet.each(there, 600, (http, i) -> Fleet.remove(http, "many" + i));
    bench.record(
        "HTTP: each removed (`rm -f`), 8 at once",
        "ms",
        engine.name(),
        List.of((System.nanoTime() - start) / 1e6 / there),
        note);
  }

  private static List<Double> times(int times, java.util.function.DoubleSupplier measure) {
    var out = new ArrayList<Double>();
    for (int i = 0; i < times; i++) {
      out.add(measure.getAsDouble());
    }
    return out;
  }

  private static double restart(Engine engine, int containers) {
    engine.stop();
    double answer = engine.start();
    return answer
        + Wait.until(
            "the list of " + containers + " running containers",
            60,
            () -> running(engine) == containers);
  }

  private static int running(Engine engine) {
    try (var http = new Http(engine.socket().orElseThrow())) {
      return http.call("GET", "/v1.41/containers/json", "").ok().body().split("\"Id\":", -1).length
          - 1;
    }
  }
}
