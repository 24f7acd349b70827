package vch.app.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Keeps a second daemon away from a directory. The kernel drops the lock with the process, however
/// it ends.
final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /// @throws CannotStart another process holds the directory, or it cannot be written
  static DirectoryLock take(Path directory, String option) {
    try {
      Files.createDirectories(directory);
      var channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new CannotStart(
            "another daemon runs on " + directory + "; stop it, or choose another " + option);
      }
      return new DirectoryLock(channel);
    } catch (IOException e) {
      throw new CannotStart(
          "cannot use " + directory + ": " + why(e) + "; choose another " + option);
    }
  }

  /// The messages of these exceptions are only the path.
  private static String why(IOException e) {
    return switch (e) {
      case FileAlreadyExistsException x -> x.getFile() + " is there and is no directory";
      case NoSuchFileException x -> x.getFile() + " cannot be made there";
      case AccessDeniedException x -> "no permission for " + x.getFile();
      default -> String.valueOf(e.getMessage());
    };
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      System.getLogger("vch.app").log(System.Logger.Level.WARNING, "cannot give up a lock", e);
    }
  }
}
