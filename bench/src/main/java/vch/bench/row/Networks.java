package vch.bench.row;

import java.util.ArrayList;
import java.util.List;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.os.Http;

/// Networks made and removed: one, and many beside each other.
final class Networks implements Row {
  private static final int MANY = 1000;

  /// An engine that has not made them all by then stops, seconds.
  private static final int MANY_SECONDS_MAX = 20;

  @Override
  public void measure(Bench bench) {
    bench.alternate(
        "`network create` and `network rm`",
        "ms",
        bench.rounds(),
        bench.all(),
        engine ->
            engine.millis("network", "create", "net") + engine.millis("network", "rm", "net"));
    bench.alternate(
        "HTTP: create and remove a network",
        "ms",
        bench.rounds() * 2,
        bench.daemons(),
        Networks::byHttp);
    int many = bench.quick() ? MANY / 5 : MANY;
    for (var engine : bench.daemons()) {
      many(bench, engine, many);
    }
  }

  private static double byHttp(Engine engine) {
    try (var http = new Http(engine.socket().orElseThrow())) {
      http.call("GET", "/_ping", "").ok();
      long start = System.nanoTime();
      create(http, "net");
      http.call("DELETE", "/v1.41/networks/net", "").ok();
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private static void create(Http http, String name) {
    http.call(
            "POST",
            "/v1.41/networks/create",
            "{\"Name\":\"" + name + "\",\"CheckDuplicate\":true,\"Driver\":\"bridge\"}")
        .ok();
  }

  private static void many(Bench bench, Engine engine, int many) {
    var each = new ArrayList<Double>();
    var all = "HTTP: " + many + " networks created";
    var last = "HTTP: one network created when there are " + many + " others";
    try (var http = new Http(engine.socket().orElseThrow())) {
      long start = System.nanoTime();
      while (each.size() < many && System.nanoTime() - start < MANY_SECONDS_MAX * 1_000_000_000L) {
        long at = System.nanoTime();
        create(http, "many" + each.size());
        each.add((System.nanoTime() - at) / 1e6);
      }
      double took = (System.nanoTime() - start) / 1e9;
      if (each.size() == many) {
        bench.record(all, "s", engine.name(), List.of(took));
        bench.record(last, "ms", engine.name(), each.subList(many - 20, many));
      } else {
        var why =
            engine.name()
                + " made "
                + each.size()
                + " networks in "
                + MANY_SECONDS_MAX
                + " s and was stopped there.";
        bench.skip(all, "s", engine.name(), why);
        bench.record(last, "ms", engine.name(), each.subList(each.size() - 5, each.size()), why);
      }
      long removing = System.nanoTime();
      for (int i = 0; i < each.size(); i++) {
        http.call("DELETE", "/v1.41/networks/many" + i, "").ok();
      }
      bench.record(
          "HTTP: removed again, each",
          "ms",
          engine.name(),
          List.of((System.nanoTime() - removing) / 1e6 / each.size()));
    }
  }
}
