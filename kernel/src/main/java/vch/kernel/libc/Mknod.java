package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import vch.kernel.ffi.Native;

/// mknod(2), mkfifo(3) and makedev(3).
public final class Mknod {
  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;

  private static final MethodHandle MKNOD =
      Native.function("mknod", JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);

  private Mknod() {}

  /// Makes a file of any kind but directories and links.
  ///
  /// @param mode file type and permissions, less the umask
  /// @param device from [#makedev(int, int)]; 0 for a FIFO
  public static void mknod(Path path, int mode, long device) {
    Native.call(
        "mknod",
        path,
        (arena, state) ->
            (int) MKNOD.invokeExact(state, arena.allocateFrom(path.toString()), mode, device));
  }

  public static void mkfifo(Path path, int permissions) {
    mknod(path, S_IFIFO | permissions, 0);
  }

  /// The device number as glibc and the kernel encode it: 12 + 20 bits of major, 8 + 24 of minor,
  /// interleaved.
  public static long makedev(int major, int minor) {
    long ma = Integer.toUnsignedLong(major);
    long mi = Integer.toUnsignedLong(minor);
    return (ma & 0xffff_f000L) << 32
        | (ma & 0xfffL) << 8
        | (mi & 0xffff_ff00L) << 12
        | (mi & 0xffL);
  }
}
