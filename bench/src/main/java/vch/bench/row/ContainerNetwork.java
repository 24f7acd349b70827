package vch.bench.row;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import vch.bench.Bench;
import vch.bench.engine.Lan;
import vch.bench.os.JavaProgram;
import vch.bench.os.RoundTrips;
import vch.bench.os.Shell;
import vch.bench.result.Measured;

/// What passes between a host of a LAN and a container with an address there: one TCP stream, and
/// one byte to and fro. Portlayer on a NIC, beside dockerd's and podman's macvlan, which are the
/// same to the kernel but have no firewall; then on a bridge; and the cable alone.
final class ContainerNetwork implements Row {
  private static final String PORT = "7000";

  /// Who is measured, words that put a server there, and where it is reached.
  private record Way(String who, List<String> there, String address) {}

  @Override
  public void measure(Bench bench) {
    int rounds = bench.quick() ? 1 : 4;
    var place = bench.place();
    try (var lan = new Lan(place, bench.portlayer(), bench.dockerd(), bench.podman())) {
      lan.build();
      var ways = ways(bench, lan);
      bench.inTurn(
          "container network: throughput from a host of the LAN",
          "Gbit/s",
          rounds,
          each(ways, w -> Iperf.gbits(bench, w.there, lan.fromHost(), w.address)));
      var rates = new LinkedHashMap<String, List<Double>>();
      bench.inTurn(
          "container network: one byte to and fro, p50",
          "µs",
          rounds,
          each(
              ways,
              w -> {
                var said = roundTrips(bench, w, lan).split(" ", 2);
                rates
                    .computeIfAbsent(w.who, _ -> new ArrayList<>())
                    .add(Double.parseDouble(said[1]));
                return Double.parseDouble(said[0]);
              }));
      rates.forEach(
          (who, samples) ->
              bench.record("container network: bytes to and fro", "round trips/s", who, samples));
    }
  }

  private static List<Way> ways(Bench bench, Lan lan) {
    var ours = bench.portlayer();
    var ways = new ArrayList<Way>();
    for (var engine : bench.all()) {
      var run = List.of("run", "-d", "--name", "onnic", "--network", Lan.ON_NIC);
      engine.ok(command(run, engine == ours));
      ways.add(new Way(engine.name(), engine.inside("onnic"), lan.address(engine)));
    }
    var run = List.of("run", "-d", "--name", "onbridge", "--network", Lan.ON_BRIDGE);
    ours.ok(command(run, true));
    var name = Measured.PORTLAYER + " on a bridge";
    ways.add(new Way(name, ours.inside("onbridge"), lan.bridgeAddress()));
    ways.add(new Way("veth", lan.atBareEnd(), lan.bareAddress()));
    return ways;
  }

  /// A container that leaves its network to the servers. Macvlan has no ports to open.
  private static String[] command(List<String> run, boolean open) {
    var ports = open ? List.of("-p", Iperf.PORT, "-p", PORT) : List.<String>of();
    var words = Shell.words(run, ports.toArray(String[]::new));
    return Shell.words(words, "busybox", "sleep", "1000").toArray(String[]::new);
  }

  private static Map<String, DoubleSupplier> each(List<Way> ways, ToDoubleFunction<Way> measure) {
    return ways.stream()
        .collect(
            Collectors.toMap(
                Way::who,
                w -> () -> measure.applyAsDouble(w),
                (one, _) -> one,
                LinkedHashMap::new));
  }

  private static String roundTrips(Bench bench, Way way, Lan lan) {
    var server =
        bench
            .shell()
            .start("trips.log", JavaProgram.words(way.there, RoundTrips.class, "serve", PORT));
    try {
      Listening.await(bench, way.there, PORT);
      var seconds = bench.quick() ? "2" : "3";
      return bench
          .shell()
          .ok(
              JavaProgram.words(
                  lan.fromHost(), RoundTrips.class, "ask", way.address, PORT, seconds));
    } finally {
      Shell.end(server);
    }
  }
}
