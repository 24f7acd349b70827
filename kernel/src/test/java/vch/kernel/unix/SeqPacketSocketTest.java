package vch.kernel.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.kernel.ffi.Native;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Read;
import vch.kernel.libc.Write;

final class SeqPacketSocketTest {
  private static final MethodHandle SOCKET =
      Native.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND =
      Native.function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTEN =
      Native.function("listen", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle ACCEPT =
      Native.function("accept", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

  @TempDir private Path directory = Path.of("");

  @Test
  void packets_keep_their_bounds_in_both_directions() {
    var path = directory.resolve("s");
    try (var listener = listen(path);
        var ours = SeqPacketSocket.connect(path);
        var theirs = accept(listener)) {
      ours.write("ab".getBytes(StandardCharsets.UTF_8));
      ours.write("c".getBytes(StandardCharsets.UTF_8));
      var into = new byte[16];
      assertThat(Read.read(theirs, into, 0, 16)).isEqualTo(2);
      assertThat(Read.read(theirs, into, 0, 16)).isEqualTo(1);
      Write.writeAll(theirs, new byte[] {2, 'x'});
      assertThat(ours.read(into)).isEqualTo(2);
      assertThat(into).startsWith(2, 'x');
    }
  }

  @Test
  void the_other_side_reads_an_end_after_half_a_close_and_can_still_answer() {
    var path = directory.resolve("s");
    try (var listener = listen(path);
        var ours = SeqPacketSocket.connect(path);
        var theirs = accept(listener)) {
      ours.shutdownWrite();
      var into = new byte[16];
      assertThat(Read.read(theirs, into, 0, 16)).isZero();
      Write.writeAll(theirs, new byte[] {7});
      assertThat(ours.read(into)).isEqualTo(1);
      assertThatThrownBy(() -> ours.write(new byte[] {1}))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("EPIPE");
    }
  }

  @Test
  void closing_ends_a_read_that_waits() throws Exception {
    var path = directory.resolve("s");
    try (var listener = listen(path);
        var ours = SeqPacketSocket.connect(path);
        var theirs = accept(listener)) {
      var end = new CompletableFuture<Integer>();
      var started = new CountDownLatch(1);
      Thread.ofPlatform()
          .start(
              () -> {
                started.countDown();
                end.complete(ours.read(new byte[16]));
              });
      started.await();
      ours.close();
      assertThat(end.get(10, TimeUnit.SECONDS)).isZero();
      assertThat(ours.read(new byte[1])).isZero();
      assertThat(Read.read(theirs, new byte[1], 0, 1)).isZero();
    }
  }

  @Test
  void a_path_longer_than_an_address_is_reached() throws Exception {
    var deep = Files.createDirectories(directory.resolve("d".repeat(100)).resolve("e".repeat(100)));
    var path = deep.resolve("attach");
    var near = directory.resolve("s");
    try (var listener = listen(near)) {
      Files.move(near, path);
      try (var ours = SeqPacketSocket.connect(path);
          var theirs = accept(listener)) {
        ours.write(new byte[] {1});
        assertThat(Read.read(theirs, new byte[4], 0, 4)).isEqualTo(1);
      }
    }
  }

  @Test
  void nobody_listening_is_a_refusal_with_the_path() {
    var path = directory.resolve("none");
    assertThatThrownBy(() -> SeqPacketSocket.connect(path))
        .hasMessage("connect " + path + ": no such file or directory (ENOENT)");
  }

  private static Fd listen(Path path) {
    var fd =
        new Fd((int) Native.call("socket", "", (_, s) -> (int) SOCKET.invokeExact(s, 1, 5, 0)));
    Native.call(
        "bind",
        path,
        (arena, s) -> {
          var address = arena.allocate(110, 2);
          address.set(JAVA_SHORT, 0, (short) 1);
          var bytes = path.toString().getBytes(StandardCharsets.UTF_8);
          MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
          return (int) BIND.invokeExact(s, fd.number(), address, 110);
        });
    Native.call("listen", path, (_, s) -> (int) LISTEN.invokeExact(s, fd.number(), 5));
    return fd;
  }

  private static Fd accept(Fd listener) {
    return new Fd(
        (int)
            Native.call(
                "accept",
                "",
                (_, s) ->
                    (int)
                        ACCEPT.invokeExact(
                            s, listener.number(), MemorySegment.NULL, MemorySegment.NULL)));
  }
}
