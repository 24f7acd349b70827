package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;

/// syncfs(2). Holds its thread until all of the file system is on its disk.
public final class Syncfs {
  private static final MethodHandle SYNCFS = Native.function("syncfs", JAVA_INT, JAVA_INT);

  private Syncfs() {}

  /// Writes the file system that `file` is on.
  ///
  /// @param file not one of O_PATH
  /// @throws KernelException EIO, ENOSPC or EDQUOT: something could not be written since the file
  ///   was opened
  public static void syncfs(Fd file) {
    Native.call("syncfs", file, (_, state) -> (int) SYNCFS.invokeExact(state, file.number()));
  }
}
