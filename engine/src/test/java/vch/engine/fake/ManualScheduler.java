package vch.engine.fake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import vch.engine.lifecycle.Scheduler;

/// A scheduler and clock whose time the test moves. Work is done on virtual threads; [#settle()]
/// waits until none is under way. Safe for any number of threads.
public final class ManualScheduler implements Scheduler, InstantSource {
  /// A test that waits longer than this hangs.
  private static final long HANGS_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final List<Waiting> waiting = new ArrayList<>(); // guarded by this, as are the others
  private final List<Throwable> failures = new ArrayList<>();
  private Instant now;
  private int working;
  private boolean closed;

  public ManualScheduler(Instant now) {
    this.now = now;
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public void soon(Runnable work) {
    synchronized (this) {
      working++;
    }
    Thread.startVirtualThread(() -> work(work));
  }

  private void work(Runnable work) {
    try {
      work.run();
    } catch (Cuts.Killed _) {
      // the daemon that wanted it is dead
    } catch (Throwable e) {
      synchronized (this) {
        failures.add(e);
      }
    } finally {
      synchronized (this) {
        working--;
        notifyAll();
      }
    }
  }

  @Override
  public synchronized Pending after(Duration delay, Runnable work) {
    if (closed) {
      return () -> {};
    }
    var one = new Waiting(now.plus(delay), work);
    waiting.add(one);
    notifyAll();
    return () -> cancel(one);
  }

  private synchronized void cancel(Waiting one) {
    waiting.remove(one);
    notifyAll();
  }

  /// Moves time on, does what has become due, in order, and waits until it is done.
  public void advance(Duration by) {
    var until = instant().plus(by);
    while (true) {
      Waiting next;
      synchronized (this) {
        next =
            waiting.stream()
                .min(Comparator.comparing(Waiting::due))
                .filter(w -> !w.due().isAfter(until))
                .orElse(null);
        if (next == null) {
          now = until;
          break;
        }
        waiting.remove(next);
        now = next.due().isAfter(now) ? next.due() : now;
      }
      soon(next.work());
      settle();
    }
    settle();
  }

  /// Waits until no work is under way, and fails if some did.
  public synchronized void settle() {
    long end = System.nanoTime() + HANGS_NANOS;
    while (working > 0) {
      pause(end, "work that does not end");
    }
    if (!failures.isEmpty()) {
      var failure = new AssertionError("work failed: " + failures.getFirst(), failures.getFirst());
      failures.clear();
      throw failure;
    }
  }

  /// Waits until no work is under way, whatever became of it.
  public synchronized void settleQuietly() {
    long end = System.nanoTime() + HANGS_NANOS;
    while (working > 0) {
      pause(end, "work that does not end");
    }
    failures.clear();
  }

  /// Waits until `count` works wait for their time.
  public synchronized void awaitWaiting(int count) {
    long end = System.nanoTime() + HANGS_NANOS;
    while (waiting.size() < count) {
      pause(end, "only " + waiting.size() + " wait, not " + count);
    }
  }

  /// Waits until exactly these works wait for their time, by the time until then.
  public synchronized void awaitDelays(Duration... wanted) {
    long end = System.nanoTime() + HANGS_NANOS;
    var sorted = Stream.of(wanted).sorted().toList();
    while (!delays().equals(sorted)) {
      pause(end, "works wait for " + delays() + ", not " + sorted);
    }
  }

  /// Time until the next work that waits; empty list: none waits.
  public synchronized List<Duration> delays() {
    return waiting.stream().map(w -> Duration.between(now, w.due())).sorted().toList();
  }

  private void pause(long end, String why) {
    try {
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(why);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }

  private record Waiting(Instant due, Runnable work) {}
}
