package vch.kernel.netns;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Open;

/// setns(2) and unshare(2) for network namespaces. Only the gate's thread may call them.
final class NamespaceCalls {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final MethodHandle SETNS = Native.function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UNSHARE = Native.function("unshare", JAVA_INT, JAVA_INT);

  /// Of the calling thread. `/proc/self` would be that of the first thread of the process.
  static final String OWN = "/proc/thread-self/ns/net";

  private NamespaceCalls() {}

  static void enter(Fd namespace) {
    Native.call(
        "setns",
        namespace,
        (_, state) -> (int) SETNS.invokeExact(state, namespace.number(), CLONE_NEWNET));
  }

  static void unshare() {
    Native.call(
        "unshare", "CLONE_NEWNET", (_, state) -> (int) UNSHARE.invokeExact(state, CLONE_NEWNET));
  }

  static Fd own() {
    return Open.open(OWN, Open.O_RDONLY, 0);
  }
}
