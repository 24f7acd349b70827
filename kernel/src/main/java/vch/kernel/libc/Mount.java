package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import vch.kernel.ffi.Native;

/// mount(2) and umount2(2).
public final class Mount {
  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;
  public static final long MS_NOEXEC = 8;
  public static final long MS_REMOUNT = 32;
  public static final long MS_BIND = 4096;
  public static final long MS_MOVE = 8192;
  public static final long MS_REC = 16384;
  public static final long MS_UNBINDABLE = 1L << 17;
  public static final long MS_PRIVATE = 1L << 18;
  public static final long MS_SLAVE = 1L << 19;
  public static final long MS_SHARED = 1L << 20;
  public static final int MNT_FORCE = 1;

  /// Detach now, clean up when it is no longer busy.
  public static final int MNT_DETACH = 2;

  public static final int UMOUNT_NOFOLLOW = 8;

  private static final MethodHandle MOUNT =
      Native.function("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle UMOUNT2 =
      Native.function("umount2", JAVA_INT, ADDRESS, JAVA_INT);

  private Mount() {}

  /// Mounts, remounts, or changes the propagation of a mount, as the flags say.
  ///
  /// @param source device, directory or any word, as the type wants; may be empty
  /// @param type `overlay`, `tmpfs`…; empty for MS_BIND, MS_REMOUNT and changes of propagation
  /// @param data options of the file system, at most 4095 bytes; may be empty
  public static void mount(String source, Path target, String type, long flags, String data) {
    Native.call(
        "mount",
        (type.isEmpty() ? source : type) + " on " + target,
        (arena, state) -> {
          MemorySegment from = arena.allocateFrom(source.isEmpty() ? "none" : source);
          MemorySegment kind = type.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(type);
          MemorySegment options = data.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(data);
          return (int)
              MOUNT.invokeExact(
                  state, from, arena.allocateFrom(target.toString()), kind, flags, options);
        });
  }

  /// Shows `source` at `target` too.
  public static void bind(Path source, Path target) {
    mount(source.toString(), target, "", MS_BIND, "");
  }

  public static void unmount(Path target, int flags) {
    Native.call(
        "umount2",
        target,
        (arena, state) ->
            (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target.toString()), flags));
  }
}
