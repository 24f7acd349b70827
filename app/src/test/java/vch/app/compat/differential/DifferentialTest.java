package vch.app.compat.differential;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.app.compat.BusyboxRoot;
import vch.app.compat.TestMachine;

/// The same random calls to Debian's dockerd and to a VCH, in one run: statuses, bodies, headers
/// and events are the same, but for the differences that are listed with their reasons
/// (docs/reference/differences.md). `-Ddiff.seed=N` plays one seed, `-Ddiff.seeds=N` that many from
/// there (or from 1), `-Ddiff.steps=N` so long.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferentialTest {
  private static final int SEEDS = 5;
  private static final int STEPS = 40;

  private final Known known = Known.read();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private Optional<Duel> duel = Optional.empty();

  @BeforeAll
  void start() throws IOException {
    var machine = opened(TestMachine.started());
    machine.vch("create", "--name", "blue").saying("Installer completed successfully");
    var process = opened(new Dockerd());
    var dockerd = opened(new Engine("dockerd", process.socket()));
    var ours = opened(new Engine("ours", machine.run.resolve("blue/docker.sock")));
    var busybox = BusyboxRoot.tar();
    dockerd.importBusybox(busybox);
    ours.importBusybox(busybox);
    duel = Optional.of(new Duel(dockerd, ours));
  }

  private <T extends AutoCloseable> T opened(T it) {
    open.push(it);
    return it;
  }

  @AfterAll
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  static LongStream seeds() {
    var first = Long.getLong("diff.seed");
    long count = Long.getLong("diff.seeds", first == null ? SEEDS : 1);
    return LongStream.range(0, count).map(i -> (first == null ? 1 : first) + i);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void the_same_calls_get_the_same_answers(long seed) {
    var sequence = new Sequence(duel.orElseThrow(), known);
    var fault = sequence.play(seed, Integer.getInteger("diff.steps", STEPS));
    fault.ifPresent(
        f -> {
          throw new AssertionError(f.text());
        });
  }
}
