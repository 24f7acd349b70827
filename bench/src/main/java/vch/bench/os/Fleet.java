package vch.bench.os;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Many containers at once by HTTP, each worker on a connection of its own.
public final class Fleet {
  private final Path socket;
  private final int workers;

  public Fleet(Path socket, int workers) {
    this.socket = socket;
    this.workers = workers;
  }

  /// What is done for one number.
  @FunctionalInterface
  public interface Work {
    void at(Http http, int number);
  }

  /// Does it for the numbers from 0, in some order.
  ///
  /// @param secondsMax no number is begun after so long
  /// @return how many numbers were done
  public int each(int numbers, int secondsMax, Work work) {
    var next = new AtomicInteger();
    var done = new AtomicInteger();
    var stop = new AtomicBoolean();
    long end = System.nanoTime() + secondsMax * 1_000_000_000L;
    List<String> faults = Collections.synchronizedList(new ArrayList<>());
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < workers; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try (var http = new Http(socket)) {
                  while (!stop.get() && System.nanoTime() < end) {
                    int number = next.getAndIncrement();
                    if (number >= numbers) {
                      return;
                    }
                    work.at(http, number);
                    done.incrementAndGet();
                  }
                } catch (Shell.Failed e) {
                  stop.set(true);
                  faults.add(e.text());
                }
              }));
    }
    try {
      for (var thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      stop.set(true);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    if (!faults.isEmpty()) {
      throw new Shell.Failed(faults.getFirst());
    }
    return done.get();
  }

  /// Creates and starts a container that sleeps.
  public static void start(Http http, String name) {
    http.call(
            "POST",
            "/v1.41/containers/create?name=" + name,
            "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"100000\"]}")
        .ok();
    http.call("POST", "/v1.41/containers/" + name + "/start", "").ok();
  }

  public static void remove(Http http, String name) {
    http.call("DELETE", "/v1.41/containers/" + name + "?force=1", "").ok();
  }
}
