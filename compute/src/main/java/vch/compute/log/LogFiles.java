package vch.compute.log;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files of one container's log: `ctr.log`, which conmon writes, and `ctr.log.1` (younger) to
/// `ctr.log.N` (older); each old one is plain or compressed (`ctr.log.1.gz`).
///
/// The daemon rotates: it gives the current file another name, and conmon, once told, begins a new
/// one. A writer may be faster, and the daemon may be away; then conmon itself puts a new file in
/// the place of one that grew far too large, which is then gone. To keep it, a second name
/// (`ctr.log.keep`) points to the file that is being written: once it points to another file than
/// `ctr.log`, conmon has rotated, and that name becomes `ctr.log.1`.
///
/// What changes names is for one thread at a time; reading is for any.
public final class LogFiles {
  private final Path current;
  private final Path directory;

  /// The log of a container whose current file is, or will be, at `current`.
  public LogFiles(Path current) {
    this.current = current.toAbsolutePath();
    this.directory = this.current.resolveSibling(".").normalize();
  }

  /// Where all the files are.
  public Path directory() {
    return directory;
  }

  public Path current() {
    return current;
  }

  private Path beside(String ending) {
    return current.resolveSibling(current.getFileName() + ending);
  }

  private Path numbered(int number) {
    return beside("." + number);
  }

  private Path compressed(int number) {
    return beside("." + number + LogFile.COMPRESSED);
  }

  private Path keep() {
    return beside(".keep");
  }

  /// Where a file is compressed to, until all of it is.
  Path fresh() {
    return beside(".new" + LogFile.COMPRESSED);
  }

  /// Compressing goes on, or was cut short.
  public boolean halfCompressed() {
    return Files.exists(fresh());
  }

  /// Everything there is, oldest first, as it was at one moment.
  List<LogFile> all() throws IOException {
    var before = look();
    for (var after = look(); ; after = look()) {
      if (after.isPresent() && after.equals(before)) {
        return after.get();
      }
      before = after;
    }
  }

  /// Empty when names changed meanwhile.
  private Optional<List<LogFile>> look() throws IOException {
    var all = new ArrayList<LogFile>();
    try {
      for (int i = 1; ; i++) {
        var path = Files.exists(compressed(i)) ? compressed(i) : numbered(i);
        if (!Files.exists(path)) {
          break;
        }
        all.addFirst(LogFile.at(path));
      }
      if (Files.exists(current)) {
        var last = LogFile.at(current);
        if (Files.exists(keep()) && !LogFile.at(keep()).key().equals(last.key())) {
          all.add(LogFile.at(keep())); // rotated by conmon, and not numbered yet
        }
        all.add(last);
      }
      return Optional.of(all);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// What comes after the file `read`, known by its key; empty while nothing does.
  Optional<LogFile> after(String read) throws IOException {
    while (true) {
      var all = all();
      try {
        // The youngest first: a number of a file that is no more may be that of a younger one.
        for (int i = all.size() - 1; i >= 0; i--) {
          if (all.get(i).holds(read)) {
            return i + 1 < all.size() ? Optional.of(all.get(i + 1)) : Optional.empty();
          }
        }
        return all.stream().findFirst(); // it is so old that it is gone
      } catch (NoSuchFileException _) {
        // it has another name by now
      }
    }
  }

  /// Makes the current file the youngest of the old ones where it has reached `bytes`.
  ///
  /// @param filesMax how many files there may be, with the current one; at least 2
  /// @return true when whoever writes has to be told to begin a new file
  public boolean rotate(long bytes, int filesMax) throws IOException {
    try {
      if (Files.size(current) < bytes) {
        return false;
      }
      Files.deleteIfExists(keep());
      shift(filesMax);
      Files.move(current, numbered(1), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException _) {
      return false; // it was rotated a moment ago
    }
  }

  /// Frees the name of the youngest old file; the oldest goes.
  private void shift(int filesMax) throws IOException {
    for (int i = filesMax - 1; i >= 1; i--) {
      forget(i + 1);
      if (Files.exists(compressed(i))) {
        Files.move(compressed(i), compressed(i + 1), StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(numbered(i)); // compressed by a daemon that died before it was gone
      } else if (Files.exists(numbered(i))) {
        Files.move(numbered(i), numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    forget(filesMax);
  }

  private void forget(int number) throws IOException {
    Files.deleteIfExists(numbered(number));
    Files.deleteIfExists(compressed(number));
  }

  /// Keeps what conmon has rotated away since the last call.
  ///
  /// @param filesMax how many files there may be, with the current one
  public void keepRotated(int filesMax) throws IOException {
    var now = key(current);
    var kept = key(keep());
    if (now.isEmpty() || now.equals(kept)) {
      return;
    }
    if (kept.isPresent()) {
      shift(filesMax);
      Files.move(keep(), numbered(1), StandardCopyOption.ATOMIC_MOVE);
      if (filesMax < 2) {
        Files.deleteIfExists(numbered(1));
      }
    }
    try {
      Files.createLink(keep(), current);
    } catch (FileAlreadyExistsException | NoSuchFileException _) {
      return; // rotated again this very moment: the next call sees it
    }
  }

  private static Optional<String> key(Path path) throws IOException {
    try {
      return Optional.of(LogFile.at(path).key());
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// The oldest file that is written to its end and not compressed yet.
  ///
  /// @param written somebody writes the log: while there is no current file, still to what has just
  ///   been rotated
  Optional<LogFile> uncompressed(boolean written) throws IOException {
    if (written && !Files.exists(current)) {
      return Optional.empty();
    }
    for (var file : all()) {
      if (!file.compressed() && !file.path().equals(current) && !file.path().equals(keep())) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /// Puts [#fresh()] in the place of the file that it was compressed from, whatever its name is by
  /// now; drops it when that is gone.
  void keepCompressed(LogFile from) throws IOException {
    for (int i = 1; Files.exists(numbered(i)) || Files.exists(compressed(i)); i++) {
      if (key(numbered(i)).equals(Optional.of(from.key()))) {
        Files.move(fresh(), compressed(i), StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(numbered(i));
        return;
      }
    }
    Files.deleteIfExists(fresh());
  }
}
