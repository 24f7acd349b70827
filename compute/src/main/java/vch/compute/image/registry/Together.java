package vch.compute.image.registry;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;

/// Does several things side by side, each on a virtual thread; the first that fails ends the
/// others.
final class Together {
  private Together() {}

  /// What is to be done.
  interface Work {
    void run() throws Exception;
  }

  static void run(List<Work> works) throws IOException, InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ExecutorCompletionService<Void>(threads);
      for (var work : works) {
        done.submit(
            () -> {
              work.run();
              return null;
            });
      }
      try {
        for (int i = 0; i < works.size(); i++) {
          done.take().get();
        }
      } catch (ExecutionException e) {
        threads.shutdownNow();
        throw rethrow(e.getCause());
      } catch (InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }

  private static IOException rethrow(@org.jspecify.annotations.Nullable Throwable cause)
      throws InterruptedException {
    if (cause instanceof IOException e) {
      return e;
    }
    if (cause instanceof InterruptedException e) {
      throw e;
    }
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    throw new IllegalStateException("a layer failed: " + cause, cause);
  }
}
