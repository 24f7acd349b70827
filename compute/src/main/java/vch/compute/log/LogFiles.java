package vch.compute.log;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files of one container's log: `ctr.log`, which conmon writes, and `ctr.log.1` (younger) to
/// `ctr.log.N` (older).
///
/// The daemon rotates: it gives the current file another name, and conmon, once told, begins a new
/// one. A writer may be faster, and the daemon may be away; then conmon itself puts a new file in
/// the place of one that grew far too large, which is then gone. To keep it, a second name
/// (`ctr.log.keep`) points to the file that is being written: once it points to another file than
/// `ctr.log`, conmon has rotated, and that name becomes `ctr.log.1`.
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

  private Path numbered(int number) {
    return current.resolveSibling(current.getFileName() + "." + number);
  }

  private Path keep() {
    return current.resolveSibling(current.getFileName() + ".keep");
  }

  /// Everything there is, oldest first.
  List<Path> all() {
    var all = new ArrayList<Path>();
    for (int i = 1; Files.exists(numbered(i)); i++) {
      all.addFirst(numbered(i));
    }
    if (Files.exists(current)) {
      all.add(current);
    }
    return all;
  }

  /// What comes after the file `read`, known by its key; empty while nothing does.
  Optional<Path> after(Object read) throws IOException {
    var all = all();
    for (int i = 0; i < all.size(); i++) {
      if (key(all.get(i)).equals(Optional.of(read))) {
        return i + 1 < all.size() ? Optional.of(all.get(i + 1)) : Optional.empty();
      }
    }
    return Files.exists(current)
        ? Optional.of(current)
        : Optional.empty(); // it has been removed meanwhile
  }

  static Optional<Object> key(Path file) throws IOException {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// Makes the current file the youngest of the old ones where it has reached `bytes`. For one
  /// thread at a time.
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
      Files.deleteIfExists(numbered(i + 1));
      if (Files.exists(numbered(i))) {
        Files.move(numbered(i), numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    Files.deleteIfExists(numbered(filesMax));
  }

  /// Keeps what conmon has rotated away since the last call. For one thread at a time.
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
}
