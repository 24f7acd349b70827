package vch.linux;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Open;
import vch.kernel.libc.Write;
import vch.kernel.netns.Gate;

/// A few namespaces made ahead, because making one takes longer than all else that a container's
/// network needs. They have no name yet, so they go with the process. Safe for all threads; owns a
/// thread that makes them, and its gate.
final class Spares implements AutoCloseable {
  private static final int SPARES_MAX = 4;
  private static final Path PROMOTE = Path.of("/proc/sys/net/ipv4/conf/all/promote_secondaries");
  private static final System.Logger LOG = System.getLogger(Spares.class.getName());

  private final Gate gate = Gate.open();
  private final BlockingQueue<Fd> ready = new ArrayBlockingQueue<>(SPARES_MAX);
  private final Thread maker =
      Thread.ofPlatform().daemon().name("netns-spares").unstarted(this::fill);
  private volatile boolean closed;

  Spares() {
    maker.start();
  }

  /// A namespace that nobody else has.
  Fd take() {
    return Optional.ofNullable(ready.poll()).orElseGet(() -> gate.make(Spares::settle));
  }

  private void fill() {
    while (!closed) {
      try {
        var spare = gate.make(Spares::settle);
        try {
          ready.put(spare);
        } catch (InterruptedException _) { // closing
          spare.close();
          return;
        }
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.log(
              System.Logger.Level.WARNING,
              "netns.spares.end: no namespaces are made ahead any more",
              e);
        }
        return;
      }
    }
  }

  /// Runs inside each new namespace: with this, removing an address does not take others of its
  /// subnet along.
  private static void settle() {
    try (var file = Open.open(PROMOTE, Open.O_WRONLY)) {
      Write.writeAll(file, new byte[] {'1'});
    }
  }

  @Override
  public void close() {
    closed = true;
    maker.interrupt();
    boolean interrupted = false;
    while (maker.isAlive()) {
      try {
        maker.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    ready.forEach(Fd::close);
    gate.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
