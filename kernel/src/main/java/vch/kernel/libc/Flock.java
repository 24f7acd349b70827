package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import vch.kernel.ffi.Native;

/// flock(2): an exclusive lock on a file, gone with the process that holds it, however that ends.
public final class Flock implements AutoCloseable {
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final MethodHandle FLOCK = Native.function("flock", JAVA_INT, JAVA_INT, JAVA_INT);

  private final Fd file;

  private Flock(Fd file) {
    this.file = file;
  }

  /// Takes the lock, making the file where it is not there; empty when somebody else has it.
  public static Optional<Flock> tryLock(Path path) {
    var file = Open.open(path, Open.O_RDWR | Open.O_CREAT, 0600);
    try {
      Native.call(
          "flock",
          path,
          (_, state) -> (int) FLOCK.invokeExact(state, file.number(), LOCK_EX | LOCK_NB));
      return Optional.of(new Flock(file));
    } catch (KernelException e) {
      file.close();
      if (e.is(Errno.EAGAIN)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
