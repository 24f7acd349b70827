package vch.bench.row;

import java.util.List;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.os.Proc;

/// Memory of the daemons with nothing to do, and of what each container adds to it.
final class Memory implements Row {
  private static final int CONTAINERS = 10;

  /// What a run time frees it gives back to the kernel when it has time, ours within ten seconds.
  private static final int IDLE_SECONDS = 15;

  @Override
  public void measure(Bench bench) {
    idle();
    for (var engine : bench.all()) {
      var before = Proc.memory(engine.daemons());
      bench.record("idle daemon and its helpers: RSS", "MiB", engine.name(), List.of(before.rss()));
      bench.record("idle daemon and its helpers: PSS", "MiB", engine.name(), List.of(before.pss()));
    }
    for (var engine : bench.all()) {
      containers(bench, engine);
    }
  }

  private static void idle() {
    try {
      Thread.sleep(IDLE_SECONDS * 1000L);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void containers(Bench bench, Engine engine) {
    for (int i = 0; i < CONTAINERS; i++) {
      engine.ok("run", "-d", "--name", "mem" + i, "busybox", "sleep", "1000");
    }
    var monitors =
        Proc.find(
            line ->
                (line.contains("conmon") || line.contains("containerd-shim"))
                    && line.contains(bench.place().directory("").toString()));
    var all = Proc.memory(monitors);
    bench.record(
        "each running container: its monitor, PSS",
        "MiB",
        engine.name(),
        List.of(all.pss() / CONTAINERS));
    engine.clear();
  }
}
