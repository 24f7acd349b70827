package vch.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fcntl;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Kill;
import vch.kernel.libc.Open;
import vch.kernel.libc.Pipe;
import vch.kernel.libc.Read;
import vch.kernel.libc.Waitid;

final class ProgramTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int SAID_MAX = 1 << 20;

  @TempDir private Path directory = Path.of("");

  private static Program shell(String script) {
    return Program.of("/bin/sh", "-c", script);
  }

  private static String said(Program program) {
    return program.run(SAID_MAX, LONG).said();
  }

  @Test
  void what_it_says_on_both_outputs_and_its_status_are_told() {
    var ran = shell("echo out; echo err >&2; exit 7").run(SAID_MAX, LONG);
    assertThat(ran).isEqualTo(new Program.Ran(7, "out\nerr"));
  }

  @Test
  void a_signal_is_told_as_shells_tell_it() {
    assertThat(shell("kill -TERM $$").run(SAID_MAX, LONG).status()).isEqualTo(128 + 15);
  }

  @Test
  void one_that_is_not_there_is_named_with_the_reason() {
    assertThatThrownBy(() -> Program.of("no-such-program", "x").start())
        .isInstanceOf(KernelException.class)
        .hasMessage("posix_spawn no-such-program: no such file or directory (ENOENT)");
    var missing = directory.resolve("missing");
    assertThatThrownBy(() -> Program.of("/bin/true").in(missing).start())
        .hasMessage("posix_spawn /bin/true in " + missing + ": no such file or directory (ENOENT)");
    assertThatThrownBy(() -> Program.of(directory.toString()).start())
        .matches(e -> ((KernelException) e).is(Errno.EACCES));
    assertThatThrownBy(() -> Program.of("/bin/true", "a\0b").start())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void words_reach_it_as_they_are() {
    var words = List.of("printf", "[%s]", "", "a b", "'\"$x\\", "ü\n-");
    assertThat(said(Program.of(words))).isEqualTo("[][a b]['\"$x\\][ü\n-]");
  }

  @Test
  void its_environment_is_what_it_was_given() {
    var program =
        new Program(List.of("/usr/bin/env"), Map.of("A", "1 2"), Optional.empty(), new TreeMap<>());
    assertThat(said(program)).isEqualTo("A=1 2");
    assertThat(said(program.with("B", "").with("A", "3")).lines())
        .containsExactlyInAnyOrder("A=3", "B=");
    assertThat(said(Program.of("/usr/bin/env"))).contains("PATH=" + System.getenv("PATH"));
  }

  @Test
  void it_begins_in_its_directory() {
    assertThat(said(Program.of("/bin/pwd").with("PWD", "").in(directory)))
        .isEqualTo(directory.toString());
  }

  @Test
  void it_finds_the_descriptors_placed_and_no_others() throws IOException {
    var file = Files.writeString(directory.resolve("f"), "text");
    try (var open = Open.open(file, Open.O_RDONLY);
        var leaking = Open.open(file, Open.O_RDONLY)) {
      Fcntl.inherit(leaking, true); // as a careless library would
      var program = Program.of("ls", "-l", "/proc/self/fd").with(3, open).with(5, open);
      var numbers =
          said(program)
              .lines()
              .filter(l -> l.contains(" -> "))
              .map(l -> l.replaceAll(".* (\\d+) -> (.*)", "$1 $2"))
              .filter(l -> !l.contains("/proc/")) // of ls itself
              .toList();
      assertThat(numbers).hasSize(5).contains("3 " + file, "5 " + file);
    }
  }

  @Test
  void streams_that_are_not_named_are_nothing() {
    var script =
        "cat; echo lost; echo lost >&2; o=$(readlink /proc/$$/fd/0 /proc/$$/fd/1); echo \"$o\" >&3";
    try (var pipe = Pipe.open(0);
        var child = shell(script).with(3, pipe.write()).start()) {
      pipe.write().close();
      assertThat(child.await()).isZero();
      assertThat(text(pipe.read())).isEqualTo("/dev/null\n/dev/null\n");
    }
  }

  private static String text(Fd fd) {
    var bytes = new byte[4096];
    return new String(bytes, 0, Read.read(fd, bytes, 0, bytes.length), StandardCharsets.UTF_8);
  }

  @Test
  void descriptors_may_change_places_with_those_of_the_daemon() {
    try (var a = Pipe.open(0);
        var b = Pipe.open(0)) {
      // Two of ours that have each other's number there.
      int first = a.write().number();
      int second = b.write().number();
      // bash, as dash takes numbers below ten only.
      var program =
          Program.of("/bin/bash", "-c", "echo first >&" + first + "; echo second >&" + second)
              .with(first, b.write())
              .with(second, a.write());
      try (var child = program.start()) {
        assertThat(child.await()).isZero();
      }
      assertThat(text(a.read())).isEqualTo("second\n");
      assertThat(text(b.read())).isEqualTo("first\n");
    }
  }

  @Test
  void a_descriptor_may_keep_its_number() {
    try (var pipe = Pipe.open(0)) {
      int same = pipe.write().number();
      var program = Program.of("/bin/bash", "-c", "echo here >&" + same);
      try (var child = program.with(same, pipe.write()).start()) {
        assertThat(child.await()).isZero();
      }
      assertThat(text(pipe.read())).isEqualTo("here\n");
    }
  }

  @Test
  void no_signal_is_blocked_or_ignored_in_it() {
    var masks =
        said(Program.of("grep", "^Sig[BI]", "/proc/self/status"))
            .lines()
            .map(l -> Long.parseUnsignedLong(l.split("\t")[1], 16))
            .map(mask -> mask & ~(3L << 31)) // 32 and 33 are glibc's own
            .toList();
    assertThat(masks).containsExactly(0L, 0L);
  }

  @Test
  void input_larger_than_a_pipe_and_output_as_large_pass_at_once() {
    var input = "0123456789abcde\n".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
    var ran = Program.of("cat").run(input, 2 * input.length, LONG, _ -> {});
    assertThat(ran.status()).isZero();
    assertThat(ran.said()).isEqualTo(new String(input, StandardCharsets.UTF_8).strip());
  }

  @Test
  void input_that_is_not_read_is_dropped() {
    var ran = Program.of("/bin/true").run(new byte[1 << 20], SAID_MAX, LONG, _ -> {});
    assertThat(ran).isEqualTo(new Program.Ran(0, ""));
  }

  @Test
  void of_what_it_says_the_first_bytes_are_kept_and_it_is_not_held_up() {
    var ran = shell("head -c 1000000 /dev/zero | tr '\\0' x; exit 3").run(10, LONG);
    assertThat(ran).isEqualTo(new Program.Ran(3, "x".repeat(10)));
  }

  @Test
  void one_that_takes_too_long_is_killed() {
    var pid = new long[1];
    assertThatThrownBy(
            () ->
                Program.of("sleep", "600")
                    .run(new byte[0], SAID_MAX, Duration.ofMillis(50), p -> pid[0] = p))
        .isInstanceOf(Program.Late.class)
        .hasMessageContaining("sleep");
    assertThat(Kill.exists(pid[0])).isFalse(); // not even a zombie
  }

  @Test
  void a_filter_is_given_its_input_in_pieces_and_answers_at_the_end() {
    var piece = "0123456789abcde\n".repeat(1 << 13).getBytes(StandardCharsets.UTF_8);
    try (var filter = shell("wc -c; echo done >&2; exit 3").filter()) {
      for (int i = 0; i < 8; i++) {
        filter.write(piece, 1, piece.length - 1);
      }
      var bytes = Integer.toString(8 * (piece.length - 1));
      assertThat(filter.end(SAID_MAX)).isEqualTo(new Program.Ran(3, bytes + "\ndone"));
    }
  }

  @Test
  void a_filter_may_leave_its_input_and_say_more_than_is_wanted() {
    try (var filter = shell("exec <&-; head -c 1000000 /dev/zero | tr '\\0' x").filter()) {
      assertThat(filter.end(10)).isEqualTo(new Program.Ran(0, "x".repeat(10)));
    }
    try (var filter = shell("echo no room; exit 1").filter()) {
      assertThatThrownBy(() -> filter.write(new byte[1 << 20], 0, 1 << 20))
          .matches(e -> ((KernelException) e).is(Errno.EPIPE));
      assertThat(filter.end(SAID_MAX)).isEqualTo(new Program.Ran(1, "no room"));
    }
  }

  @Test
  void a_filter_that_is_let_go_of_leaves_nothing() throws IOException {
    shell("true").run(SAID_MAX, LONG); // what is opened once
    long before = descriptors();
    for (int i = 0; i < 20; i++) {
      Program.of("cat").filter().close();
      assertThatThrownBy(() -> Program.of("no-such-program").filter())
          .matches(e -> ((KernelException) e).is(Errno.ENOENT));
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before);
    assertThat(zombies()).isEmpty();
  }

  @Test
  void its_end_is_its_own_and_not_that_of_a_child_that_holds_its_output() {
    var ran = shell("sleep 600 & echo $!").run(SAID_MAX, LONG);
    Kill.kill(Long.parseLong(ran.said()), 9);
    assertThat(ran.status()).isZero();
  }

  @Test
  void a_child_that_is_let_go_of_is_killed_and_forgotten() {
    Child child = Program.of("sleep", "600").start();
    assertThat(child.await(Duration.ofMillis(10))).isEmpty();
    child.close();
    child.close();
    assertThat(child.await()).isEqualTo(128 + 9);
    assertThat(Kill.exists(child.pid())).isFalse();
  }

  @Test
  void an_end_is_told_as_often_as_asked_and_killing_the_dead_is_nothing() {
    try (var child = shell("exit 4").start()) {
      assertThat(child.await(LONG)).hasValue(4);
      assertThat(child.await()).isEqualTo(4);
      child.kill();
      assertThatThrownBy(() -> Waitid.await(child.pid())).hasMessageContaining("ECHILD");
    }
  }

  @Test
  void children_of_the_JDK_are_left_to_it() throws Exception {
    var process = new ProcessBuilder("/bin/sh", "-c", "exit 5").start();
    assertThat(shell("exit 6").run(SAID_MAX, LONG).status()).isEqualTo(6);
    assertThat(process.waitFor()).isEqualTo(5);
  }

  @Test
  void two_hundred_at_once_each_get_their_own_answer_and_leave_nothing_open() throws Exception {
    shell("true").run(SAID_MAX, LONG); // what is opened once
    long before = descriptors();
    try (var threads = Executors.newFixedThreadPool(32)) {
      var answers =
          IntStream.range(0, 200)
              .mapToObj(
                  n -> {
                    var word = Integer.toString(n);
                    return threads.submit(
                        () ->
                            Program.of("cat")
                                .run(word.getBytes(StandardCharsets.UTF_8), 10, LONG, _ -> {}));
                  })
              .toList();
      for (int n = 0; n < answers.size(); n++) {
        assertThat(answers.get(n).get()).isEqualTo(new Program.Ran(0, Integer.toString(n)));
      }
    }
    for (int n = 0; n < 20; n++) {
      assertThatThrownBy(() -> Program.of("no-such-program").run(10, LONG))
          .isInstanceOf(KernelException.class);
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before);
    assertThat(zombies()).isEmpty();
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  /// Children of ours that have ended and were not waited for.
  private static List<Long> zombies() {
    return ProcessHandle.current()
        .children()
        .map(ProcessHandle::pid)
        .filter(ProgramTest::ended)
        .toList();
  }

  private static boolean ended(long pid) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), "stat")).contains(") Z ");
    } catch (IOException _) {
      return false;
    }
  }
}
