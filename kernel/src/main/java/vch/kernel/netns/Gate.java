package vch.kernel.netns;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import vch.kernel.libc.Fd;

/// The one thread that enters other network namespaces. It opens something there and goes back
/// before it hands it out; a socket stays in the namespace that it was opened in, whoever uses it
/// later.
///
/// A thread inherits the namespace of the thread that starts it, so what runs on the gate must
/// start none: no process, no virtual thread, no blocking channel operation. [Strangers] tells when
/// somebody did.
///
/// Safe for all threads.
public final class Gate implements AutoCloseable {
  /// Exit status of the process when the gate's thread cannot go home.
  public static final int EXIT_LOST = 70;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("netns-gate").unstarted(task));
  private final Fd home;

  private Gate(Fd home) {
    this.home = home;
  }

  /// A gate whose home is the namespace of the calling thread, which is the process's own: nobody
  /// but gates ever leaves it.
  public static Gate open() {
    return new Gate(NamespaceCalls.own());
  }

  /// The process's own namespace.
  public Fd home() {
    return home;
  }

  /// Runs `opening` inside the namespace.
  ///
  /// @throws Exception what `opening` threw
  public <T> T in(Fd namespace, Callable<T> opening) throws Exception {
    return run(() -> NamespaceCalls.enter(namespace), opening);
  }

  /// Runs `opening` inside a new namespace, which lasts as long as something that was opened or
  /// mounted there.
  public <T> T inNew(Callable<T> opening) throws Exception {
    return run(NamespaceCalls::unshare, opening);
  }

  /// Makes a namespace and returns the descriptor that keeps it.
  ///
  /// @param first runs inside
  public Fd make(Runnable first) {
    try {
      return inNew(
          () -> {
            first.run();
            return NamespaceCalls.own();
          });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("nothing here throws a checked exception", e);
    }
  }

  private <T> T run(Runnable entering, Callable<T> opening) throws Exception {
    var task =
        thread.submit(
            () -> {
              entering.run();
              try {
                return opening.call();
              } finally {
                goHome();
              }
            });
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (
            InterruptedException
                _) { // what is being opened must not be lost: wait for it, it is short
          interrupted = true;
        } catch (ExecutionException e) {
          throw switch (e.getCause()) {
            case Exception cause -> cause;
            case Error cause -> throw cause;
            case null, default -> new IllegalStateException(e);
          };
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Never go on in the wrong namespace: everything opened from then on would be in it.
  private void goHome() {
    try {
      NamespaceCalls.enter(home);
    } catch (Throwable e) {
      System.getLogger(Gate.class.getName()).log(System.Logger.Level.ERROR, "netns.gate.lost", e);
      Runtime.getRuntime().halt(EXIT_LOST);
    }
  }

  @Override
  public void close() {
    thread.close();
    home.close();
  }
}
