package vch.engine.lifecycle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import vch.engine.compute.Processes.Exec;
import vch.engine.compute.Processes.ExecSpec;
import vch.engine.health.Health;
import vch.portlayer.container.Container;
import vch.portlayer.container.HealthCheck;

/// One look at a container: its check's program, run inside it, with bounded output and time. Its
/// result is told once, on any thread; not at all where nobody wants it any more.
final class Probe {
  private static final Logger LOG = System.getLogger(Probe.class.getName());

  /// So long after it was killed its result is told, even if somebody still holds its output.
  static final Duration GIVE_UP = Duration.ofSeconds(10);

  /// Stands behind output that was cut.
  private static final String CUT = "...";

  private final Core core;
  private final Container container;
  private final HealthCheck check;
  private final Consumer<Health.Result> listener;
  private final String id;
  private final Instant start;
  private final Output output = new Output();
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile boolean late;
  private volatile boolean unwanted;
  private volatile Optional<Exec> process = Optional.empty();
  private volatile Optional<Scheduler.Pending> limit = Optional.empty();

  /// What was written, up to the bound. Safe for two threads.
  private static final class Output {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(); // guarded by this
    private boolean cut; // guarded by this

    synchronized void add(byte[] bytes) {
      int room = Health.OUTPUT_BYTES_MAX - kept.size();
      kept.write(bytes, 0, Math.min(room, bytes.length));
      cut |= bytes.length > room;
    }

    synchronized String text() {
      return kept.toString(StandardCharsets.UTF_8) + (cut ? CUT : "");
    }
  }

  Probe(Core core, Container container, HealthCheck check, Consumer<Health.Result> listener) {
    this.core = core;
    this.container = container;
    this.check = check;
    this.listener = listener;
    this.id = id(core);
    this.start = core.clock().instant();
  }

  private static String id(Core core) {
    var bytes = new byte[32];
    core.chance().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Begins; returns as soon as the program runs, or did not start.
  void run() {
    var command = check.command();
    var words = command.getFirst() + " " + String.join(" ", command.subList(1, command.size()));
    event("exec_create: " + words, Map.of());
    event("exec_start: " + words, Map.of());
    Exec exec;
    try {
      exec =
          core.processes()
              .exec(
                  LinkEnvironment.dressed(core.engine().image(), container),
                  new ExecSpec(command, List.of(), "", "", false, false, false));
    } catch (RuntimeException e) {
      tell(-1, Refusals.message(e));
      return;
    }
    process = Optional.of(exec);
    limit = Optional.of(core.scheduler().after(check.timeout(), this::tooLate));
    if (unwanted) {
      kill(exec);
    }
    Thread.ofVirtual().name("health-" + container.id().brief()).start(() -> await(exec));
  }

  private void await(Exec exec) {
    int code;
    try {
      var stdio = exec.stdio();
      for (var chunk = stdio.read(); chunk.stream() != 0; chunk = stdio.read()) {
        output.add(chunk.bytes());
      }
      code = exec.await();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "the end of a probe of " + container.name() + " is not known", e);
      tell(
          -1, Refusals.message(e instanceof RuntimeException r ? r : new IllegalStateException(e)));
      return;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    }
    event("exec_die", Map.of("exitCode", Integer.toString(code)));
    if (late) {
      tell(-1, Health.tooLong(check, output.text()));
    } else {
      tell(code, output.text());
    }
  }

  private void tooLate() {
    late = true;
    limit =
        Optional.of(
            core.scheduler().after(GIVE_UP, () -> tell(-1, Health.tooLong(check, output.text()))));
    process.ifPresent(this::kill);
  }

  /// Its result is not wanted any more: it is told to nobody.
  void cancel() {
    unwanted = true;
    told.set(true);
    limit.ifPresent(Scheduler.Pending::cancel);
    process.ifPresent(this::kill);
  }

  private void kill(Exec exec) {
    try {
      exec.kill();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a probe of container " + container.name() + " was not killed", e);
    }
  }

  private void tell(int code, String text) {
    limit.ifPresent(Scheduler.Pending::cancel);
    if (told.compareAndSet(false, true)) {
      listener.accept(new Health.Result(start, core.clock().instant(), code, text));
    }
  }

  private void event(String action, Map<String, String> more) {
    var attributes = new java.util.HashMap<>(more);
    attributes.put("execID", id);
    core.announcer().container(current(), action, attributes);
  }

  /// As it is called now.
  private Container current() {
    return core.engine().image().container(container.id()).orElse(container);
  }
}
