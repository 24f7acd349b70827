package vch.engine.compute;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;

/// Runs the processes of containers. A container's process never depends on the daemon's life: a
/// new daemon finds it by [#observe()].
public interface Processes extends AutoCloseable {
  /// Makes the container's root file system (a layer over its image) and the volumes it mounts. No
  /// process yet. Doing it twice is the same as once.
  void prepare(Container container);

  /// Starts the first process inside a network namespace, with these files for names.
  ///
  /// @return its pid
  /// @throws StartFailed the program is not there (127), cannot be run (126), or anything else
  ///   (128)
  long start(Container container, Network network, Files files);

  /// Sends a signal to the first process; nothing happens if it is gone.
  void signal(ContainerId id, int signal);

  void pause(ContainerId id);

  void unpause(ContainerId id);

  /// Changes the bounds of a running container to those of its spec.
  void limit(Container container);

  /// Frees what a run held (mounts, runtime state, cgroup), keeping the root file system. For a
  /// process that has ended.
  void release(ContainerId id);

  /// Removes the root file system, logs and everything else of the container.
  void delete(ContainerId id);

  /// Removes, in the background, what is kept of other containers than these: a crash left it.
  default void keepOnly(Predicate<ContainerId> known) {}

  /// Every container this machine part knows to run or to have ended since it was last released.
  Map<ContainerId, Observed> observe();

  /// Calls the listener when a first process ends, once per run, with its exit code; also for those
  /// that ended before the call and have not been released.
  void onExit(Consumer<Ended> listener);

  /// Rewrites resolv.conf, hosts and hostname of a running container in place.
  void rewrite(ContainerId id, Files files);

  /// Connects to the standard streams of the first process. Where none runs, to those of the next
  /// run, from its very beginning: reading waits for it, and sees the end when that start fails or
  /// the container is deleted.
  Stdio attach(ContainerId id);

  /// Makes an additional process ready inside a running container and starts it.
  Exec exec(Container container, ExecSpec spec);

  /// Size of the terminal of the first process, in characters.
  void resize(ContainerId id, int rows, int columns);

  /// Reads what the container wrote.
  Logs logs(Container container, LogQuery query);

  /// pids of the container, in the machine's numbering.
  List<Long> pids(ContainerId id);

  /// What ps(1) of the machine prints of all its processes.
  ///
  /// @param options as its user writes them
  /// @throws vch.portlayer.refusal.Refusal.Invalid it does not know them
  /// @throws vch.portlayer.refusal.Refusal.Unsupported there is no ps(1)
  default String ps(String options) {
    throw new vch.portlayer.refusal.Refusal.Unsupported(
        "ps options \"" + options + "\" need the program ps");
  }

  /// Current use of resources.
  Usage usage(ContainerId id);

  /// Bytes that the container added to its image.
  long writtenBytes(ContainerId id);

  /// Where the files for names of a running container are; empty when it does not run.
  Optional<NamePaths> namePaths(ContainerId id);

  /// Where the container's log is kept.
  Path logPath(ContainerId id);

  /// Path of the container's root file system on the machine, merged; mounted for the time of the
  /// call where it does not run.
  <T> T withRoot(Container container, RootAction<T> action);

  /// Reading and writing the files of containers.
  ContainerFiles files();

  /// Work on a mounted root file system.
  interface RootAction<T> {
    T on(Path root) throws java.io.IOException;
  }

  /// A network namespace.
  ///
  /// @param guarded a guard in it holds what is sent to the container's addresses: processes that
  ///   have raw sockets get none that pass it
  record Network(Path path, boolean guarded) {}

  /// Contents of the files that the daemon owns inside a container.
  record Files(String resolvConf, String hosts, String hostname) {}

  /// Where those files are on the machine.
  record NamePaths(Path resolvConf, Path hosts, Path hostname) {}

  /// @param pid 0 when it has ended
  record Observed(long pid, Optional<Ended> ended) {}

  /// The end of a run.
  record Ended(ContainerId id, int exitCode, boolean oomKilled, Instant at) {}

  /// A program that did not start.
  final class StartFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    public StartFailed(int exitCode, String message) {
      super(message);
      this.exitCode = exitCode;
    }

    public int exitCode() {
      return exitCode;
    }
  }

  /// @param user empty: the container's
  /// @param workingDirectory empty: the container's
  record ExecSpec(
      List<String> arguments,
      List<String> environment,
      String workingDirectory,
      String user,
      boolean tty,
      boolean stdin,
      boolean privileged) {}

  /// A started additional process.
  interface Exec {
    Stdio stdio();

    long pid();

    void resize(int rows, int columns);

    /// Ends it and the processes that it began by KILL; nothing happens if it has ended.
    void kill();

    /// Waits for its end; the exit code.
    int await() throws InterruptedException;
  }

  /// Numbers since the start of the run, bytes and nanoseconds; 0 where the machine does not tell.
  record Usage(
      long cpuNanos,
      long cpuSystemNanos,
      long cpuUserNanos,
      long memoryBytes,
      long memoryLimitBytes,
      long pids,
      UsageDetails details) {}

  @Override
  void close();
}
