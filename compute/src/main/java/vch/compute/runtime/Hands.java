package vch.compute.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Platform threads for work that blocks in the kernel (starting processes, FIFOs, mounts), so that
/// virtual threads that ask for it only park. At most [#TASKS_MAX] quick things are under way at
/// once; more would only fight for the processors.
///
/// Holds no state but its threads; close() lets what runs come to its end.
final class Hands implements AutoCloseable {
  static final int TASKS_MAX = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().name("runtime-", 0).daemon().factory());
  private final Semaphore places = new Semaphore(TASKS_MAX, true);

  /// Does the work and waits for it. Failures come out as they are, an [IOException] as
  /// [UncheckedIOException].
  ///
  /// @param what we are doing, for the message of a failure
  <T> T call(String what, Callable<T> work) {
    places.acquireUninterruptibly();
    try {
      return await(what, threads.submit(work));
    } finally {
      places.release();
    }
  }

  /// The same for work that may take long and waits for the disk: it does not keep starts from
  /// their places.
  <T> T callSlow(String what, Callable<T> work) {
    return await(what, threads.submit(work));
  }

  private static <T> T await(String what, java.util.concurrent.Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException _) {
          interrupted = true; // half a start helps nobody: go on, and tell the caller afterwards
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException r -> throw r;
        case Error r -> throw r;
        case IOException io -> throw new UncheckedIOException(what + ": " + io.getMessage(), io);
        case null, default -> throw new IllegalStateException(what, e.getCause());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
