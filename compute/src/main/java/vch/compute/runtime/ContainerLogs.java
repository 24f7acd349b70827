package vch.compute.runtime;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import vch.compute.log.DirectoryWatch;
import vch.compute.log.LogReader;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;
import vch.portlayer.container.ContainerId;

/// Reads the logs of containers, and keeps those that conmon rotates away. `rotations` holds what
/// is watched for that, by container; everything else is on disk.
final class ContainerLogs {
  private static final System.Logger LOG = System.getLogger(ContainerLogs.class.getName());

  private final RunFiles files;
  private final Runs runs;
  private final Preparation preparation;
  private final DirectoryWatch watch;
  private final InstantSource clock;
  private final Map<ContainerId, DirectoryWatch.Registration> rotations = new ConcurrentHashMap<>();

  ContainerLogs(
      RunFiles files,
      Runs runs,
      Preparation preparation,
      DirectoryWatch watch,
      InstantSource clock) {
    this.files = files;
    this.runs = runs;
    this.preparation = preparation;
    this.watch = watch;
    this.clock = clock;
  }

  Logs read(ContainerId id, LogQuery query) throws IOException {
    var log = preparation.logs(id);
    if (!query.follow()) {
      return new LogReader(log, query, () -> false, clock, () -> {});
    }
    java.nio.file.Files.createDirectories(log.directory());
    // The watch comes first, so that no change is missed; the reader that it tells is made behind
    // it.
    var reader = new AtomicReference<Optional<LogReader>>(Optional.empty());
    Runnable tell = () -> reader.get().ifPresent(LogReader::happened);
    var watches =
        List.of(watch.on(log.directory(), true, tell), watch.on(files.exits(), false, tell));
    Runnable leave = () -> watches.forEach(DirectoryWatch.Registration::close);
    try {
      var following = new LogReader(log, query, () -> runs.live(id).isPresent(), clock, leave);
      reader.set(Optional.of(following));
      return following;
    } catch (IOException e) {
      leave.run();
      throw e;
    }
  }

  /// Rotates the log while the run goes on, and keeps what conmon threw away.
  void keepRotated(Run run) {
    int filesMax = run.record().logFilesMax();
    if (filesMax < 2) {
      return;
    }
    var id = run.record().id();
    var log = preparation.logs(id);
    long bytesMax = run.record().logBytesMax();
    var one = new ReentrantLock(); // the watch's thread, and this one
    Runnable keep =
        () -> {
          one.lock();
          try {
            log.keepRotated(filesMax);
            if (bytesMax > 0 && log.rotate(bytesMax, filesMax)) {
              Conmon.reopenLog(run.bundle().control());
            }
          } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "rotate the log " + log.current(), e);
          } finally {
            one.unlock();
          }
        };
    try {
      var before = rotations.put(id, watch.on(log.directory(), bytesMax > 0, keep));
      if (before != null) {
        before.close();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "watch the log " + log.current(), e);
    }
    keep.run();
  }

  /// The run is over.
  void forget(ContainerId id) {
    var registration = rotations.remove(id);
    if (registration != null) {
      registration.close();
    }
  }
}
