package vch.app.compat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// One piece of work again and again at a steady rate until it is closed, and how often it
/// succeeded.
final class Load implements AutoCloseable {
  private final String name;
  private final BooleanSupplier work;
  private final long periodNanos;
  private final AtomicInteger tried = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final Thread thread;
  private volatile boolean over;

  Load(String name, int perSecond, BooleanSupplier work) {
    this.name = name;
    this.work = work;
    this.periodNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    this.thread = Thread.ofVirtual().start(this::run);
  }

  private void run() {
    long next = System.nanoTime();
    while (!over) {
      tried.incrementAndGet();
      if (work.getAsBoolean()) {
        done.incrementAndGet();
      }
      next += periodNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  String name() {
    return name;
  }

  int tried() {
    return tried.get();
  }

  int done() {
    return done.get();
  }

  int lost() {
    return tried() - done();
  }

  /// Returns when the last piece of work has ended.
  @Override
  public void close() {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
