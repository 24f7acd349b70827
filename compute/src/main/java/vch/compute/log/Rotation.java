package vch.compute.log;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// Rotates one container's log, keeps what conmon has rotated, and compresses what is rotated.
///
/// `names` is held where names of files change. Files are compressed aside, one after the other: a
/// log goes on being rotated meanwhile.
public final class Rotation implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rotation.class.getName());
  private static final int BLOCK_BYTES = 64 << 10;

  /// As conmon's files.
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final LogFiles files;
  private final Bounds bounds;
  private final Writer writer;
  private final ReentrantLock names = new ReentrantLock();
  private final AtomicBoolean compressing = new AtomicBoolean();
  private volatile boolean ended;
  private volatile boolean closed;

  /// @param bytes at which a file is rotated; 0: only by conmon
  /// @param filesMax how many files there may be, with the current one; at least 2
  /// @param compress old files are kept compressed
  public record Bounds(long bytes, int filesMax, boolean compress) {}

  /// Who writes the current file.
  public interface Writer {
    /// Begin a new file.
    void reopen() throws IOException;
  }

  public Rotation(LogFiles files, Bounds bounds, Writer writer) {
    this.files = files;
    this.bounds = bounds;
    this.writer = writer;
  }

  /// Something has changed in the log's directory.
  public void changed() {
    names.lock();
    try {
      if (closed) {
        return;
      }
      files.keepRotated(bounds.filesMax());
      if (bounds.bytes() > 0 && files.rotate(bounds.bytes(), bounds.filesMax())) {
        writer.reopen();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "rotate the log " + files.current(), e);
    } finally {
      names.unlock();
    }
    compress();
  }

  /// Nobody writes any more: what is rotated is compressed to the end.
  public void ended() {
    ended = true;
    compress();
  }

  /// Begins to compress what is rotated, where that is wanted; comes back at once.
  private void compress() {
    if (bounds.compress() && compressing.compareAndSet(false, true)) {
      // It computes: on a virtual thread it would keep a carrier from all others.
      Thread.ofPlatform().daemon().name("compress-log").start(this::compressAll);
    }
  }

  private void compressAll() {
    boolean more = true;
    while (more) {
      try {
        for (var next = next(); next.isPresent(); next = next()) {
          compress(next.get());
        }
        compressing.set(false);
        // One that came since the last look found this thread still at work.
        more = waits().isPresent() && compressing.compareAndSet(false, true);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "compress the log " + files.current(), e);
        compressing.set(false);
        more = false;
      }
    }
  }

  /// A file to be compressed, opened; and where to.
  private record Task(LogFile from, FileChannel text, FileChannel to) {}

  private Optional<LogFile> waits() throws IOException {
    names.lock();
    try {
      return closed ? Optional.empty() : files.uncompressed(!ended);
    } finally {
      names.unlock();
    }
  }

  private Optional<Task> next() throws IOException {
    names.lock();
    try {
      var from = waits();
      if (from.isEmpty()) {
        return Optional.empty();
      }
      Files.deleteIfExists(files.fresh()); // another may still write to it
      var text = from.get().open();
      try {
        return Optional.of(
            new Task(
                from.get(),
                text,
                FileChannel.open(
                    files.fresh(),
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    OWNER_ONLY)));
      } catch (IOException e) {
        text.close();
        throw e;
      }
    } catch (NoSuchFileException _) {
      return Optional.empty(); // the container is gone
    } finally {
      names.unlock();
    }
  }

  private void compress(Task task) throws IOException {
    try (var text = task.text();
        var to = task.to()) {
      var in = Channels.newInputStream(text);
      try (var out = task.from().compressor(Channels.newOutputStream(to))) {
        var block = new byte[BLOCK_BYTES];
        for (int n = in.read(block); n >= 0 && !closed; n = in.read(block)) {
          out.write(block, 0, n);
        }
        out.finish();
        to.force(true); // before the plain one goes
      }
    }
    names.lock();
    try {
      if (!closed) {
        files.keepCompressed(task.from());
      }
    } finally {
      names.unlock();
    }
  }

  /// From when this is back, no name changes any more; what is being compressed is left.
  @Override
  public void close() {
    names.lock();
    try {
      closed = true;
    } finally {
      names.unlock();
    }
  }
}
