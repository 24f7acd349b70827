package vch.engine.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import vch.engine.compute.ContainerFiles;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;
import vch.engine.compute.Processes;
import vch.engine.compute.Stdio;
import vch.engine.compute.UsageDetails;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// Processes in memory. They obey signals as a plain program does (the exit code is 128 and the
/// signal's number), unless told to ignore some; they end when the test says so. They outlive the
/// daemon: [#restart()] is a new daemon on the same machine. Safe for any number of threads;
/// listeners are called without a lock.
public final class FakeProcesses implements Processes {
  private final InstantSource clock;
  private final Cuts cuts;
  private final Map<ContainerId, Made> made = new TreeMap<>(); // guarded by this, as are the others
  private final Map<ContainerId, RuntimeException> refusals = new HashMap<>();
  private final Map<ContainerId, Integer> instant = new HashMap<>();
  private final Map<ContainerId, Set<Integer>> ignored = new HashMap<>();
  private Optional<Consumer<Ended>> listener = Optional.empty();
  private Consumer<Start> watcher = _ -> {};
  private final ArrayDeque<FakeExec> execs = new ArrayDeque<>();
  private Optional<ExecSpec> lastExec = Optional.empty();
  private Optional<RuntimeException> execFailure = Optional.empty();
  private final FakeFiles files = new FakeFiles();
  private long nextPid = 1000;

  public FakeProcesses(InstantSource clock, Cuts cuts) {
    this.clock = clock;
    this.cuts = cuts;
  }

  public FakeProcesses(InstantSource clock) {
    this(clock, new Cuts());
  }

  /// What a start was given.
  public record Start(Container container, Path namespace, Files files) {}

  /// What is there of one container. Guarded by the outer object.
  private static final class Made {
    private Optional<Start> start = Optional.empty();
    private long pid;
    private boolean frozen;
    private final List<Integer> held = new ArrayList<>();
    private Optional<Ended> ended = Optional.empty();
    private FakeStdio stdio = new FakeStdio();
    private final List<Logs.Line> lines = new ArrayList<>();
  }

  // What the test says.

  /// The next start of the container fails in this way.
  public synchronized void failNextStart(ContainerId id, RuntimeException failure) {
    refusals.put(id, failure);
  }

  /// What was said of the container's starts is over.
  public synchronized void startsWell(ContainerId id) {
    refusals.remove(id);
    instant.remove(id);
  }

  /// From now on the container ends with this code as soon as it has started.
  public synchronized void endsAtOnce(ContainerId id, int exitCode) {
    instant.put(id, exitCode);
  }

  /// From now on the container does not mind the signal.
  public synchronized void ignores(ContainerId id, int signal) {
    ignored.computeIfAbsent(id, _ -> new HashSet<>()).add(signal);
  }

  /// Called in every start, before the process is there.
  public synchronized void watchStarts(Consumer<Start> next) {
    watcher = next;
  }

  /// The container's first process ends.
  public void end(ContainerId id, int exitCode) {
    end(id, exitCode, false);
  }

  /// The container's first process ends, perhaps because memory ran out.
  public void end(ContainerId id, int exitCode, boolean oomKilled) {
    Ended end;
    Optional<Consumer<Ended>> told;
    synchronized (this) {
      var it = made.get(id);
      if (it == null || it.pid == 0) {
        return;
      }
      it.pid = 0;
      it.frozen = false;
      it.held.clear();
      end = new Ended(id, exitCode, oomKilled, clock.instant());
      it.ended = Optional.of(end);
      it.stdio.ends();
      told = listener;
    }
    told.ifPresent(l -> l.accept(end));
  }

  /// The next exec has these streams, and ends when the test says so.
  public synchronized void nextExec(FakeStdio stdio, CompletableFuture<Integer> end) {
    execs.add(new FakeExec(0, stdio, end));
  }

  /// The next exec does not start.
  public synchronized void failNextExec(RuntimeException failure) {
    execFailure = Optional.of(failure);
  }

  /// The container's first process writes.
  public synchronized void says(ContainerId id, int stream, String text) {
    var it = known(id);
    var bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    it.stdio.says(stream, bytes);
    it.lines.add(new Logs.Line(stream, clock.instant(), bytes));
  }

