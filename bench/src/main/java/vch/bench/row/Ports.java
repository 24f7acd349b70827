package vch.bench.row;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.os.Fleet;
import vch.bench.os.Http;
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
    for (int ports : new int[] {0, 1000, 50_000}) {
      bench.alternate(
          "HTTP: created and started, "
              + String.format(Locale.ROOT, "%,d", ports)
              + " ports, without the docker CLI",
          "ms",
          bench.rounds(),
          List.of(bench.portlayer()),
          engine -> byHttp(engine, ports));
    }
  }

  /// The CLI alone needs more than a tenth of a second to write 50,000 ports down.
  private static double byHttp(Engine engine, int ports) {
    var exposed = new StringJoiner(",", "{", "}");
    var bindings = new StringJoiner(",", "{", "}");
    for (int port = 9000; port < 9000 + ports; port++) {
      exposed.add("\"" + port + "/tcp\":{}");
      bindings.add("\"" + port + "/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"" + port + "\"}]");
    }
    var body =
        "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"100000\"],\"ExposedPorts\":"
            + exposed
            + ",\"HostConfig\":{\"PortBindings\":"
            + bindings
            + "}}";
    try (var http = new Http(engine.socket().orElseThrow())) {
      long begun = System.nanoTime();
      http.call("POST", "/v1.41/containers/create?name=ports", body).ok();
      http.call("POST", "/v1.41/containers/ports/start", "").ok();
      double millis = (System.nanoTime() - begun) / 1e6;
      Fleet.remove(http, "ports");
      return millis;
    }
  }

  private static String what(int ports) {
    return "`run --rm` with "
        + String.format(Locale.ROOT, "%,d", ports)
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
