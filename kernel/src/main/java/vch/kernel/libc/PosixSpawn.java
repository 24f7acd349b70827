package vch.kernel.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import vch.kernel.ffi.Native;

/// posix_spawn(3), of glibc 2.34 or newer. The child shares our memory until it has become the
/// program, so its cost does not grow with the heap, and no helper goes before it. Its thread waits
/// that long.
public final class PosixSpawn {
  /// Room for posix_spawn_file_actions_t (80 bytes), posix_spawnattr_t (336) and sigset_t (128).
  private static final long STRUCT_BYTES = 512;

  private static final long ALIGNMENT = 16;
  private static final short POSIX_SPAWN_SETSIGDEF = 4;
  private static final short POSIX_SPAWN_SETSIGMASK = 8;

  private static final MethodHandle SPAWNP =
      Native.function(
          "posix_spawnp", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ACTIONS_INIT = ofOne("posix_spawn_file_actions_init");
  private static final MethodHandle ACTIONS_DESTROY = ofOne("posix_spawn_file_actions_destroy");
  private static final MethodHandle ADD_DUP2 =
      Native.function("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_CLOSE =
      Native.function("posix_spawn_file_actions_addclose", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle ADD_CLOSEFROM =
      Native.function("posix_spawn_file_actions_addclosefrom_np", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle ADD_CHDIR = ofTwo("posix_spawn_file_actions_addchdir_np");

  private PosixSpawn() {}

  /// How every child begins: no signal is blocked or ignored, whatever the JVM does with its own.
  private static final class Attributes {
    static final MemorySegment ALL_SIGNALS_AS_BY_DEFAULT = make();

    private static MemorySegment make() {
      var init = ofOne("posix_spawnattr_init");
      var setFlags = Native.function("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
      var setMask = ofTwo("posix_spawnattr_setsigmask");
      var setDefault = ofTwo("posix_spawnattr_setsigdefault");
      var fill = ofOne("sigfillset");
      var empty = ofOne("sigemptyset");
      var attributes = Arena.global().allocate(STRUCT_BYTES, ALIGNMENT);
      Native.numbered(
          "posix_spawnattr_init",
          "",
          (arena, state) -> {
            var all = arena.allocate(STRUCT_BYTES, ALIGNMENT);
            var none = arena.allocate(STRUCT_BYTES, ALIGNMENT);
            int failed = (int) init.invokeExact(state, attributes);
            failed |= (int) fill.invokeExact(state, all);
            failed |= (int) empty.invokeExact(state, none);
            failed |= (int) setDefault.invokeExact(state, attributes, all);
            failed |= (int) setMask.invokeExact(state, attributes, none);
            failed |=
                (int)
                    setFlags.invokeExact(
                        state,
                        attributes,
                        (short) (POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
            return failed;
          });
      return attributes;
    }
  }

  private static MethodHandle ofOne(String name) {
    return Native.function(name, JAVA_INT, ADDRESS);
  }

  private static MethodHandle ofTwo(String name) {
    return Native.function(name, JAVA_INT, ADDRESS, ADDRESS);
  }

  /// Starts a program as a child of this process. It is born in the namespaces of the calling
  /// thread; whoever calls this has to wait for it by [Waitid].
  ///
  /// @param words the program, looked for along PATH where it has no slash, and its arguments
  /// @param environment `NAME=value`
  /// @param directory that it begins in; ours where there is none
  /// @param descriptors what is open in it: its number there, and ours of it. Everything else is
  ///   closed, also what is not closed on exec. None of ours may be among the numbers there, lest
  ///   one be placed over another, unless the two are the same
  /// @return the pid
  /// @throws KernelException it did not become the program: ENOENT, EACCES, E2BIG, EAGAIN, ...
  public static long spawn(
      List<String> words,
      List<String> environment,
      Optional<Path> directory,
      SortedMap<Integer, Integer> descriptors) {
    var pid = new int[1];
    var program = words.getFirst() + directory.map(d -> " in " + d).orElse("");
    Native.numbered(
        "posix_spawn",
        program,
        (arena, state) -> {
          var actions = arena.allocate(STRUCT_BYTES, ALIGNMENT);
          int failed = (int) ACTIONS_INIT.invokeExact(state, actions);
          if (failed != 0) {
            return failed;
          }
          try {
            failed = place(arena, state, actions, directory, descriptors);
            if (failed != 0) {
              return failed;
            }
            var started = arena.allocate(JAVA_INT);
            failed =
                (int)
                    SPAWNP.invokeExact(
                        state,
                        started,
                        text(arena, words.getFirst()),
                        actions,
                        Attributes.ALL_SIGNALS_AS_BY_DEFAULT,
                        texts(arena, words),
                        texts(arena, environment));
            pid[0] = started.get(JAVA_INT, 0);
            return failed;
          } finally {
            var _ = (int) ACTIONS_DESTROY.invokeExact(state, actions);
          }
        });
    return pid[0];
  }

  private static int place(
      Arena arena,
      MemorySegment state,
      MemorySegment actions,
      Optional<Path> directory,
      SortedMap<Integer, Integer> descriptors)
      throws Throwable {
    int failed = 0;
    int next = 0;
    for (var there : descriptors.entrySet()) {
      for (; next < there.getKey(); next++) { // glibc does not mind one that is not open
        failed |= (int) ADD_CLOSE.invokeExact(state, actions, next);
      }
      // Onto its own number this takes FD_CLOEXEC away.
      failed |=
          (int) ADD_DUP2.invokeExact(state, actions, (int) there.getValue(), (int) there.getKey());
      next = there.getKey() + 1;
    }
    failed |= (int) ADD_CLOSEFROM.invokeExact(state, actions, next);
    if (directory.isPresent()) {
      failed |=
          (int) ADD_CHDIR.invokeExact(state, actions, text(arena, directory.get().toString()));
    }
    return failed;
  }

  private static MemorySegment texts(Arena arena, List<String> texts) {
    var array = arena.allocate(ADDRESS, texts.size() + 1L); // the last one stays null
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ADDRESS, i, text(arena, texts.get(i)));
    }
    return array;
  }

  private static MemorySegment text(Arena arena, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a program cannot be told of a NUL: " + text);
    }
    return arena.allocateFrom(text);
  }
}
