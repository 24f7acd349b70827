package vch.compute.image;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import vch.portlayer.refusal.Refusal;

/// Runs the sweep on a thread of its own when woken; several wakings while it runs are one.
final class Sweeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());

  private final Semaphore wakings = new Semaphore(0);
  private final Thread thread;

  /// What is done.
  @FunctionalInterface
  interface Sweep {
    int run() throws IOException;
  }

  Sweeper(Sweep sweep) {
    this.thread = Thread.ofVirtual().name("image-sweeper").start(() -> loop(sweep));
  }

  void wake() {
    wakings.release();
  }

  private void loop(Sweep sweep) {
    try {
      while (true) {
        wakings.acquire();
        wakings.drainPermits();
        try {
          int removed = sweep.run();
          if (removed > 0) {
            LOG.log(
                System.Logger.Level.DEBUG, "removed {0} unused layers and configurations", removed);
          }
        } catch (IOException | Refusal e) {
          LOG.log(
              System.Logger.Level.WARNING,
              "unused images could not be removed; tried again with the next removal",
              e);
        }
      }
    } catch (InterruptedException _) {
      LOG.log(System.Logger.Level.DEBUG, "the sweeper ends");
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