  /// The daemon is gone; processes go on, and those that end are remembered.
  public synchronized void restart() {
    listener = Optional.empty();
  }

  /// The machine went down: nothing runs, and nobody knows how it ended.
  public synchronized void powerLoss() {
    listener = Optional.empty();
    made.values()
        .forEach(
            m -> {
              m.pid = 0;
              m.frozen = false;
              m.ended = Optional.empty();
            });
  }

  // What the test sees.

  public synchronized boolean runs(ContainerId id) {
    return made.containsKey(id) && made.get(id).pid != 0;
  }

  public synchronized boolean frozen(ContainerId id) {
    return made.containsKey(id) && made.get(id).frozen;
  }

  /// Containers with a root file system.
  public synchronized Set<ContainerId> prepared() {
    return Set.copyOf(made.keySet());
  }

  /// What the latest start was given, with files as rewritten since.
  public synchronized Optional<Start> latest(ContainerId id) {
    return Optional.ofNullable(made.get(id)).flatMap(m -> m.start);
  }

  /// Standard streams of the first process.
  public synchronized FakeStdio stdio(ContainerId id) {
    return known(id).stdio;
  }

  /// What the latest exec was given.
  public synchronized Optional<ExecSpec> latestExec() {
    return lastExec;
  }

  // What the engine does.

  @Override
  public synchronized void prepare(Container container) {
    cuts.step("before prepare");
    made.computeIfAbsent(container.id(), _ -> new Made());
    cuts.step("after prepare");
  }

  @Override
  public long start(Container container, Network network, Files files) {
    var id = container.id();
    long pid;
    Optional<Integer> endsWith;
    synchronized (this) {
      cuts.step("before start");
      var refusal = refusals.remove(id);
      if (refusal != null) {
        throw refusal;
      }
      var it = known(id);
      if (it.pid != 0) {
        throw new IllegalStateException("container " + id.brief() + " runs already");
      }
      if (it.stdio.ended()) {
        it.stdio = new FakeStdio(); // who attached before the first start keeps what they have
      }
      watcher.accept(new Start(container, network.path(), files));
      pid = nextPid++;
      it.pid = pid;
      it.ended = Optional.empty();
      it.start = Optional.of(new Start(container, network.path(), files));
      endsWith = Optional.ofNullable(instant.get(id));
    }
    endsWith.ifPresent(code -> end(id, code));
    cuts.step("after start");
    return pid;
  }

  @Override
  public void signal(ContainerId id, int signal) {
    cuts.step("before signal " + signal);
    synchronized (this) {
      var it = made.get(id);
      if (it == null || it.pid == 0 || ignored.getOrDefault(id, Set.of()).contains(signal)) {
        return;
      }
      if (it.frozen && signal != 9) {
        it.held.add(signal);
        return;
      }
    }
    end(id, 128 + signal);
    cuts.step("after signal " + signal);
  }

  @Override
  public synchronized void pause(ContainerId id) {
    cuts.step("before pause");
    running(id).frozen = true;
    cuts.step("after pause");
  }

  @Override
  public void unpause(ContainerId id) {
    cuts.step("before unpause");
    Optional<Integer> held;
    synchronized (this) {
      var it = made.get(id);
      if (it == null) {
        return;
      }
      it.frozen = false;
      held = it.held.stream().findFirst();
    }
    held.ifPresent(s -> end(id, 128 + s));
    cuts.step("after unpause");
  }

  @Override
  public synchronized void limit(Container container) {
    running(container.id());
  }

  @Override
  public synchronized void release(ContainerId id) {
    cuts.step("before release");
    var it = made.get(id);
    if (it != null) {
      if (it.pid != 0) {
        throw new IllegalStateException("release of container " + id.brief() + ", which runs");
      }
      it.ended = Optional.empty();
    }
    cuts.step("after release");
  }

  @Override
  public synchronized void delete(ContainerId id) {
    cuts.step("before delete");
    var it = made.get(id);
    if (it != null && it.pid != 0) {
      throw new IllegalStateException("deletion of container " + id.brief() + ", which runs");
    }
    made.remove(id);
    cuts.step("after delete");
  }

  @Override
  public synchronized Map<ContainerId, Observed> observe() {
    var out = new TreeMap<ContainerId, Observed>();
    made.forEach(
        (id, m) -> {
          if (m.pid != 0 || m.ended.isPresent()) {
            out.put(id, new Observed(m.pid, m.ended));
          }
        });
    return out;
  }

