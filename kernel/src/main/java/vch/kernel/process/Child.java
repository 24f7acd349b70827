package vch.kernel.process;

import java.time.Duration;
import java.util.OptionalInt;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Kill;
import vch.kernel.libc.Pidfd;
import vch.kernel.libc.Poll;
import vch.kernel.libc.Waitid;

/// A program that was started. Whoever holds this waits for it, or ends it by closing this. One
/// thread uses it at a time; waiting blocks that thread.
public final class Child implements AutoCloseable {
  private static final int SIGKILL = 9;

  private final long pid;
  private final Fd process;
  private OptionalInt status = OptionalInt.empty();

  private Child(long pid, Fd process) {
    this.pid = pid;
    this.process = process;
  }

  /// Takes over a child that nobody waits for.
  static Child of(long pid) {
    try {
      return new Child(pid, Pidfd.open(pid));
    } catch (KernelException e) { // EMFILE, or a kernel without
      Kill.kill(pid, SIGKILL); // not waited for yet, so the number is still its own
      Waitid.await(pid);
      throw e;
    }
  }

  public long pid() {
    return pid;
  }

  /// Is ready for reading when it has ended.
  Fd end() {
    return process;
  }

  /// Waits for its end.
  ///
  /// @return its status, or 128 and the number of the signal that ended it
  public int await() {
    if (status.isEmpty()) {
      status = OptionalInt.of(Waitid.await(pid));
    }
    return status.getAsInt();
  }

  /// The same; empty when the time is over.
  public OptionalInt await(Duration timeMax) {
    if (status.isEmpty() && !ready(timeMax)) {
      return status;
    }
    return OptionalInt.of(await());
  }

  private boolean ready(Duration timeMax) {
    int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(0, timeMax.toMillis()));
    return Poll.poll(millis, new int[] {process.number()}, new short[] {Poll.POLLIN})[0] != 0;
  }

  /// Sends SIGKILL; nothing happens when it has ended.
  public void kill() {
    try {
      Pidfd.signal(process, SIGKILL);
    } catch (KernelException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
  }

  /// Lets go of it; one that was not waited for is killed.
  @Override
  public void close() {
    if (process.isOpen() && status.isEmpty()) {
      kill();
      await();
    }
    process.close();
  }
}
