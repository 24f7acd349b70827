package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import vch.kernel.ffi.Native;

/// lgetxattr(2), lsetxattr(2), llistxattr(2) and lremovexattr(2): attributes of a file itself,
/// never of what a symbolic link points to. All name spaces, unlike NIO, which has `user.` only. Of
/// what a descriptor holds, also one that was opened by its path alone (`O_PATH`), for which
/// fgetxattr(2) and its like do not work, by getxattr(2) over /proc/self/fd.
public final class Xattr {
  /// XATTR_SIZE_MAX and XATTR_LIST_MAX of linux/limits.h.
  private static final int VALUE_BYTES_MAX = 65536;

  private static final MethodHandle SET =
      Native.function("lsetxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle GET =
      Native.function("lgetxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle LIST =
      Native.function("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle SET_FOLLOWED =
      Native.function("setxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle GET_FOLLOWED =
      Native.function("getxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle LIST_FOLLOWED =
      Native.function("listxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle REMOVE =
      Native.function("lremovexattr", JAVA_INT, ADDRESS, ADDRESS);

  private Xattr() {}

  /// Makes or replaces the attribute.
  public static void set(Path path, String name, byte[] value) {
    set(SET, "lsetxattr", path, name, value);
  }

  public static void set(Fd file, String name, byte[] value) {
    set(SET_FOLLOWED, "setxattr", Path.of(file.path()), name, value);
  }

  private static void set(MethodHandle call, String what, Path path, String name, byte[] value) {
    Native.call(
        what,
        path + " " + name,
        (arena, state) -> {
          var v = arena.allocate(Math.max(1, value.length));
          MemorySegment.copy(value, 0, v, JAVA_BYTE, 0, value.length);
          return (int)
              call.invokeExact(
                  state,
                  arena.allocateFrom(path.toString()),
                  arena.allocateFrom(name),
                  v,
                  (long) value.length,
                  0);
        });
  }

  /// Empty when the file has no such attribute.
  public static Optional<byte[]> get(Path path, String name) {
    return get(GET, "lgetxattr", path, name);
  }

  /// Empty when the file has no such attribute.
  public static Optional<byte[]> get(Fd file, String name) {
    return get(GET_FOLLOWED, "getxattr", Path.of(file.path()), name);
  }

  private static Optional<byte[]> get(MethodHandle call, String what, Path path, String name) {
    var out = new byte[VALUE_BYTES_MAX];
    try {
      long n =
          Native.call(
              what,
              path + " " + name,
              (arena, state) -> {
                var buffer = arena.allocate(VALUE_BYTES_MAX);
                long got =
                    (long)
                        call.invokeExact(
                            state,
                            arena.allocateFrom(path.toString()),
                            arena.allocateFrom(name),
                            buffer,
                            (long) VALUE_BYTES_MAX);
                if (got > 0) {
                  MemorySegment.copy(buffer, JAVA_BYTE, 0, out, 0, (int) got);
                }
                return got;
              });
      return Optional.of(Arrays.copyOf(out, (int) n));
    } catch (KernelException e) {
      if (e.is(Errno.ENODATA)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Names of all attributes.
  public static List<String> list(Path path) {
    return list(LIST, "llistxattr", path);
  }

  /// Names of all attributes.
  public static List<String> list(Fd file) {
    return list(LIST_FOLLOWED, "listxattr", Path.of(file.path()));
  }

  private static List<String> list(MethodHandle call, String what, Path path) {
    var out = new byte[VALUE_BYTES_MAX];
    long n =
        Native.call(
            what,
            path,
            (arena, state) -> {
              var buffer = arena.allocate(VALUE_BYTES_MAX);
              long got =
                  (long)
                      call.invokeExact(
                          state,
                          arena.allocateFrom(path.toString()),
                          buffer,
                          (long) VALUE_BYTES_MAX);
              if (got > 0) {
                MemorySegment.copy(buffer, JAVA_BYTE, 0, out, 0, (int) got);
              }
              return got;
            });
    var names = new String(out, 0, (int) n, StandardCharsets.UTF_8);
    return Arrays.stream(names.split("\0", -1)).filter(Predicate.not(String::isEmpty)).toList();
  }

  public static void remove(Path path, String name) {
    Native.call(
        "lremovexattr",
        path + " " + name,
        (arena, state) ->
            (int)
                REMOVE.invokeExact(
                    state, arena.allocateFrom(path.toString()), arena.allocateFrom(name)));
  }
}
