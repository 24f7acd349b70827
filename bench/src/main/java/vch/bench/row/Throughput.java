package vch.bench.row;

import java.util.ArrayList;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.engine.Place;
import vch.bench.result.Measured;

/// One TCP stream by iperf3: between containers of a network, from outside to a published port, and
/// over a bare cable as what the machine can do at most.
final class Throughput implements Row {
  private static final String PORT = Iperf.PORT;

  @Override
  public void measure(Bench bench) {
    int rounds = bench.quick() ? 1 : 4;
    var place = bench.place();
    var bare = place.addMachine("b", 8);
    try {
      for (var engine : bench.all()) {
        engine.ok("network", "create", "wide");
        engine.ok(
            "run",
            "-d",
            "--name",
            "there",
            "--network",
            "wide",
            "-p",
            PORT + ":" + PORT,
            "busybox",
            "sleep",
            "1000");
        engine.ok("run", "-d", "--name", "here", "--network", "wide", "busybox", "sleep", "1000");
      }
      var cable = new ArrayList<Double>();
      bench.alternate(
          "throughput between containers of a network",
          "Gbit/s",
          rounds,
          bench.all(),
          engine ->
              Iperf.gbits(bench, engine.inside("there"), engine.inside("here"), address(engine)));
      bench.alternate(
          "throughput from outside to a published port",
          "Gbit/s",
          rounds,
          bench.all(),
          engine -> {
            double rate =
                Iperf.gbits(
                    bench,
                    engine.inside("there"),
                    Place.within(place.outside()),
                    engine.publicAddress());
            if (engine.name().equals(Measured.PORTLAYER)) {
              cable.add(
                  Iperf.gbits(
                      bench, Place.within(bare), Place.within(place.outside()), "10.210.8.2"));
            }
            return rate;
          });
      bench.record("throughput of a bare veth pair", "Gbit/s", "veth", cable);
    } finally {
      bench.shell().ok("ip", "netns", "del", bare);
      for (var engine : bench.all()) {
        engine.clear();
        engine.ok("network", "rm", "wide");
      }
    }
  }

  private static String address(Engine engine) {
    return engine.ok(
        "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", "there");
  }
}
