package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Many at once.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadTest {
  private static final int RUNS = 50;
  private static final int STARTS = 100;

  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private static List<Ran> all(int count, IntFunction<Ran> work) throws Exception {
    try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
      var futures = new ArrayList<Future<Ran>>();
      for (int i = 0; i < count; i++) {
        int number = i;
        futures.add(each.submit(() -> work.apply(number)));
      }
      var out = new ArrayList<Ran>();
      for (var future : futures) {
        out.add(future.get());
      }
      return out;
    }
  }

  @Test
  void fifty_runs_at_once_and_a_restart_over_them() throws Exception {
    var vch = machine.create("blue");
    all(
            RUNS,
            i -> vch.docker("run", "-d", "--name", "r" + i, "-p", "80", "busybox", "sleep", "3600"))
        .forEach(Ran::ok);
    Invariants.hold(machine, "after " + RUNS + " runs");
    machine.killDaemon();
    var begun = System.nanoTime();
    machine.launchDaemon();
    TestMachine.until(
        "the API answers", () -> Ping.answers(machine.run.resolve("blue/docker.sock")));
    System.out.println(
        "restart over " + RUNS + " containers: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
    TestMachine.until("the daemon answers", () -> machine.vch("version").status() == 0);
    assertThat(vch.docker("ps", "-q").ok().lines()).hasSize(RUNS);
    Invariants.hold(machine, "after a restart over " + RUNS + " containers");
    all(RUNS, i -> vch.docker("rm", "-f", "r" + i)).forEach(Ran::ok);
    Invariants.hold(machine, "after " + RUNS + " removals");
  }

  @Test
  void a_hundred_starts_against_a_hundred_stops() throws Exception {
    var vch = machine.create("green");
    int containers = 10;
    all(containers, i -> vch.docker("create", "--name", "s" + i, "busybox", "sleep", "3600"))
        .forEach(Ran::ok);
    // who loses may be told so, but nobody may hang or leave anything behind
    var ran =
        all(
            2 * STARTS,
            i ->
                i % 2 == 0
                    ? vch.docker("start", "s" + i / 2 % containers)
                    : vch.docker("stop", "-t", "0", "s" + i / 2 % containers));
    assertThat(ran).noneMatch(r -> r.status() > 1);
    Invariants.hold(machine, "after " + STARTS + " starts against " + STARTS + " stops");
  }
}
