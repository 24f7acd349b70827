package vch.kernel.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;

/// Downcalls into libc. Every handle made here takes a segment for errno as its first argument;
/// each call has a segment of its own, so threads never see each other's errno.
@SuppressWarnings("restricted") // calling C is what this module is for
public final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  /// Layout of the first argument of every handle.
  public static final StructLayout STATE = Linker.Option.captureStateLayout();

  private static final long ERRNO_OFFSET =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private Native() {}

  /// A function that returns -1 and sets errno when it fails.
  public static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        CAPTURE_ERRNO);
  }

  /// As [#function], for `f(a, b, ...)`: arguments from `firstVariadic` on are passed as variadic
  /// ones.
  public static MethodHandle variadic(
      String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        CAPTURE_ERRNO,
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  /// What a call does with its arena and the segment for errno.
  @FunctionalInterface
  public interface Call {
    long run(Arena arena, MemorySegment state) throws Throwable;
  }

  /// Runs the call; again when a signal interrupted it.
  ///
  /// @param name the man page
  /// @param detail what it was about, for the message
  /// @return what the function returned, never negative
  /// @throws KernelException the function returned a negative number
  public static long call(String name, Object detail, Call call) {
    while (true) {
      long result;
      int errno;
      try (var arena = Arena.ofConfined()) {
        var state = arena.allocate(STATE);
        result = call.run(arena, state);
        errno = errno(state);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(name + " is declared wrongly", e);
      }
      if (result >= 0) {
        return result;
      }
      if (errno != Errno.EINTR.number()) {
        throw new KernelException(name, Errno.of(errno), detail.toString());
      }
    }
  }

  /// Runs a call of a function that returns the number of its error, and 0 when there is none, as
  /// those of posix_spawn do.
  ///
  /// @param name the man page
  /// @param detail what it was about, for the message
  /// @throws KernelException the function returned another number than 0
  public static void numbered(String name, Object detail, Call call) {
    long number = call(name, detail, call);
    if (number != 0) {
      throw new KernelException(name, Errno.of((int) number), detail.toString());
    }
  }

  /// errno of the call that this segment was passed to.
  public static int errno(MemorySegment state) {
    return state.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
  }
}
