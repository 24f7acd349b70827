package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// close(2).
final class Close {
  private static final MethodHandle CLOSE = Native.function("close", JAVA_INT, JAVA_INT);

  private Close() {}

  /// Linux frees the number whatever close returns (even EINTR), so there is nothing that a caller
  /// could do about a failure.
  static void close(int fd) {
    try (var arena = Arena.ofConfined()) {
      var _ = (int) CLOSE.invokeExact(arena.allocate(Native.STATE), fd);
    } catch (Throwable e) {
      throw new AssertionError("close is declared wrongly", e);
    }
  }
}
