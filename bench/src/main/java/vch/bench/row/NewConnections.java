package vch.bench.row;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.engine.Place;
import vch.bench.os.Connections;
import vch.bench.os.Http;
import vch.bench.os.JavaProgram;
import vch.bench.os.Shell;

/// New connections each second from outside to a published port, among few and many publications.
/// The publications are no range: each host port leads to a container port that is another distance
/// away.
final class NewConnections implements Row {
  private static final int PORT = 7000;
  private static final int SECONDS = 3;

  @Override
  public void measure(Bench bench) {
    int rounds = bench.quick() ? 2 : 5;
    var few = bench.quick() ? 10 : 100;
    var all = bench.daemons();
    var ours = List.of(bench.portlayer());
    var dockerd = List.of(bench.dockerd());
    // in turn: 1 and many of the same engine, so that their ratio is fair
    for (int publications : List.of(1, few, 10_000)) {
      bench.progress("with " + publications);
      bench.alternate(
          "new connections with "
              + String.format(Locale.ROOT, "%,d", publications)
              + " publications",
          "connections/s",
          publications == few ? 2 : rounds,
          publications <= few ? all : ours,
          engine -> rate(bench, engine, publications));
    }
    bench.skip(
        "new connections with 10,000 publications",
        "connections/s",
        dockerd.getFirst().name(),
        "dockerd publishes some 17 ports a second: 10,000 would take ten minutes.");
    bench.alternate(
        "new connections with 1 publication, right after that with 10,000",
        "connections/s",
        rounds,
        ours,
        engine -> rate(bench, engine, 1));
  }

  private static double rate(Bench bench, Engine engine, int publications) {
    try (var http = new Http(engine.socket().orElseThrow())) {
      var create =
          http.call("POST", "/v1.41/containers/create?name=busy", container(publications)).ok();
      if (create.status() != 201) {
        throw new IllegalStateException(create.body());
      }
      http.call("POST", "/v1.41/containers/busy/start", "").ok();
    }
    var there = engine.inside("busy");
    var server =
        bench
            .shell()
            .start(
                "serve.log",
                JavaProgram.words(there, Connections.class, "serve", Integer.toString(PORT)));
    try {
      Listening.await(bench, there, Integer.toString(PORT));
      return Double.parseDouble(
          bench
              .shell()
              .ok(
                  JavaProgram.words(
                      Place.within(bench.place().outside()),
                      Connections.class,
                      "connect",
                      engine.publicAddress(),
                      Integer.toString(PORT),
                      Integer.toString(SECONDS))));
    } finally {
      Shell.end(server);
      engine.clear();
    }
  }

  private static String container(int publications) {
    var further =
        IntStream.range(1, publications)
            .mapToObj(
                i -> "\"" + (10_000 + i) + "/tcp\":[{\"HostPort\":\"" + (20_000 + 2 * i) + "\"}]");
    var bindings =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(
                    "\"" + PORT + "/tcp\":[{\"HostPort\":\"" + PORT + "\"}]"),
                further)
            .collect(Collectors.joining(","));
    var exposed =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("\"" + PORT + "/tcp\":{}"),
                IntStream.range(1, publications).mapToObj(i -> "\"" + (10_000 + i) + "/tcp\":{}"))
            .collect(Collectors.joining(","));
    return "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"],\"ExposedPorts\":{"
        + exposed
        + "},\"HostConfig\":{\"PortBindings\":{"
        + bindings
        + "}}}";
  }
}
