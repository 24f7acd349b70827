package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import vch.compute.files.Trees;
import vch.engine.compute.Processes.Exec;
import vch.engine.compute.Stdio;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Kill;

/// An additional process. Its streams are drained until it ends, also when nobody reads them any
/// more; the thread that does so then learns the exit code and removes the bundle.
final class ConmonExec implements Exec {
  private static final System.Logger LOG = System.getLogger(ConmonExec.class.getName());
  private static final JsonMapper JSON = new JsonMapper();

  /// Of a process whose monitor was killed: nobody knows.
  private static final int UNKNOWN = 255;

  private static final int SIGKILL = 9;

  private final Bundle bundle;
  private final String containerFile;
  private final AttachedStdio streams;
  private final Stdio stdio;
  private volatile Optional<ProcessKey> process = Optional.empty();
  private final CompletableFuture<Conmon.Started> started = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();

  /// @param containerFile name of the exit file that conmon writes: the container's id
  ConmonExec(Bundle bundle, String containerFile) {
    this.bundle = bundle;
    this.containerFile = containerFile;
    this.streams = new AttachedStdio(bundle.directory().getFileName().toString(), this::finish);
    // Leaving an exec does not cut its streams: its end must be seen.
    this.stdio = new LeavingStdio(streams, streams::mute);
  }

  /// Called while conmon waits for it.
  void attach() {
    streams.connect(bundle.attach());
  }

  void started(Conmon.Started how) {
    process = ProcessKey.of(how.pid());
    started.complete(how);
  }

  /// It did not start.
  void failed() {
    started.cancel(false);
    streams.close();
    Trees.delete(bundle.directory());
  }

  private void finish() {
    int code = UNKNOWN;
    try (var sync = started.join().sync()) {
      code = code(sync.line()); // waits for conmon: a process may close its streams and go on
    } catch (java.util.concurrent.CancellationException _) {
      return;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "exit code of exec in " + containerFile, e);
    } finally {
      remove();
      ended.complete(code);
    }
  }

  private void remove() {
    try {
      Trees.delete(bundle.directory());
    } catch (java.io.UncheckedIOException e) { // the release of the run tries it again
      LOG.log(System.Logger.Level.DEBUG, "remove what an exec used", e);
    }
  }

  private int code(String line) throws IOException {
    try {
      var answer = line.isEmpty() ? JSON.createObjectNode() : JSON.readTree(line);
      if (answer.path("data").isNumber()) {
        return answer.path("data").asInt();
      }
    } catch (JacksonException e) {
      LOG.log(System.Logger.Level.WARNING, "conmon said '" + line + "'", e);
    }
    var file = bundle.execExits().resolve(containerFile);
    return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : UNKNOWN;
  }

  @Override
  public Stdio stdio() {
    return stdio;
  }

  @Override
  public long pid() {
    return started.join().pid();
  }

  @Override
  public void resize(int rows, int columns) {
    if (!ended.isDone()) {
      Conmon.resize(bundle.control(), rows, columns);
    }
  }

  @Override
  public void kill() {
    var first = process.filter(ProcessKey::alive);
    if (ended.isDone() || first.isEmpty()) {
      return;
    }
    var begun =
        ProcessHandle.of(first.get().pid()).stream()
            .flatMap(ProcessHandle::descendants)
            .map(ProcessHandle::pid)
            .toList();
    kill(first.get().pid());
    begun.forEach(ConmonExec::kill);
  }

  private static void kill(long pid) {
    try {
      Kill.kill(pid, SIGKILL);
    } catch (KernelException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
  }

  @Override
  public int await() throws InterruptedException {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
  }
}
