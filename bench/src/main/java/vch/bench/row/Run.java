package vch.bench.row;

import vch.bench.Bench;
import vch.bench.engine.Engine;

/// A container from nothing to nothing.
final class Run implements Row {
  @Override
  public void measure(Bench bench) {
    bench.alternate(
        "`run --rm busybox true`",
        "ms",
        bench.rounds(),
        bench.all(),
        engine -> engine.millis("run", "--rm", "busybox", "true"));
    for (var engine : bench.all()) {
      engine.ok("network", "create", "app");
    }
    bench.alternate(
        "`run --rm --network app busybox true`",
        "ms",
        bench.rounds(),
        bench.all(),
        engine -> engine.millis("run", "--rm", "--network", "app", "busybox", "true"));
    bench.alternate("`exec` of `true`", "ms", bench.rounds(), bench.all(), engine -> exec(engine));
    for (var engine : bench.all()) {
      engine.clear();
      engine.ok("network", "rm", "app");
    }
    bench.alternate(
        "`version`: the command line alone",
        "ms",
        bench.rounds(),
        bench.all(),
        engine -> engine.millis("version"));
  }

  private static double exec(Engine engine) {
    if (engine.ok("ps", "-q").isEmpty()) {
      engine.ok("run", "-d", "--name", "stays", "--network", "app", "busybox", "sleep", "1000");
    }
    return engine.millis("exec", "stays", "true");
  }
}
