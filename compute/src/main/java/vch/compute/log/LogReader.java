package vch.compute.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;

/// Reads one container's log: parts joined to lines, rotated files first, and, when following, what
/// is yet to come.
///
/// One thread reads; any thread may close, or say that something happened.
public final class LogReader implements Logs {
  /// A line that is longer comes in pieces.
  private static final int LINE_BYTES_MAX = 1 << 20;

  /// Changes are told; this is only for the one that is not.
  private static final Duration UNTOLD_CHANGE_MAX = Duration.ofSeconds(1);

  private final LogFiles files;
  private final LogQuery query;
  private final BooleanSupplier running;
  private final InstantSource clock;
  private final Runnable whenClosed;
  private final Semaphore happened = new Semaphore(0);
  private final Part[] parts = {new Part(), new Part()};
  private Optional<GrowingFile> file = Optional.empty();
  private volatile boolean closed;

  /// Of a line whose end has not come yet.
  private static final class Part {
    final ByteArrayOutputStream text = new ByteArrayOutputStream();
    Instant at = Instant.EPOCH;
  }

  /// @param running true while the container may still write
  /// @param whenClosed called by [#close()]
  public LogReader(
      LogFiles files,
      LogQuery query,
      BooleanSupplier running,
      InstantSource clock,
      Runnable whenClosed)
      throws IOException {
    this.files = files;
    this.query = query;
    this.running = running;
    this.clock = clock;
    this.whenClosed = whenClosed;
    begin();
  }

  private void begin() throws IOException {
    if (query.tail() < 0) {
      return; // the first read opens the first file
    }
    Predicate<Entry> wanted = this::wantedStream;
    for (var all = files.all(); !all.isEmpty(); ) {
      var looked = all;
      var from = Optional.<GrowingFile>empty();
      try {
        var place = Tail.find(looked, query.tail(), wanted);
        from = Optional.of(GrowingFile.open(looked.get(place.file()), place.offset()));
      } catch (NoSuchFileException _) {
        // it has another name by now
      }
      all = files.all();
      if (from.isPresent() && all.equals(looked)) {
        file = from;
        return;
      }
      if (from.isPresent()) {
        from.get().close(); // rotated meanwhile: the place may be in another file
      }
    }
  }

  /// Opens the oldest file; empty when there is none.
  private Optional<GrowingFile> first() throws IOException {
    while (true) {
      var all = files.all();
      if (all.isEmpty()) {
        return Optional.empty();
      }
      var opened = open(all.getFirst());
      if (opened.isPresent()) {
        return opened;
      }
    }
  }

  /// Empty when it has another name by now, or another file has its name.
  private static Optional<GrowingFile> open(LogFile file) throws IOException {
    try {
      var opened = GrowingFile.open(file, 0);
      if (LogFile.at(file.path()).equals(file)) {
        return Optional.of(opened);
      }
      opened.close();
      return Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// The files changed, or the container ended.
  public void happened() {
    happened.release();
  }

  @Override
  public Line next() throws IOException {
    try {
      while (!closed) {
        boolean live =
            running.getAsBoolean(); // asked before reading: what a process wrote before its end is
        // read after it
        var line = read();
        if (line.isPresent()) {
          if (tooYoung(line.get())) {
            return Line.END;
          }
          if (inTime(line.get())) {
            return line.get();
          }
          continue;
        }
        if (!query.follow() || !live) {
          for (var left = rest(); left.isPresent(); left = rest()) {
            if (inTime(left.get())) {
              return left.get();
            }
          }
          return Line.END;
        }
        var patience =
            query.until().map(u -> Duration.between(clock.instant(), u)).orElse(UNTOLD_CHANGE_MAX);
        if (!patience.isPositive()) {
          return Line.END;
        }
        if (happened.tryAcquire(
            Math.min(patience.toMillis(), UNTOLD_CHANGE_MAX.toMillis()) + 1,
            TimeUnit.MILLISECONDS)) {
          happened.drainPermits();
        }
      }
      return Line.END;
    } catch (ClosedChannelException e) {
      if (closed) {
        return Line.END;
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("read the log " + files.current() + ": interrupted", e);
    }
  }

  private boolean tooYoung(Line line) {
    return query.until().filter(line.at()::isAfter).isPresent();
  }

  private boolean inTime(Line line) {
    return !tooYoung(line) && query.since().filter(line.at()::isBefore).isEmpty();
  }

  private boolean wantedStream(Entry entry) {
    return entry.stream() == 1 ? query.stdout() : query.stderr();
  }

  /// The next whole line; empty when there is none yet.
  private Optional<Line> read() throws IOException {
    while (true) {
      if (file.isEmpty()) {
        file = first();
        if (file.isEmpty()) {
          return Optional.empty();
        }
      }
      var from = file.get();
      var line = from.line();
      if (line.isEmpty()) {
        var next = files.after(from.key());
        line = from.line(); // written between the look and the rotation
        if (line.isEmpty()) {
          if (next.isEmpty()) {
            return Optional.empty();
          }
          var opened = open(next.get());
          if (opened.isPresent()) {
            from.close(); // not earlier: nothing else may get its number
            file = opened;
          }
          continue;
        }
      }
      var entry = Entry.parse(line.get(), line.get().length).filter(this::wantedStream);
      if (entry.isPresent()) {
        var whole = join(entry.get());
        if (whole.isPresent()) {
          return whole;
        }
      }
    }
  }

  private Optional<Line> join(Entry entry) {
    var part = parts[entry.stream() - 1];
    if (part.text.size() == 0) {
      part.at = entry.at();
    }
    part.text.writeBytes(entry.text());
    if (!entry.partial()) {
      part.text.write('\n');
    } else if (part.text.size() < LINE_BYTES_MAX) {
      return Optional.empty();
    }
    return Optional.of(taken(entry.stream()));
  }

  private Line taken(int stream) {
    var part = parts[stream - 1];
    var line = new Line(stream, part.at, part.text.toByteArray());
    part.text.reset();
    return line;
  }

  /// What was written without a line feed at the very end.
  private Optional<Line> rest() {
    for (int stream = 1; stream <= 2; stream++) {
      if (parts[stream - 1].text.size() > 0) {
        return Optional.of(taken(stream));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    closed = true;
    happened.release();
    whenClosed.run();
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      System.getLogger(LogReader.class.getName())
          .log(System.Logger.Level.DEBUG, "close the log " + files.current(), e);
    }
  }
}