  @Override
  public void onExit(Consumer<Ended> next) {
    List<Ended> missed;
    synchronized (this) {
      listener = Optional.of(next);
      missed = made.values().stream().flatMap(m -> m.ended.stream()).toList();
    }
    missed.forEach(next);
  }

  @Override
  public synchronized void rewrite(ContainerId id, Files files) {
    var it = running(id);
    it.start = it.start.map(s -> new Start(s.container(), s.namespace(), files));
  }

  @Override
  public synchronized Stdio attach(ContainerId id) {
    return known(id).stdio;
  }

  @Override
  public synchronized Exec exec(Container container, ExecSpec spec) {
    running(container.id());
    lastExec = Optional.of(spec);
    if (execFailure.isPresent()) {
      var failure = execFailure.get();
      execFailure = Optional.empty();
      throw failure;
    }
    var told = Optional.ofNullable(execs.poll());
    return told.map(t -> new FakeExec(nextPid++, t.stdio, t.end))
        .orElseGet(() -> new FakeExec(nextPid++));
  }

  @Override
  public synchronized void resize(ContainerId id, int rows, int columns) {
    running(id);
  }

  @Override
  public synchronized Logs logs(Container container, LogQuery query) {
    var rest = new ArrayList<>(known(container.id()).lines);
    rest.removeIf(l -> !(l.stream() == 1 ? query.stdout() : query.stderr()));
    var tail =
        query.tail() < 0
            ? rest
            : rest.subList(Math.max(0, rest.size() - query.tail()), rest.size());
    var lines = tail.iterator();
    return new Logs() {
      @Override
      public Line next() {
        return lines.hasNext() ? lines.next() : Line.END;
      }

      @Override
      public void close() {
        // nothing is open
      }
    };
  }

  @Override
  public synchronized List<Long> pids(ContainerId id) {
    return List.of(running(id).pid);
  }

  @Override
  public synchronized Usage usage(ContainerId id) {
    running(id);
    return new Usage(0, 0, 0, 0, 0, 1, UsageDetails.NONE);
  }

  @Override
  public long writtenBytes(ContainerId id) {
    return 0;
  }

  @Override
  public Optional<NamePaths> namePaths(ContainerId id) {
    var home = Path.of("/fake/run", id.brief());
    return runs(id)
        ? Optional.of(
            new NamePaths(
                home.resolve("resolv.conf"), home.resolve("hosts"), home.resolve("hostname")))
        : Optional.empty();
  }

  @Override
  public Path logPath(ContainerId id) {
    return Path.of("/fake/containers", id.value(), "log.json");
  }

  @Override
  public <T> T withRoot(Container container, RootAction<T> action) {
    try {
      return action.on(Path.of("/fake/containers", container.id().value(), "root"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ContainerFiles files() {
    return files;
  }

  private Made known(ContainerId id) {
    var it = made.get(id);
    if (it == null) {
      throw new IllegalStateException("container " + id.brief() + " was not prepared");
    }
    return it;
  }

  private Made running(ContainerId id) {
    var it = made.get(id);
    if (it == null || it.pid == 0) {
      throw new Refusal.Conflict("container " + id + " is not running");
    }
    return it;
  }

  @Override
  public void close() {
    // nothing is open
  }

  /// An additional process; untold it says nothing and ends at once with 0.
  private static final class FakeExec implements Exec {
    private final long pid;
    private final FakeStdio stdio;
    private final CompletableFuture<Integer> end;

    FakeExec(long pid) {
      this(pid, new FakeStdio(), CompletableFuture.completedFuture(0));
      stdio.ends();
    }

    FakeExec(long pid, FakeStdio stdio, CompletableFuture<Integer> end) {
      this.pid = pid;
      this.stdio = stdio;
      this.end = end;
    }

    @Override
    public Stdio stdio() {
      return stdio;
    }

    @Override
    public long pid() {
      return pid;
    }

    @Override
    public void resize(int rows, int columns) {
      // nobody looks
    }

    @Override
    public void kill() {
      stdio.ends();
      end.complete(137);
    }

    @Override
    public int await() throws InterruptedException {
      try {
        return end.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
