package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// read(2). Holds its thread while it waits, so not for virtual threads on a descriptor that may
/// block.
public final class Read {
  private static final MethodHandle READ =
      Native.function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  private Read() {}

  /// Reads up to `length` bytes into `into` from `offset` on.
  ///
  /// @return how many; 0 at the end
  public static int read(Fd fd, byte[] into, int offset, int length) {
    return (int)
        Native.call(
            "read",
            fd,
            (arena, state) -> {
              var buffer = arena.allocate(Math.max(length, 1));
              long n = (long) READ.invokeExact(state, fd.number(), buffer, (long) length);
              if (n > 0) {
                MemorySegment.copy(buffer, JAVA_BYTE, 0, into, offset, (int) n);
              }
              return n;
            });
  }
}
