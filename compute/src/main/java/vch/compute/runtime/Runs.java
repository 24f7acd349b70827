package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import vch.engine.compute.Processes.Ended;
import vch.kernel.libc.KernelException;
import vch.portlayer.container.ContainerId;

/// The runs that this daemon knows, who waits to be attached to the next one, and who wants to hear
/// of ends.
///
/// `lock` guards everything here. Listeners are called on threads of their own, never under the
/// lock.
final class Runs {
  private static final System.Logger LOG = System.getLogger(Runs.class.getName());

  /// For a run whose monitor was killed: its processes are killed, too.
  private static final int KILLED = 137;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ContainerId, Run> runs = new HashMap<>();
  private final Map<ContainerId, List<AttachedStdio>> waiting = new HashMap<>();
  private final List<Consumer<Ended>> listeners = new ArrayList<>();
  private final Path exits;
  private final Cgroups cgroups;

  Runs(Path exits, Cgroups cgroups) {
    this.exits = exits;
    this.cgroups = cgroups;
  }

  Optional<Run> find(ContainerId id) {
    lock.lock();
    try {
      return Optional.ofNullable(runs.get(id));
    } finally {
      lock.unlock();
    }
  }

  Optional<Run> live(ContainerId id) {
    return find(id).filter(Run::live);
  }

  Map<ContainerId, Run> all() {
    lock.lock();
    try {
      return Map.copyOf(runs);
    } finally {
      lock.unlock();
    }
  }

  /// There is a conmon to attach to; whoever waited for it is attached before this returns.
  void created(Run run) {
    List<AttachedStdio> attaching;
    lock.lock();
    try {
      runs.put(run.record().id(), run);
      attaching = Optional.ofNullable(waiting.remove(run.record().id())).orElse(List.of());
    } finally {
      lock.unlock();
    }
    attaching.forEach(a -> connect(a, run));
  }

  /// Its first process runs.
  void started(Run run) {
    lock.lock();
    try {
      runs.put(run.record().id(), run);
    } finally {
      lock.unlock();
    }
  }

  void forget(ContainerId id) {
    lock.lock();
    try {
      runs.remove(id);
    } finally {
      lock.unlock();
    }
  }

  /// There will be no run for those who wait.
  void disappoint(ContainerId id) {
    List<AttachedStdio> attaching;
    lock.lock();
    try {
      attaching = Optional.ofNullable(waiting.remove(id)).orElse(List.of());
    } finally {
      lock.unlock();
    }
    attaching.forEach(AttachedStdio::end);
  }

  /// Attaches to the run, or to the next one where there is none.
  void attach(ContainerId id, AttachedStdio streams) {
    Optional<Run> run;
    lock.lock();
    try {
      run = Optional.ofNullable(runs.get(id)).filter(Run::live);
      if (run.isEmpty()) {
        waiting.computeIfAbsent(id, _ -> new ArrayList<>()).add(streams);
      }
    } finally {
      lock.unlock();
    }
    run.ifPresent(r -> connect(streams, r));
  }

  private static void connect(AttachedStdio streams, Run run) {
    try {
      streams.connect(run.bundle().attach());
    } catch (KernelException e) { // conmon has just ended
      LOG.log(System.Logger.Level.DEBUG, "attach to container " + run.record().id().brief(), e);
      streams.end();
    }
  }

  void leave(ContainerId id, AttachedStdio streams) {
    lock.lock();
    try {
      waiting.computeIfPresent(
          id,
          (_, list) -> {
            list.remove(streams);
            return list.isEmpty() ? null : list;
          });
    } finally {
      lock.unlock();
    }
  }

  /// Also hears of ends that came before and were not released.
  void listen(Consumer<Ended> listener) {
    List<Ended> past;
    lock.lock();
    try {
      listeners.add(listener);
      past = runs.values().stream().flatMap(r -> r.ended().stream()).toList();
    } finally {
      lock.unlock();
    }
    past.forEach(e -> tell(listener, e));
  }

  private static void tell(Consumer<Ended> listener, Ended end) {
    Thread.ofVirtual().name("exit-" + end.id().brief()).start(() -> listener.accept(end));
  }

  /// Looks for exit files of runs that go on.
  void checkExits() {
    for (var id : exited()) {
      checkExit(id);
    }
  }

  private Set<ContainerId> exited() {
    var ids = new HashSet<ContainerId>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(exits)) {
      files.forEach(f -> ids.add(new ContainerId(f.getFileName().toString())));
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      LOG.log(System.Logger.Level.ERROR, "look for the ends of containers in " + exits, e);
    }
    return ids;
  }

  /// Notes the end of a started run, once, when its exit file is there.
  void checkExit(ContainerId id) {
    var run = live(id).filter(Run::started);
    if (run.isEmpty()) {
      return;
    }
    Optional<Ended> end;
    try {
      end = read(id, run.get());
    } catch (IOException | NumberFormatException e) {
      LOG.log(System.Logger.Level.ERROR, "exit code of container " + id.brief(), e);
      return;
    }
    end.ifPresent(e -> ended(run.get(), e));
  }

  private Optional<Ended> read(ContainerId id, Run run) throws IOException {
    var file = exits.resolve(id.value());
    try {
      var text = Files.readString(file).strip();
      if (text.isEmpty()) {
        return Optional.empty(); // being written
      }
      int code = Integer.parseInt(text);
      boolean oom = cgroups.oomKilled(id) || Files.exists(run.bundle().oom());
      return Optional.of(new Ended(id, code, oom, Files.getLastModifiedTime(file).toInstant()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private void ended(Run run, Ended end) {
    List<Consumer<Ended>> told;
    lock.lock();
    try {
      var now = runs.get(end.id());
      if (now == null || !now.live() || !now.record().equals(run.record())) {
        return; // somebody else noted it
      }
      runs.put(end.id(), now.with(end));
      told = List.copyOf(listeners);
    } finally {
      lock.unlock();
    }
    told.forEach(l -> tell(l, end));
  }

  /// Ends the runs whose conmon is gone without an exit code: nobody would ever hear of their ends.
  void checkMonitors() {
    for (var run : all().values()) {
      if (run.live()
          && run.started()
          && !run.record().monitor().map(ProcessKey::alive).orElse(false)) {
        var id = run.record().id();
        checkExit(id); // conmon writes it before it ends
        if (live(id).filter(r -> r.record().equals(run.record())).isPresent()) {
          lost(id);
        }
      }
    }
  }

  private void lost(ContainerId id) {
    LOG.log(
        System.Logger.Level.WARNING,
        "the monitor of container {0} was killed; ending the container",
        id.brief());
    cgroups.kill(id);
    try {
      var fresh = exits.resolve(id.value() + ".lost");
      Files.writeString(fresh, Integer.toString(KILLED));
      Files.move(fresh, exits.resolve(id.value()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "note the end of container " + id.brief(), e);
    }
    checkExit(id);
  }
}
