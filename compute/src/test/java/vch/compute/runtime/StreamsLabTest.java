package vch.compute.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static vch.compute.runtime.RuntimeLab.sh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;
import vch.engine.compute.Processes.ExecSpec;
import vch.engine.compute.Processes.StartFailed;
import vch.portlayer.container.Container;

/// Attach, exec and logs.
@Tag("lab")
@Timeout(60)
class StreamsLabTest {
  private static final LogQuery ALL =
      new LogQuery(false, true, true, Optional.empty(), Optional.empty(), -1);
  private static final LogQuery FOLLOW =
      new LogQuery(true, true, true, Optional.empty(), Optional.empty(), -1);
  private static RuntimeLab lab;

  @BeforeAll
  static void open() throws Exception {
    lab = new RuntimeLab();
  }

  @AfterAll
  static void close() throws Exception {
    lab.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void the_end_of_input_reaches_the_container() throws Exception {
    var outcome = lab.run(sh("cat; echo done").stdin(true), bytes("one\n"), bytes("two"));
    assertThat(outcome.stdout()).isEqualTo("one\ntwodone\n");
  }

  @Test
  void megabytes_pass_both_ways() throws Exception {
    var line = bytes("0123456789abcdef\n".repeat(10_000));
    var outcome =
        lab.run(
            sh("wc -c; head -c 5000000 /dev/zero | tr '\\0' x").stdin(true),
            line,
            line,
            line,
            line,
            line,
            line);
    assertThat(outcome.stdout()).startsWith(6 * line.length + "\n").hasSize(5000000 + 8);
  }

  @Test
  void input_that_nobody_reads_does_not_hold_the_caller_when_the_process_ends() throws Exception {
    var container = lab.start(sh("read go; exit 3").stdin(true));
    try (var stdio = lab.processes.attach(container.id())) {
      stdio.write(bytes("go\n"), 0, 3);
      lab.awaitEnd(container.id());
      var much = new byte[1 << 16];
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  stdio.write(much, 0, much.length);
                }
              })
          .isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void several_clients_see_the_same_and_leaving_changes_nothing() throws Exception {
    var container =
        lab.start(sh("while read line; do echo got $line; done; echo end").stdin(false));
    var first = lab.processes.attach(container.id());
    var second = lab.processes.attach(container.id());
    first.write(bytes("a\n"), 0, 2);
    assertThat(RuntimeLab.readUntil(first, "a\n")).isEqualTo("got a\n");
    assertThat(RuntimeLab.readUntil(second, "a\n")).isEqualTo("got a\n");
    first.closeInput();
    first.close();
    assertThat(first.read().stream()).isZero();
    second.write(bytes("b\n"), 0, 2);
    assertThat(RuntimeLab.readUntil(second, "b\n")).isEqualTo("got b\n");
    second.close();
  }

  @Test
  void input_ends_with_the_first_client_where_asked() throws Exception {
    var container = lab.start(sh("cat; echo end").stdin(true));
    var watching = lab.processes.attach(container.id());
    lab.processes.attach(container.id()).close();
    assertThat(RuntimeLab.collect(watching).stdout()).isEqualTo("end\n");
  }

  @Test
  void a_terminal_has_a_size_and_no_second_stream() throws Exception {
    var container = lab.start(sh("read a; stty size; tty; echo err >&2; read b").tty());
    lab.processes.resize(container.id(), 33, 111);
    try (var stdio = lab.processes.attach(container.id())) {
      stdio.write(bytes("x\n"), 0, 2);
      assertThat(RuntimeLab.readUntil(stdio, "err\r\n")).contains("33 111\r\n", "/dev/pts/0\r\n");
      stdio.write(bytes("x\n"), 0, 2);
      assertThat(lab.awaitEnd(container.id()).exitCode()).isZero();
    }
  }

