package vch.compute.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;
import vch.compute.image.Sha256;
import vch.compute.image.registry.ManifestReader.Descriptor;

/// Fetches one blob into a file, hashing on the way; goes on where a broken connection left off.
final class Download {
  /// Attempts for one blob; each starts where the one before ended.
  static final int ATTEMPTS_MAX = 5;

  private static final int COPY_BYTES = 64 * 1024;

  private final RegistrySession session;
  private final Stalls stalls;
  private final Pause pause;

  Download(RegistrySession session, Stalls stalls, Pause pause) {
    this.session = session;
    this.stalls = stalls;
    this.pause = pause;
  }

  /// Waits before another attempt.
  @FunctionalInterface
  interface Pause {
    void seconds(int seconds) throws InterruptedException;
  }

  /// What happens meanwhile.
  interface Watcher {
    void bytes(long soFar);

    void retrying(int seconds);

    void verifying();
  }

  /// @param file is made
  void fetch(Descriptor blob, Path file, Watcher watcher) throws IOException {
    try (var hasher = new Sha256()) {
      fetch(blob, file, hasher, watcher);
      watcher.verifying();
      if (!hasher.digest().equals(blob.digest())) {
        throw new RegistryException(
            "", "filesystem layer verification failed for digest " + blob.digest());
      }
    }
  }

  private void fetch(Descriptor blob, Path file, Sha256 hasher, Watcher watcher)
      throws IOException {
    try (var out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int attempt = 1; ; attempt++) {
        try {
          transfer(blob, out, hasher, watcher::bytes);
          break;
        } catch (RegistryException | InterruptedIOException e) {
          throw e;
        } catch (IOException e) {
          if (attempt == ATTEMPTS_MAX || Thread.currentThread().isInterrupted()) {
            throw e;
          }
          again(attempt * 2, watcher);
        }
      }
    }
  }

  private void again(int seconds, Watcher watcher) throws InterruptedIOException {
    try {
      for (int left = seconds; left > 0; left--) {
        watcher.retrying(left);
        pause.seconds(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to try again");
    }
  }

  private void transfer(Descriptor blob, FileChannel out, Sha256 hasher, LongConsumer progress)
      throws IOException {
    long at = out.position();
    if (at == blob.size() && at > 0) {
      return;
    }
    try (var answer = session.blob(blob.digest().toString(), at)) {
      if (answer.status() == 200 && at > 0) { // the registry starts over
        out.truncate(0);
        hasher.reset();
      }
      copy(blob, answer.body(), out, hasher, progress);
    }
    if (out.position() != blob.size()) {
      throw new IOException(
          "unexpected EOF: "
              + out.position()
              + " of "
              + blob.size()
              + " bytes of "
              + blob.digest()
              + " came");
    }
  }

  private void copy(
      Descriptor blob, InputStream in, FileChannel out, Sha256 hasher, LongConsumer progress)
      throws IOException {
    var buffer = new byte[COPY_BYTES];
    try (var guard = stalls.watch(in)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        guard.alive();
        if (out.position() + n > blob.size()) {
          throw new RegistryException(
              "",
              "the registry sends more for "
                  + blob.digest()
                  + " than the "
                  + blob.size()
                  + " bytes it announced");
        }
        hasher.update(buffer, 0, n);
        var part = ByteBuffer.wrap(buffer, 0, n);
        while (part.hasRemaining()) {
          out.write(part);
        }
        progress.accept(out.position());
      }
    }
  }
}
