package vch.api.docker.container;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.engine.compute.Processes.Usage;
import vch.engine.compute.UsageDetails;
import vch.portlayer.container.Container;

/// One row of `GET /containers/{id}/stats`. Pure.
final class StatsJson {
  private StatsJson() {}

  /// What was measured at one moment.
  ///
  /// @param machineCpuNanos CPU time of the whole machine
  /// @param machineBytes memory of the whole machine, the limit of a container that has none of its
  ///   own
  /// @param links counters of network links
  record Sample(
      Instant at,
      Usage usage,
      long machineCpuNanos,
      long machineBytes,
      int cpus,
      Map<String, Map<Counter, Long>> links) {}

  /// Columns of /proc/net/dev that Docker shows, and where they stand in it.
  enum Counter {
    RX_BYTES(0),
    RX_PACKETS(1),
    RX_ERRORS(2),
    RX_DROPPED(3),
    TX_BYTES(8),
    TX_PACKETS(9),
    TX_ERRORS(10),
    TX_DROPPED(11);

    final int column;

    Counter(int column) {
      this.column = column;
    }
  }

  /// @param now empty for a container that does not run
  /// @param before empty for the first row
  static ObjectNode of(Container container, Optional<Sample> now, Optional<Sample> before) {
    var out = Json.object();
    out.put("name", "/" + container.name()).put("id", container.id().value());
    out.put("read", now.map(s -> Timestamps.rfc3339(s.at())).orElse(Timestamps.ZERO));
    out.put("preread", before.map(s -> Timestamps.rfc3339(s.at())).orElse(Timestamps.ZERO));
    var pids = out.putObject("pids_stats");
    now.ifPresent(s -> pids.put("current", s.usage().pids()));
    if (details(now).pidsMax() > 0) {
      pids.put("limit", details(now).pidsMax());
    }
    out.set("blkio_stats", blocks(now));
    out.put("num_procs", 0);
    out.putObject("storage_stats");
    out.set("cpu_stats", cpu(now));
    out.set("precpu_stats", cpu(before));
    out.set("memory_stats", memory(now));
    now.filter(s -> !s.links().isEmpty()).ifPresent(s -> out.set("networks", networks(s)));
    return out;
  }

  private static ObjectNode cpu(Optional<Sample> sample) {
    var details = details(sample);
    var out = Json.object();
    var usage = out.putObject("cpu_usage");
    usage.put("total_usage", sample.map(s -> s.usage().cpuNanos()).orElse(0L));
    if (!details.cpuNanos().isEmpty()) {
      var each = usage.putArray("percpu_usage");
      details.cpuNanos().forEach(each::add);
    }
    usage
        .put("usage_in_kernelmode", sample.map(s -> s.usage().cpuSystemNanos()).orElse(0L))
        .put("usage_in_usermode", sample.map(s -> s.usage().cpuUserNanos()).orElse(0L));
    sample.ifPresent(
        s -> out.put("system_cpu_usage", s.machineCpuNanos()).put("online_cpus", s.cpus()));
    out.putObject("throttling_data")
        .put("periods", details.periods())
        .put("throttled_periods", details.throttled())
        .put("throttled_time", details.throttledNanos());
    return out;
  }

  private static UsageDetails details(Optional<Sample> sample) {
    return sample.map(s -> s.usage().details()).orElse(UsageDetails.NONE);
  }

  private static ObjectNode memory(Optional<Sample> sample) {
    var out = Json.object();
    sample.ifPresent(
        s -> {
          var details = s.usage().details();
          out.put("usage", s.usage().memoryBytes());
          if (details.memoryPeakBytes() > 0) {
            out.put("max_usage", details.memoryPeakBytes());
          }
          // What clients take off to show memory without cache is there under the names of both
          // cgroup versions.
          var counts = new TreeMap<>(details.memory());
          counts.putIfAbsent("inactive_file", 0L);
          counts.putIfAbsent("total_inactive_file", counts.get("inactive_file"));
          var stats = out.putObject("stats");
          counts.forEach(stats::put);
          if (details.memoryFailures() > 0) {
            out.put("failcnt", details.memoryFailures());
          }
          long limit = s.usage().memoryLimitBytes();
          out.put("limit", limit == 0 ? s.machineBytes() : Math.min(limit, s.machineBytes()));
        });
    return out;
  }

  private static ObjectNode blocks(Optional<Sample> sample) {
    var out = Json.object();
    blocks(out, "io_service_bytes_recursive", details(sample).blockBytes());
    blocks(out, "io_serviced_recursive", details(sample).blockOperations());
    for (var name :
        new String[] {
          "io_queue_recursive",
          "io_service_time_recursive",
          "io_wait_time_recursive",
          "io_merged_recursive",
          "io_time_recursive",
          "sectors_recursive"
        }) {
      out.putNull(name);
    }
    return out;
  }

  private static void blocks(ObjectNode out, String name, List<UsageDetails.BlockCount> counts) {
    if (counts.isEmpty()) {
      out.putNull(name);
      return;
    }
    var rows = out.putArray(name);
    for (var count : counts) {
      rows.addObject()
          .put("major", count.major())
          .put("minor", count.minor())
          .put("op", count.operation())
          .put("value", count.value());
    }
  }

  private static ObjectNode networks(Sample sample) {
    var out = Json.object();
    sample
        .links()
        .forEach(
            (link, counters) -> {
              var row = out.putObject(link);
              counters.forEach(
                  (counter, value) -> row.put(counter.name().toLowerCase(Locale.ROOT), value));
            });
    return out;
  }
}
