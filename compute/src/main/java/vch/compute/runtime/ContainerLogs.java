package vch.compute.runtime;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import vch.compute.log.DirectoryWatch;
import vch.compute.log.LogReader;
import vch.compute.log.Rotation;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;
import vch.portlayer.container.ContainerId;

/// Reads the logs of containers, and leads their rotation. `rotations` holds that of each container
/// from its start to its next one, or its end; everything else is on disk.
final class ContainerLogs {
  private static final System.Logger LOG = System.getLogger(ContainerLogs.class.getName());

  private final RunFiles files;
  private final Runs runs;
  private final Preparation preparation;
  private final DirectoryWatch watch;
  private final InstantSource clock;
  private final Map<ContainerId, Kept> rotations = new ConcurrentHashMap<>();

  private record Kept(Rotation rotation, Optional<DirectoryWatch.Registration> watched)
      implements AutoCloseable {
    @Override
    public void close() {
      watched.ifPresent(DirectoryWatch.Registration::close);
      rotation.close();
    }
  }

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
    var record = run.record();
    if (record.logFilesMax() < 2) {
      return;
    }
    var id = record.id();
    var log = preparation.logs(id);
    var rotation =
        new Rotation(
            log,
            new Rotation.Bounds(record.logBytesMax(), record.logFilesMax(), record.logCompressed()),
            () -> Conmon.reopenLog(run.bundle().control()));
    try {
      var kept =
          new Kept(
              rotation,
              Optional.of(watch.on(log.directory(), record.logBytesMax() > 0, rotation::changed)));
      var before = rotations.put(id, kept);
      if (before != null) {
        before.close();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "watch the log " + log.current(), e);
    }
    rotation.changed();
  }

  /// The run is over; what has been rotated is compressed to the end.
  void ended(ContainerId id) {
    var kept = rotations.get(id);
    if (kept != null) {
      kept.watched().ifPresent(DirectoryWatch.Registration::close);
      kept.rotation().ended();
    }
  }

  /// Goes on with what a daemon's death left half compressed, of a run that was over.
  void finish(ContainerId id) {
    var log = preparation.logs(id);
    if (log.halfCompressed()) {
      var rotation = new Rotation(log, new Rotation.Bounds(0, Integer.MAX_VALUE, true), () -> {});
      rotations.put(id, new Kept(rotation, Optional.empty()));
      rotation.ended();
    }
  }

  /// From when this is back, nobody changes the log's files.
  void forget(ContainerId id) {
    var kept = rotations.remove(id);
    if (kept != null) {
      kept.close();
    }
  }
}
