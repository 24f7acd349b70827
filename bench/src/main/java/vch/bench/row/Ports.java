package vch.bench.row;

import java.util.List;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.result.Measured;

/// Published ports: ranges of growing size, and none for the difference.
final class Ports implements Row {
  private static final String NONE = "`run --rm` without published ports";

  @Override
  public void measure(Bench bench) {
    bench.alternate(NONE, "ms", bench.rounds(), bench.all(), engine -> run(engine, 0));
    bench.alternate(what(1), "ms", bench.rounds(), bench.all(), engine -> run(engine, 1));
    bench.alternate(
        what(100), "ms", bench.quick() ? 1 : 3, bench.all(), engine -> run(engine, 100));
    bench.alternate(
        what(1000), "ms", bench.rounds(), List.of(bench.portlayer()), engine -> run(engine, 1000));
    bench.alternate(what(1000), "ms", 1, List.of(bench.podman()), engine -> run(engine, 1000));
    bench.skip(
        what(1000),
        "ms",
        Measured.DOCKERD,
        "dockerd starts a proxy process and runs iptables several times for each port: 1,000 ports took 95 s on this machine (results of 2026-11-21).");
    bench.alternate(
        what(50000),
        "ms",
        bench.quick() ? 3 : bench.rounds(),
        List.of(bench.portlayer()),
        engine -> run(engine, 50000));
    bench.skip(
        what(50000),
        "ms",
        Measured.DOCKERD,
        "50,000 ports are out of reach of dockerd (hours, and as many processes).");
    bench.skip(
        what(50000),
        "ms",
        Measured.PODMAN,
        "podman publishes a range port by port; 50,000 would take many minutes.");
  }

  private static String what(int ports) {
    return "`run --rm` with "
        + String.format(java.util.Locale.ROOT, "%,d", ports)
        + " published port"
        + (ports == 1 ? "" : "s");
  }

  private static double run(Engine engine, int ports) {
    if (ports == 0) {
      return engine.millis("run", "--rm", "busybox", "true");
    }
    var range = ports == 1 ? "9000:9000" : "9000-" + (8999 + ports) + ":9000-" + (8999 + ports);
    return engine.millis("run", "--rm", "-p", range, "busybox", "true");
  }
}
