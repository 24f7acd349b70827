package vch.engine.lifecycle;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Waits on one platform thread and works on virtual ones. Thread safe.
public final class SystemScheduler implements Scheduler {
  private static final Logger LOG = System.getLogger(SystemScheduler.class.getName());

  private final ScheduledThreadPoolExecutor waiting;

  public SystemScheduler() {
    waiting =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("lifecycle-timer").factory());
    waiting.setRemoveOnCancelPolicy(true);
    waiting.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void soon(Runnable work) {
    Thread.ofVirtual()
        .name("lifecycle")
        .uncaughtExceptionHandler(
            (_, e) -> LOG.log(Level.ERROR, "work of a container's life failed", e))
        .start(work);
  }

  @Override
  public Pending after(Duration delay, Runnable work) {
    try {
      var future = waiting.schedule(() -> soon(work), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "nothing is begun any more: the daemon ends", e);
      return () -> {};
    }
  }

  @Override
  public void close() {
    waiting.shutdownNow();
  }
}
