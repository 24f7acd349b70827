package vch.bench.row;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.engine.Place;
import vch.bench.os.Shell;
import vch.bench.os.Wait;
import vch.bench.result.Measured;

/// One TCP stream by iperf3: between containers of a network, from outside to a published port, and
/// over a bare cable as what the machine can do at most.
final class Throughput implements Row {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String PORT = "5201";

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
      var cable = new java.util.ArrayList<Double>();
      bench.alternate(
          "throughput between containers of a network",
          "Gbit/s",
          rounds,
          bench.all(),
          engine -> stream(bench, engine.inside("there"), engine.inside("here"), address(engine)));
      bench.alternate(
          "throughput from outside to a published port",
          "Gbit/s",
          rounds,
          bench.all(),
          engine -> {
            double rate =
                stream(
                    bench,
                    engine.inside("there"),
                    Place.within(place.outside()),
                    engine.publicAddress());
            if (engine.name().equals(Measured.PORTLAYER)) {
              cable.add(
                  stream(bench, Place.within(bare), Place.within(place.outside()), "10.210.8.2"));
            }
            return rate;
          });
      bench.record("throughput of a bare veth pair", "Gbit/s", "veth", cable);
      bench.skip(
          "throughput on a container network",
          "Gbit/s",
          Measured.PORTLAYER,
          "Container networks do not exist yet; this line is theirs.");
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

  private static double stream(Bench bench, List<String> there, List<String> here, String address) {
    var server =
        bench.shell().start("iperf3.log", Shell.words(there, "iperf3", "-s", "-1", "-p", PORT));
    try {
      Wait.until(
          "iperf3's server",
          10,
          () ->
              bench
                  .shell()
                  .run(Shell.words(there, "ss", "-Hltn", "sport", "=", ":" + PORT))
                  .out()
                  .contains(PORT));
      var out =
          bench
              .shell()
              .ok(
                  Shell.words(
                      here,
                      "iperf3",
                      "-c",
                      address,
                      "-p",
                      PORT,
                      "-t",
                      bench.quick() ? "2" : "3",
                      "-J"));
      return JSON.readTree(out).path("end").path("sum_received").path("bits_per_second").asDouble()
          / 1e9;
    } finally {
      Shell.end(server);
    }
  }
}