  @Test
  void clients_that_wait_for_a_start_that_fails_see_the_end() throws Exception {
    var container = RuntimeLab.container("nosuch").container();
    lab.processes.prepare(container);
    try (var stdio = lab.processes.attach(container.id())) {
      assertThatThrownBy(() -> lab.startAgain(container)).isInstanceOf(StartFailed.class);
      assertThat(stdio.read().stream()).isZero();
    }
    lab.processes.delete(container.id());
  }

  private static ExecSpec exec(boolean tty, boolean stdin, String... arguments) {
    return new ExecSpec(List.of(arguments), List.of("E=1"), "", "", tty, stdin, false);
  }

  @Test
  void exec_has_streams_an_exit_code_and_leaves_nothing() throws Exception {
    var container = lab.start(sh("sleep 1000").environment("C=2"));
    var exec =
        lab.processes.exec(
            container, exec(false, true, "sh", "-c", "cat; echo $E $C; echo err >&2; exit 6"));
    exec.stdio().write(bytes("in\n"), 0, 3);
    exec.stdio().closeInput();
    var output = RuntimeLab.collect(exec.stdio());
    assertThat(exec.await()).isEqualTo(6);
    assertThat(exec.pid()).isPositive();
    assertThat(output).isEqualTo(new RuntimeLab.Output("in\n1 2\n", "err\n"));
    try (var names = Files.list(lab.top().resolve("run/c").resolve(container.id().brief()))) {
      assertThat(names.map(p -> p.getFileName().toString())).noneMatch(n -> n.startsWith("x"));
    }
    RuntimeLab.await(() -> lab.processes.pids(container.id()).size() == 1);
  }

