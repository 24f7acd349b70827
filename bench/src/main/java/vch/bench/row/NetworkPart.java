package vch.bench.row;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.os.Fleet;
import vch.bench.os.Http;
import vch.bench.result.Measured;

/// The network part of a start, alone: a running container is connected to a further network, which
/// takes an address, a pair of links and its guards, from the request to the answer, the record
/// included. One at a time, and 64 at once.
final class NetworkPart implements Row {
  private static final int CONTAINERS = 64;
  private static final String BODY = "{\"Container\":\"net%d\"}";

  @Override
  public void measure(Bench bench) {
    var engines = bench.daemons();
    for (var engine : engines) {
      engine.ok("network", "create", "further");
      fleet(engine, 8).each(CONTAINERS, 300, (http, i) -> Fleet.start(http, "net" + i));
    }
    try {
      for (int workers : List.of(1, CONTAINERS)) {
        for (var engine : engines) {
          connect(bench, engine, workers);
        }
      }
    } finally {
      for (var engine : engines) {
        fleet(engine, 8).each(CONTAINERS, 300, (http, i) -> Fleet.remove(http, "net" + i));
        engine.ok("network", "rm", "further");
      }
    }
  }

  private static Fleet fleet(Engine engine, int workers) {
    return new Fleet(engine.socket().orElseThrow(), workers);
  }

  private static void connect(Bench bench, Engine engine, int workers) {
    List<Double> took = Collections.synchronizedList(new ArrayList<>());
    int rounds = bench.quick() ? 1 : 3;
    for (int round = 0; round < rounds; round++) {
      fleet(engine, workers)
          .each(
              CONTAINERS,
              120,
              (http, i) -> {
                long start = System.nanoTime();
                change(http, "connect", i);
                took.add((System.nanoTime() - start) / 1e6);
              });
      fleet(engine, 8).each(CONTAINERS, 120, (http, i) -> change(http, "disconnect", i));
    }
    var what =
        "HTTP: running container connected to a network, "
            + (workers == 1 ? "one at a time" : workers + " at once");
    bench.record(what + ": p50", "ms", engine.name(), took);
    var all = new Measured("", "", "ms", engine.name(), took, "");
    bench.record(what + ": p99", "ms", engine.name(), List.of(all.quantile(0.99)));
  }

  private static void change(Http http, String verb, int number) {
    http.call(
            "POST",
            "/v1.41/networks/further/" + verb,
            String.format(java.util.Locale.ROOT, BODY, number))
        .ok();
  }
}
