package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Running programs in containers and talking to them, by the real docker CLI: run, attach and
/// exec.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunTest {
  private final TestVch vch = TestVch.alone("blue");

  @BeforeAll
  void box() {
    vch.runBox();
  }

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  @Test
  void run_gives_output_and_exit_code_of_the_program() {
    var ran = vch.docker("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(ran.status()).isEqualTo(7);
    assertThat(ran.out()).isEqualTo("out\n");
    assertThat(ran.err()).isEqualTo("err\n");
  }

  @Test
  void a_program_that_cannot_run_has_the_codes_of_a_shell() {
    var none = vch.docker("run", "--rm", "busybox", "nosuch");
    assertThat(none.status()).isEqualTo(127);
    assertThat(none.err()).contains("exec: \"nosuch\": executable file not found in $PATH");
    var text = vch.docker("run", "--rm", "busybox", "/etc/passwd");
    assertThat(text.status()).isEqualTo(126);
    assertThat(text.err()).contains("permission denied");
    var option = vch.docker("run", "--rm", "-u", "nosuch", "busybox", "true");
    assertThat(option.status()).isEqualTo(125);
    assertThat(option.err())
        .contains("unable to find user nosuch: no matching entries in passwd file");
    assertThat(vch.docker("ps", "-aq", "--filter", "status=created").ok())
        .as("--rm leaves nothing")
        .isEmpty();
  }

  @Test
  void input_is_passed_on_and_its_end_too() {
    var sorted =
        vch.docker(
            "b\na\n".getBytes(StandardCharsets.UTF_8), "run", "--rm", "-i", "busybox", "sort");
    assertThat(sorted.ok()).isEqualTo("a\nb");
    var large = "0123456789abcdef".repeat(64 * 1024);
    var counted =
        vch.docker(
            large.getBytes(StandardCharsets.UTF_8), "run", "--rm", "-i", "busybox", "wc", "-c");
    assertThat(counted.ok()).isEqualTo(Integer.toString(large.length()));
    assertThat(
            vch.docker("x".getBytes(StandardCharsets.UTF_8), "run", "--rm", "busybox", "wc", "-c")
                .ok())
        .as("no -i, no input")
        .isEqualTo("0");
    var echoed = vch.docker(large.getBytes(StandardCharsets.UTF_8), "exec", "-i", "box", "cat");
    assertThat(echoed.ok()).isEqualTo(large);
  }

  @Test
  void a_terminal_has_a_size_an_interrupt_key_and_an_exit_code() {
    vch.expect(
            """
                spawn docker run -it --rm busybox sh
                stty rows 33 columns 101 < $spawn_out(slave,name)
                want "/ # "
                send "stty size; tty; echo term=\\$TERM\\r"
                want "33 101"
                want "/dev/pts/0"
                want "term=xterm"
                stty rows 40 columns 90 < $spawn_out(slave,name)
                exec kill -WINCH [exp_pid]
                sleep 0.3
                send "stty size\\r"
                want "40 90"
                send "sleep 100\\r"
                sleep 0.3
                send "\\003"
                want "/ # "
                send "exit 5\\r"
                expect eof
                exit [lindex [wait] 3]
                """)
        .exits(5);
  }

  @Test
  void who_detaches_leaves_the_container_running_and_can_come_back() {
    vch.expect(
            """
                spawn docker run -it --name term --detach-keys ctrl-a,d busybox sh
                want "/ # "
                send "x=kept\\r"
                want "/ # "
                send "\\001d"
                expect eof
                wait
                spawn docker attach term
                sleep 0.5
                send "\\r"
                want "/ # "
                send "echo \\$x\\r"
                want "kept"
                send "\\020\\021"
                expect eof
                exit 0
                """)
        .ok();
    assertThat(vch.inspect("term", "{{.State.Running}}")).isEqualTo("true");
    assertThat(vch.docker("logs", "term").ok()).contains("kept");
    vch.docker("rm", "-f", "term").ok();
  }

  @Test
  void attach_shows_output_takes_input_and_passes_signals_on() {
    vch.docker(
            "run",
            "-d",
            "-i",
            "--name",
            "reads",
            "busybox",
            "sh",
            "-c",
            "trap 'echo caught; exit 3' INT; while :; do read x && echo got $x; done")
        .ok();
    vch.expect(
            """
                spawn docker attach reads
                sleep 0.3
                send "hello\\r"
                want "got hello"
                send "\\003"
                sleep 0.1
                send "\\r"
                want "caught"
                expect eof
                exit [lindex [wait] 3]
                """)
        .exits(3);
    assertThat(vch.docker("logs", "reads").ok()).startsWith("got hello");
    vch.docker("rm", "-f", "reads").ok();
    vch.docker("attach", "reads").refused("No such container: reads");
  }

  @Test
  void exec_runs_beside_with_its_own_user_environment_and_directory() {
    assertThat(vch.docker("exec", "box", "sh", "-c", "pwd; echo $WHO").ok()).isEqualTo("/tmp\nbox");
    assertThat(
            vch.docker(
                    "exec",
                    "-u",
                    "nobody",
                    "-w",
                    "/etc",
                    "-e",
                    "WHO=me",
                    "box",
                    "sh",
                    "-c",
                    "id -u; pwd; echo $WHO")
                .ok())
        .isEqualTo("65534\n/etc\nme");
    assertThat(vch.docker("exec", "-u", "7:8", "box", "id").ok()).contains("uid=7 gid=8");
    var failed = vch.docker("exec", "box", "sh", "-c", "echo out; echo err >&2; exit 3");
    assertThat(failed.status()).isEqualTo(3);
    assertThat(failed.out()).isEqualTo("out\n");
    assertThat(failed.err()).isEqualTo("err\n");
    vch.docker("exec", "box", "nosuch").refused("executable file not found in $PATH").exits(127);
    vch.docker("exec", "-u", "nosuch", "box", "true")
        .refused("unable to find user nosuch")
        .exits(126);
    vch.docker("exec", "-d", "box", "touch", "/tmp/by-exec").ok();
    TestMachine.until(
        "the detached exec has run",
        () -> vch.docker("exec", "box", "test", "-e", "/tmp/by-exec").status() == 0);
    vch.expect(
            """
                spawn docker exec -it box sh
                stty rows 30 columns 99 < $spawn_out(slave,name)
                want "# "
                send "stty size\\r"
                want "30 99"
                send "exit 6\\r"
                expect eof
                exit [lindex [wait] 3]
                """)
        .exits(6);
    vch.docker("exec", "-w", "/nosuch", "box", "true").refused("no such file or directory");
  }

  @Test
  void exec_needs_a_container_that_runs() {
    vch.docker("run", "--name", "over", "busybox", "true").ok();
    vch.docker("exec", "over", "true").refused("is not running");
    vch.docker("exec", "nosuch", "true").refused("No such container: nosuch");
    vch.docker("rm", "over").ok();
  }
}
