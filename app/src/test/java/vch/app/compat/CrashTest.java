package vch.app.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// kill -9 of the daemon, or sometimes SIGTERM, at random moments while people work with it; then
/// the next daemon, and nothing may be left that should not be, or be missing. `-Dcrash.seed`
/// repeats a run as far as chance goes, `-Dcrash.rounds` makes it longer.
@Tag("compat")
class CrashTest {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 5);
  private static final int WORKERS = 4;

  private final long seed = Long.getLong("crash.seed", System.nanoTime());

  @Test
  void whenever_the_daemon_is_killed_the_next_one_has_all_in_order() throws Exception {
    System.out.println("crash.seed=" + seed);
    var chance = new Random(seed);
    try (var machine = TestMachine.started()) {
      var vch = machine.create("blue");
      vch.docker("network", "create", "--ipv6", "net0").ok();
      for (int round = 0; round < ROUNDS; round++) {
        boolean kindly = chance.nextInt(4) == 0; // SIGTERM, in the midst of work too
        var over = new AtomicBoolean();
        var done = new AtomicInteger();
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int worker = 0; worker < WORKERS; worker++) {
            var own = new Random(chance.nextLong());
            each.submit(
                () -> {
                  while (!over.get()) {
                    done.addAndGet(vch.docker(something(own)).status() == 0 ? 1 : 0);
                  }
                });
          }
          var own = new Random(chance.nextLong());
          each.submit(
              () -> {
                while (!over.get()) {
                  var ran =
                      machine.vch(
                          own.nextBoolean()
                              ? new String[] {"create", "--name", "green"}
                              : new String[] {"delete", "--force", "--name", "green"});
                  done.addAndGet(ran.status() == 0 ? 1 : 0);
                }
              });
          TimeUnit.MILLISECONDS.sleep(300 + chance.nextInt(2500)); // the moment is what is tried
          if (kindly) {
            machine.stopDaemon();
          } else {
            machine.killDaemon();
          }
          over.set(true);
        }
        System.out.println(
            "round "
                + round
                + (kindly ? ": stopped" : ": killed")
                + " after "
                + done
                + " commands");
        machine.startDaemon();
        Invariants.hold(machine, "crash.seed=" + seed + ", round " + round);
      }
    }
  }

  private static String[] something(Random chance) {
    var name = "c" + chance.nextInt(6);
    var net = "net" + chance.nextInt(3);
    var words = new ArrayList<String>();
    switch (chance.nextInt(12)) {
      case 0, 1, 2 ->
          words.addAll(
              List.of(
                  "run",
                  "-d",
                  "--name",
                  name,
                  "--net",
                  chance.nextBoolean() ? "bridge" : "net0",
                  "-p",
                  (9000 + chance.nextInt(6)) + ":80",
                  "--restart",
                  chance.nextBoolean() ? "always" : "no",
                  "busybox",
                  "sleep",
                  "1000"));
      case 3 -> words.addAll(List.of("run", "--rm", "busybox", "true"));
      case 4 -> words.addAll(List.of("stop", "-t", "0", name));
      case 5 -> words.addAll(List.of("start", name));
      case 6 -> words.addAll(List.of("rm", "-f", name));
      case 7 -> words.addAll(List.of("restart", "-t", "0", name));
      case 8 -> words.addAll(List.of("network", "create", "--ipv6", net));
      case 9 -> words.addAll(List.of("network", "rm", net));
      case 10 -> words.addAll(List.of("network", "connect", net, name));
      default -> words.addAll(List.of("network", "disconnect", "-f", net, name));
    }
    return words.toArray(new String[0]);
  }
}