  @Test
  void exec_has_a_user_a_directory_a_terminal_and_privileges() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    var who =
        new ExecSpec(
            List.of("sh", "-c", "id -u; pwd"), List.of(), "/tmp", "worker", false, false, false);
    assertThat(RuntimeLab.collect(lab.processes.exec(container, who).stdio()).stdout())
        .isEqualTo("1000\n/tmp\n");
    var all =
        new ExecSpec(
            List.of("grep", "CapEff", "/proc/self/status"), List.of(), "", "", false, false, true);
    assertThat(RuntimeLab.collect(lab.processes.exec(container, all).stdio()).stdout())
        .contains(
            "%016x"
                .formatted(HostProbe.capabilities(Files.readString(Path.of("/proc/self/status")))));
    var terminal =
        lab.processes.exec(container, exec(true, true, "sh", "-c", "read a; stty size; exit 5"));
    terminal.resize(22, 77);
    terminal.stdio().write(bytes("x\n"), 0, 2);
    assertThat(RuntimeLab.collect(terminal.stdio()).stdout()).contains("22 77");
    assertThat(terminal.await()).isEqualTo(5);
  }

  @Test
  void exec_of_what_is_not_there_says_so() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    assertThatThrownBy(() -> lab.processes.exec(container, exec(false, false, "nosuch")))
        .hasMessage(
            "OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": executable file not"
                + " found in $PATH: unknown")
        .asInstanceOf(type(StartFailed.class))
        .extracting(StartFailed::exitCode)
        .isEqualTo(127);
  }

  @Test
  void an_exec_goes_on_without_its_client_and_its_streams() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    var exec =
        lab.processes.exec(
            container,
            exec(false, false, "sh", "-c", "exec >/dev/null 2>&1; usleep 200000; exit 9"));
    assertThat(exec.await()).isEqualTo(9);
    var left =
        lab.processes.exec(
            container, exec(false, true, "sh", "-c", "cat; yes | head -n 100000; exit 4"));
    left.stdio().close();
    assertThat(left.await()).isEqualTo(4);
  }

  @Test
  void an_exec_ends_with_its_container() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    var exec = lab.processes.exec(container, exec(false, false, "sleep", "1000"));
    lab.processes.signal(container.id(), 9);
    assertThat(lab.awaitEnd(container.id()).exitCode()).isEqualTo(137);
    assertThat(exec.await()).isEqualTo(137);
    assertThatThrownBy(() -> lab.processes.exec(container, exec(false, false, "true")))
        .hasMessage("container " + container.id() + " is not running");
  }

  private static List<String> lines(Container container, LogQuery query) throws Exception {
    try (var logs = lab.processes.logs(container, query)) {
      var lines = new java.util.ArrayList<String>();
      for (var line = logs.next(); line.stream() != 0; line = logs.next()) {
        lines.add(line.stream() + ":" + new String(line.text(), UTF_8));
      }
      return lines;
    }
  }

  @Test
  void logs_are_kept_apart_joined_and_cut() throws Exception {
    var container =
        lab.start(
            sh(
                "echo out; usleep 50000; echo err >&2; usleep 50000; head -c 20000 /dev/zero | tr '\\0' x; echo; printf rest"));
    lab.awaitEnd(container.id());
    assertThat(lines(container, ALL))
        .containsExactly("1:out\n", "2:err\n", "1:" + "x".repeat(20000) + "\n", "1:rest");
    assertThat(
            lines(
                container,
                new LogQuery(false, false, true, Optional.empty(), Optional.empty(), -1)))
        .containsExactly("2:err\n");
    assertThat(
            lines(
                container, new LogQuery(false, true, true, Optional.empty(), Optional.empty(), 2)))
        .endsWith("1:" + "x".repeat(20000) + "\n", "1:rest");
    lab.processes.release(container.id());
    assertThat(lines(container, ALL)).hasSize(4);
  }

  @Test
  void logs_are_followed_until_the_end() throws Exception {
    var container =
        lab.start(sh("echo first; read line; echo $line; usleep 30000; echo last").stdin(false));
    try (var logs = lab.processes.logs(container, FOLLOW);
        var stdio = lab.processes.attach(container.id())) {
      assertThat(logs.next().text()).isEqualTo(bytes("first\n"));
      stdio.write(bytes("second\n"), 0, 7);
      assertThat(logs.next().text()).isEqualTo(bytes("second\n"));
      assertThat(logs.next().text()).isEqualTo(bytes("last\n"));
      assertThat(logs.next()).isEqualTo(Logs.Line.END);
    }
  }

  @Test
  void rotated_logs_are_kept_as_many_as_asked() throws Exception {
    var container =
        lab.start(
            sh("for i in $(seq 1 200); do echo line $i of a log that is rotated; usleep 3000; done")
                .log(Map.of("max-size", "4k", "max-file", "3")));
    lab.awaitEnd(container.id());
    var lines = lines(container, ALL);
    assertThat(lines).endsWith("1:line 200 of a log that is rotated\n").hasSizeBetween(80, 199);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i))
          .isEqualTo("1:line " + (200 - lines.size() + 1 + i) + " of a log that is rotated\n");
    }
  }

  @Test
  void a_rotated_log_of_a_fast_writer_has_no_holes() throws Exception {
    var container = lab.start(sh("seq 1 50000").log(Map.of("max-size", "64k", "max-file", "3")));
    lab.awaitEnd(container.id());
    var lines = lines(container, ALL);
    assertThat(lines).endsWith("1:50000\n");
    for (int i = 1; i < lines.size(); i++) { // the first may be the end of a line that was cut
      assertThat(lines.get(i)).isEqualTo("1:" + (50000 - lines.size() + 1 + i) + "\n");
    }
  }

  @Test
  void a_container_without_a_log_writes_none() throws Exception {
    var container = lab.start(sh("echo out").log(Map.of("driver", "none")));
    lab.awaitEnd(container.id());
    assertThat(lab.processes.logPath(container.id())).doesNotExist();
    assertThatThrownBy(() -> lab.processes.logs(container, ALL))
        .hasMessage("configured logging driver does not support reading");
    assertThatThrownBy(() -> lab.start(sh("true").log(Map.of("driver", "syslog"))))
        .hasMessageContaining("\"syslog\" is not offered");
  }
}
