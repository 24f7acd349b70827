package vch.api.docker.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.refusal.Refusal;

/// `GET /containers/{id}/stats`: a row a second, or one.
final class StatsRoute {
  static final Duration INTERVAL = Duration.ofSeconds(1);

  /// Of all times in /proc/stat.
  private static final long NANOS_PER_TICK = 10_000_000;

  /// user, nice, system, idle, iowait, irq, softirq: what Docker counts as the machine's time.
  private static final int CPU_COLUMNS = 7;

  private final DockerHost host;
  private final Path proc;

  /// @param proc `/proc`
  StatsRoute(DockerHost host, Path proc) {
    this.host = host;
    this.proc = proc;
  }

  void run(Call call) throws IOException {
    boolean stream = call.query().flag("stream", true);
    boolean oneShot = call.since(41) && call.query().flag("one-shot");
    if (stream && oneShot) {
      throw new Refusal.Invalid("cannot have stream=true and one-shot=true");
    }
    var container = Containers.of(host, call);
    if (stream) {
      stream(call, container);
      return;
    }
    var first = oneShot ? Optional.<StatsJson.Sample>empty() : sample(container);
    if (first.isPresent()) {
      pause(new CountDownLatch(1));
    }
    call.reply(200, StatsJson.of(container, sample(container), first));
  }

  private void stream(Call call, Container container) throws IOException {
    var gone = new CountDownLatch(1);
    try (var out = call.exchange().stream(200, Call.JSON, gone::countDown)) {
      var before = Optional.<StatsJson.Sample>empty();
      while (gone.getCount() > 0 && host.image().container(container.id()).isPresent()) {
        var now = sample(container);
        out.write(Json.bytes(StatsJson.of(container, now, before)));
        out.write('\n');
        out.flush();
        before = now;
        pause(gone);
      }
    } catch (IOException e) {
      System.getLogger("vch.api.docker")
          .log(System.Logger.Level.DEBUG, "a client left its stats", e);
    }
  }

  private static void pause(CountDownLatch gone) {
    try {
      if (gone.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Empty when the container does not run.
  private Optional<StatsJson.Sample> sample(Container asked) throws IOException {
    var container = host.image().container(asked.id()).filter(Status::running);
    if (container.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new StatsJson.Sample(
              host.clock().instant(),
              host.processes().usage(asked.id()),
              machineCpu(),
              host.settings().memoryBytes(),
              host.settings().cpus(),
              container.get().mode() instanceof NetworkMode.Scoped
                  ? links(container.get().state().pid())
                  : Map.of()));
    } catch (Refusal.Conflict _) { // it has ended meanwhile
      return Optional.empty();
    }
  }

  private long machineCpu() throws IOException {
    for (var line : Files.readAllLines(proc.resolve("stat"))) {
      if (line.startsWith("cpu ")) {
        var fields = line.strip().split("\\s+", -1);
        long ticks = 0;
        for (int i = 1; i <= CPU_COLUMNS && i < fields.length; i++) {
          ticks += Long.parseLong(fields[i]);
        }
        return ticks * NANOS_PER_TICK;
      }
    }
    return 0;
  }

  /// Counters of the links in the network namespace of a process.
  private Map<String, Map<StatsJson.Counter, Long>> links(long pid) {
    var out = new TreeMap<String, Map<StatsJson.Counter, Long>>();
    try {
      for (var line : Files.readAllLines(proc.resolve(pid + "/net/dev"))) {
        int colon = line.indexOf(':');
        var name = colon < 0 ? "lo" : line.substring(0, colon).strip();
        if (!name.equals("lo")) {
          out.put(name, counters(line.substring(colon + 1).strip().split("\\s+", -1)));
        }
      }
    } catch (IOException _) { // it has ended meanwhile
      return Map.of();
    }
    return out;
  }

  private static Map<StatsJson.Counter, Long> counters(String[] columns) {
    var out = new EnumMap<StatsJson.Counter, Long>(StatsJson.Counter.class);
    for (var counter : StatsJson.Counter.values()) {
      out.put(counter, Long.valueOf(columns[counter.column]));
    }
    return out;
  }
}
