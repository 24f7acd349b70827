package vch.compute.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicLong;

/// Whole directories: removing them, measuring them. Symbolic links are never followed. Files that
/// vanish meanwhile are nothing to worry about.
public final class Trees {
  private Trees() {}

  /// Removes the path with all below it; nothing happens if it is gone.
  public static void remove(Path path) throws IOException {
    try {
      Files.walkFileTree(path, new Deleting());
    } catch (NoSuchFileException _) {
      return;
    }
  }

  /// The same, where no failure is expected.
  public static void delete(Path path) {
    try {
      remove(path);
    } catch (IOException e) {
      throw new UncheckedIOException("remove " + path, e);
    }
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    @SuppressWarnings("NullAway") // the visitor's own signature
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }

  /// Bytes of all regular files below the path; a file with several names counts once.
  public static long bytes(Path path) {
    var sum = new AtomicLong();
    var seen = new HashSet<Object>();
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()
                  && (attributes.fileKey() == null || seen.add(attributes.fileKey()))) {
                sum.addAndGet(attributes.size());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            @SuppressWarnings("NullAway") // the visitor's own signature
            public FileVisitResult postVisitDirectory(Path directory, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("measure " + path, e);
    }
    return sum.get();
  }

  /// True when it is a directory with nothing in it.
  public static boolean empty(Path directory) {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (var entries = Files.newDirectoryStream(directory)) {
      return !entries.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException("list " + directory, e);
    }
  }
}
