package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// pipe2(2), closed on exec.
public record Pipe(Fd read, Fd write) implements AutoCloseable {
  private static final MethodHandle PIPE2 = Native.function("pipe2", JAVA_INT, ADDRESS, JAVA_INT);

  /// Makes a pipe.
  ///
  /// @param flags [Open#O_NONBLOCK] or 0
  public static Pipe open(int flags) {
    var ends = new int[2];
    Native.call(
        "pipe2",
        "",
        (arena, state) -> {
          var pair = arena.allocate(JAVA_INT, 2);
          int result = (int) PIPE2.invokeExact(state, pair, flags | Open.O_CLOEXEC);
          ends[0] = pair.getAtIndex(JAVA_INT, 0);
          ends[1] = pair.getAtIndex(JAVA_INT, 1);
          return result;
        });
    return new Pipe(new Fd(ends[0]), new Fd(ends[1]));
  }

  @Override
  public void close() {
    read.close();
    write.close();
  }
}
