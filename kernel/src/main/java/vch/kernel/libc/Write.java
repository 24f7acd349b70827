package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// write(2). Holds its thread while it waits.
public final class Write {
  private static final MethodHandle WRITE =
      Native.function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  private Write() {}

  /// Writes some of the bytes.
  ///
  /// @return how many bytes were taken, which may be fewer
  public static int write(Fd fd, byte[] from, int offset, int length) {
    return (int)
        Native.call(
            "write",
            fd,
            (arena, state) -> {
              var buffer = arena.allocate(Math.max(length, 1));
              MemorySegment.copy(from, offset, buffer, JAVA_BYTE, 0, length);
              return (long) WRITE.invokeExact(state, fd.number(), buffer, (long) length);
            });
  }

  /// Writes everything.
  public static void writeAll(Fd fd, byte[] bytes) {
    for (int at = 0; at < bytes.length; ) {
      at += write(fd, bytes, at, bytes.length - at);
    }
  }
}
