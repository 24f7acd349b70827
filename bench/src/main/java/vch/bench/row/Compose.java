package vch.bench.row;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.os.Shell;
import vch.bench.result.Measured;

/// Ten services on two networks by docker-compose, up and down.
final class Compose implements Row {
  private static final int SERVICES = 10;

  @Override
  public void measure(Bench bench) {
    var file = bench.place().directory("compose.yml");
    var text = new StringBuilder("version: '3.7'\nnetworks: {front: {}, back: {}}\nservices:\n");
    for (int i = 0; i < SERVICES; i++) {
      text.append("  s")
          .append(i)
          .append(
              ": {image: busybox, command: sleep 1000, init: false, stop_signal: SIGKILL, networks: [")
          .append(i == 0 ? "front, back" : i % 2 == 0 ? "front" : "back")
          .append("], ports: ['")
          .append(8000 + i)
          .append(":80']}\n");
    }
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
    int rounds = bench.quick() ? 2 : 5;
    var downs = new java.util.LinkedHashMap<String, List<Double>>();
    bench.daemons().forEach(e -> downs.put(e.name(), new java.util.ArrayList<>()));
    bench.alternate(
        "`docker-compose up -d`, ten services on two networks",
        "ms",
        rounds,
        bench.daemons(),
        engine -> {
          double up = bench.shell().millis(compose(engine, file.toString(), "up", "-d"));
          downs
              .getOrDefault(engine.name(), List.of())
              .add(bench.shell().millis(compose(engine, file.toString(), "down")));
          return up;
        });
    downs.forEach((name, samples) -> bench.record("`docker-compose down`", "ms", name, samples));
    bench.skip(
        "`docker-compose up -d`, ten services on two networks",
        "ms",
        Measured.PODMAN,
        "podman has no daemon for docker-compose to speak to.");
  }

  private static List<String> compose(Engine engine, String file, String... words) {
    return Shell.words(
        List.of(
            "docker-compose",
            "-H",
            "unix://" + engine.socket().orElseThrow(),
            "-p",
            "ten",
            "-f",
            file),
        words);
  }
}
