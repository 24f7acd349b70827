package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A working day with containers, by the real docker CLI: running them, talking to them, ending
/// them, looking at them.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue");
    vch.docker(
            "run", "-d", "--name", "box", "-e", "WHO=box", "-w", "/tmp", "busybox", "sleep", "3600")
        .ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private String inspect(String container, String format) {
    return vch.docker("inspect", "--format", format, container).ok();
  }

  private void ready(String container) {
    TestMachine.until(
        container + " says that it is ready",
        () -> vch.docker("logs", container).out().startsWith("ready"));
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
    assertThat(inspect("term", "{{.State.Running}}")).isEqualTo("true");
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

  @Test
  void logs_are_kept_followed_cut_and_stamped() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "logs",
            "busybox",
            "sh",
            "-c",
            "for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done; echo oops >&2; sleep 0.1; printf unfinished; exit 3")
        .ok();
    var followed = vch.docker("logs", "-f", "logs");
    assertThat(followed.out()).isEqualTo("line 1\nline 2\nline 3\nline 4\nline 5\nunfinished");
    assertThat(followed.err()).isEqualTo("oops\n");
    assertThat(vch.docker("logs", "--tail", "2", "logs").out()).isEqualTo("unfinished");
    assertThat(vch.docker("logs", "-n", "0", "logs").out()).isEmpty();
    var stamped = vch.docker("logs", "-t", "logs").out().lines().toList();
    assertThat(stamped)
        .hasSize(6)
        .allMatch(l -> l.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z .*"));
    var third = stamped.get(2).split(" ")[0];
    assertThat(vch.docker("logs", "--since", third, "logs").out()).startsWith("line 3\n");
    assertThat(vch.docker("logs", "--until", third, "logs").out())
        .isEqualTo("line 1\nline 2\nline 3\n");
    assertThat(vch.docker("logs", "--since", "10m", "logs").out()).startsWith("line 1\n");
    vch.docker("logs", "--since", "rubbish", "logs").refused("rubbish");
    assertThat(vch.docker("wait", "logs").ok()).isEqualTo("3");
    vch.docker("rm", "logs").ok();
    vch.docker(
            "run", "--rm", "-d", "--name", "mute", "--log-driver", "none", "busybox", "sleep", "60")
        .ok();
    vch.docker("logs", "mute").refused("configured logging driver does not support reading");
    vch.docker("rm", "-f", "mute").ok();
  }

  @Test
  void stop_asks_and_then_ends() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "polite",
            "busybox",
            "sh",
            "-c",
            "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.1; done")
        .ok();
    ready("polite");
    vch.docker("stop", "polite").ok();
    assertThat(vch.docker("logs", "polite").ok()).isEqualTo("ready\nbye");
    assertThat(inspect("polite", "{{.State.ExitCode}} {{.State.Status}} {{.State.Pid}}"))
        .isEqualTo("9 exited 0");
    vch.docker("stop", "polite").ok();
    vch.docker("start", "polite").ok();
    vch.docker("restart", "-t", "0", "polite").ok();
    assertThat(inspect("polite", "{{.State.Status}} {{.RestartCount}}")).isEqualTo("running 0");
    vch.docker("rm", "-f", "polite").ok();
    vch.docker(
            "run",
            "-d",
            "--name",
            "deaf",
            "--stop-signal",
            "USR1",
            "busybox",
            "sh",
            "-c",
            "trap 'exit 4' USR1; trap '' TERM; echo ready; while :; do sleep 0.1; done")
        .ok();
    ready("deaf");
    vch.docker("kill", "-s", "TERM", "deaf").ok();
    vch.docker("stop", "-t", "20", "deaf").ok();
    assertThat(inspect("deaf", "{{.State.ExitCode}}")).isEqualTo("4");
    vch.docker("start", "deaf").ok();
    vch.docker("kill", "-s", "NOSUCH", "deaf").refused("signal: NOSUCH");
    vch.docker("kill", "deaf").ok();
    assertThat(vch.docker("wait", "deaf").ok()).isEqualTo("137");
    vch.docker("kill", "deaf").refused("is not running");
    vch.docker("rm", "deaf").ok();
  }

  @Test
  void pause_freezes() {
    vch.docker("run", "-d", "--name", "frozen", "busybox", "sleep", "3600").ok();
    vch.docker("pause", "frozen").ok();
    vch.docker("pause", "frozen").refused("is already paused");
    vch.docker("exec", "frozen", "true").refused("is paused, unpause the container before exec");
    vch.docker("rm", "frozen")
        .refused(
            "cannot remove container \"frozen\": container is paused and must be unpaused first");
    assertThat(
            vch.docker("ps", "--filter", "status=paused", "--format", "{{.Names}} {{.State}}").ok())
        .isEqualTo("frozen paused");
    assertThat(vch.docker("ps", "--filter", "name=frozen", "--format", "{{.Status}}").ok())
        .endsWith("(Paused)");
    vch.docker("unpause", "frozen").ok();
    vch.docker("unpause", "frozen").refused("is not paused");
    vch.docker("exec", "frozen", "true").ok();
    vch.docker("rm", "-f", "frozen").ok();
  }

  @Test
  void names_change_and_are_taken_once() {
    vch.docker("create", "--name", "first", "busybox", "true").ok();
    vch.docker("create", "--name", "second", "busybox", "true").ok();
    vch.docker("rename", "first", "second")
        .refused("Conflict. The container name \"/second\" is already in use by container");
    vch.docker("create", "--name", "second", "busybox")
        .refused("You have to remove (or rename) that container to be able to reuse that name");
    vch.docker("rename", "first", "third").ok();
    assertThat(inspect("third", "{{.Name}}")).isEqualTo("/third");
    vch.docker("inspect", "first").refused("No such object: first");
    vch.docker("create", "--name", "-bad", "busybox")
        .refused("only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    vch.docker("rm", "second", "third").ok();
  }

  @Test
  void remove_takes_anonymous_volumes_along_where_asked() {
    vch.docker("run", "--name", "keeps", "-v", "/data", "busybox", "touch", "/data/x").ok();
    var volume = inspect("keeps", "{{(index .Mounts 0).Name}}");
    vch.docker("rm", "keeps").ok();
    vch.docker("volume", "inspect", volume).ok();
    vch.docker("volume", "rm", volume).ok();
    vch.docker("run", "--name", "takes", "-v", "/data", "-v", "named:/named", "busybox", "true")
        .ok();
    var gone =
        inspect(
            "takes", "{{range .Mounts}}{{if eq .Destination \"/data\"}}{{.Name}}{{end}}{{end}}");
    vch.docker("rm", "-v", "takes").ok();
    vch.docker("volume", "inspect", gone).refused("no such volume");
    vch.docker("volume", "rm", "named").ok();
    vch.docker("rm", "box")
        .refused(
            "cannot remove container \"box\": container is running: stop the container before removing or force remove");
  }

  @Test
  void ps_selects_and_formats() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "ps-up",
            "-l",
            "job=web",
            "-p",
            "18080:80",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker("run", "--name", "ps-down", "-l", "job=batch", "busybox", "sh", "-c", "exit 5");
    assertThat(
            vch.docker(
                    "ps",
                    "--filter",
                    "label=job=web",
                    "--format",
                    "{{.Names}}|{{.Image}}|{{.Command}}|{{.Ports}}|{{.Networks}}|{{.Label \"job\"}}")
                .ok())
        .isEqualTo("ps-up|busybox|\"sleep 3600\"|0.0.0.0:18080->80/tcp|bridge|web");
    assertThat(vch.docker("ps", "-a", "--filter", "exited=5", "--format", "{{.Names}}").ok())
        .isEqualTo("ps-down");
    assertThat(
            vch.docker(
                    "ps",
                    "-a",
                    "--filter",
                    "label=job",
                    "--filter",
                    "status=exited",
                    "--format",
                    "{{.Names}}")
                .ok())
        .isEqualTo("ps-down");
    assertThat(
            vch.docker(
                    "ps",
                    "-a",
                    "--filter",
                    "since=ps-up",
                    "--filter",
                    "ancestor=busybox",
                    "--format",
                    "{{.Names}}")
                .ok())
        .contains("ps-down");
    assertThat(
            vch.docker(
                    "ps",
                    "-a",
                    "--filter",
                    "before=ps-down",
                    "--filter",
                    "publish=18080",
                    "--format",
                    "{{.Names}}")
                .ok())
        .isEqualTo("ps-up");
    assertThat(vch.docker("ps", "-aq", "--filter", "name=^/ps-up$").ok()).hasSize(12);
    assertThat(
            vch.docker(
                    "ps",
                    "-aq",
                    "--no-trunc",
                    "--filter",
                    "network=bridge",
                    "--filter",
                    "name=ps-up")
                .ok())
        .hasSize(64);
    assertThat(vch.docker("ps", "-l", "--format", "{{.Names}}").ok()).isNotEmpty();
    assertThat(vch.docker("ps", "-s", "--filter", "name=ps-up", "--format", "{{.Size}}").ok())
        .matches("\\S+ \\(virtual [0-9.]+MB\\)");
    assertThat(vch.docker("port", "ps-up").ok()).isEqualTo("80/tcp -> 0.0.0.0:18080");
    vch.docker("ps", "--filter", "nosuch=1").refused("invalid filter 'nosuch'");
    vch.docker("rm", "-f", "ps-up", "ps-down").ok();
  }

  @Test
  void inspect_tells_what_was_asked_for_and_what_is() {
    assertThat(
            inspect(
                "box",
                "{{.Config.Image}} {{.Path}} {{json .Args}} {{.Config.WorkingDir}} {{.HostConfig.NetworkMode}} {{.State.Status}} {{.Platform}} {{.Driver}}"))
        .isEqualTo("busybox sleep [\"3600\"] /tmp bridge running linux overlay2");
    assertThat(inspect("box", "{{json .Config.Env}}")).contains("\"WHO=box\"");
    assertThat(inspect("box", "{{.Image}}"))
        .isEqualTo(vch.docker("image", "inspect", "-f", "{{.Id}}", "busybox").ok());
    var pid = inspect("box", "{{.State.Pid}}");
    assertThat(Path.of("/proc/" + pid)).exists();
    assertThat(vch.docker("inspect", "-s", "-f", "{{.SizeRootFs}}", "box").ok())
        .matches("[1-9][0-9]{5,}");
    assertThat(vch.docker("inspect", "--type", "container", "box").ok()).contains("\"GwPriority\"");
    assertThat(vch.docker("inspect", "nosuch").refused("No such object: nosuch").out())
        .isEqualTo("[]\n");
  }

  @Test
  void top_and_stats_look_inside() {
    assertThat(vch.docker("top", "box").ok().lines().toList())
        .hasSizeGreaterThanOrEqualTo(2)
        .last()
        .asString()
        .contains("sleep 3600");
    assertThat(vch.docker("top", "box", "-o", "pid,args").ok())
        .contains("COMMAND")
        .contains("sleep 3600");
    vch.docker("run", "-d", "--name", "counted", "-m", "32m", "busybox", "sleep", "3600").ok();
    assertThat(
            vch.docker(
                    "stats",
                    "--no-stream",
                    "--format",
                    "{{.Name}} {{.MemUsage}} {{.PIDs}}",
                    "counted")
                .ok())
        .matches("counted [0-9.]+KiB / 32MiB 1");
    assertThat(vch.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", "box").ok())
        .as("without a limit: the machine's memory")
        .contains("GiB");
    vch.docker("rm", "-f", "counted").ok();
  }

  @Test
  void files_are_copied_out_and_in(@TempDir Path here) throws IOException {
    vch.docker(
            "run",
            "-d",
            "--name",
            "files",
            "--tmpfs",
            "/mem",
            "-v",
            "stuff:/vol",
            "busybox",
            "sh",
            "-c",
            "mkdir /d; echo one >/d/1; ln -s 1 /d/link; rm /etc/group; chmod 711 /root; echo >>/etc/passwd; sleep 3600")
        .ok();
    TestMachine.until(
        "the files are there", () -> vch.docker("diff", "files").out().contains("C /etc/passwd"));
    vch.docker("cp", "files:/d", here.toString()).ok();
    assertThat(here.resolve("d/1")).hasContent("one");
    assertThat(Files.readSymbolicLink(here.resolve("d/link"))).isEqualTo(Path.of("1"));
    vch.docker("cp", "-L", "files:/d/link", here.resolve("followed").toString()).ok();
    assertThat(here.resolve("followed")).hasContent("one");
    Files.writeString(here.resolve("in"), "from outside\n");
    vch.docker("cp", here.resolve("in").toString(), "files:/mem/").ok();
    vch.docker("cp", here.resolve("in").toString(), "files:/vol/renamed").ok();
    vch.docker("cp", here.resolve("d").toString(), "files:/new").ok();
    assertThat(vch.docker("exec", "files", "cat", "/mem/in", "/vol/renamed", "/new/link").ok())
        .isEqualTo("from outside\nfrom outside\none");
    vch.docker("cp", "files:/nosuch", here.toString())
        .refused("Could not find the file /nosuch in container");
    vch.docker("cp", here.resolve("in").toString(), "files:/nosuch/in")
        .refused("Could not find the file /nosuch in container");
    assertThat(vch.docker("diff", "files").ok().lines())
        .contains("A /d/1", "D /etc/group", "C /etc", "A /new/link", "C /root")
        .doesNotContain("A /mem/in", "A /vol/renamed", "C /bin");
    vch.docker("stop", "-t", "0", "files").ok();
    vch.docker("cp", "files:/vol/renamed", here.resolve("back").toString()).ok();
    assertThat(here.resolve("back"))
        .as("a volume of a stopped container")
        .hasContent("from outside");
    var tar = here.resolve("all.tar").toString();
    vch.docker("export", "-o", tar, "files").ok();
    var listed = Command.run("tar", "tf", tar).ok().lines().toList();
    assertThat(listed)
        .contains("d/1", "new/", "bin/busybox")
        .doesNotContain("etc/group", "vol/renamed");
    vch.docker("import", tar, "exported:1").saying("sha256:");
    assertThat(vch.docker("run", "--rm", "exported:1", "cat", "/d/link").ok()).isEqualTo("one");
    vch.docker("rmi", "exported:1").ok();
    vch.docker("rm", "-f", "files").ok();
    vch.docker("volume", "rm", "stuff").ok();
  }

  @Test
  void a_read_only_place_takes_no_copy(@TempDir Path here) throws IOException {
    Files.writeString(here.resolve("in"), "x");
    vch.docker(
            "run",
            "-d",
            "--name",
            "sealed",
            "--read-only",
            "-v",
            here + ":/ro:ro",
            "-v",
            "/rw",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker("cp", here.resolve("in").toString(), "sealed:/tmp/")
        .refused("container rootfs is marked read-only");
    vch.docker("cp", here.resolve("in").toString(), "sealed:/ro/")
        .refused("mounted volume is marked read-only");
    vch.docker("cp", here.resolve("in").toString(), "sealed:/rw/").ok();
    vch.docker("rm", "-fv", "sealed").ok();
  }

  @Test
  void restart_policies_hold() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "tries",
            "--restart",
            "on-failure:2",
            "busybox",
            "sh",
            "-c",
            "exit 4")
        .ok();
    TestMachine.until(
        "both tries are over",
        () -> inspect("tries", "{{.RestartCount}} {{.State.Status}}").equals("2 exited"));
    assertThat(inspect("tries", "{{.State.ExitCode}}")).isEqualTo("4");
    vch.docker("run", "-d", "--name", "fine", "--restart", "on-failure", "busybox", "true").ok();
    vch.docker("wait", "fine").ok();
    assertThat(inspect("fine", "{{.RestartCount}} {{.State.Status}}")).isEqualTo("0 exited");
    vch.docker(
            "run",
            "-d",
            "--name",
            "ever",
            "--restart",
            "always",
            "busybox",
            "sh",
            "-c",
            "sleep 0.1")
        .ok();
    TestMachine.until(
        "it came back", () -> Integer.parseInt(inspect("ever", "{{.RestartCount}}")) >= 2);
    vch.docker("stop", "ever").ok();
    assertThat(inspect("ever", "{{.State.Status}}")).isEqualTo("exited");
    vch.docker("update", "--restart", "no", "ever").ok();
    assertThat(inspect("ever", "{{.HostConfig.RestartPolicy.Name}}")).isEqualTo("no");
    vch.docker("run", "--rm", "--restart", "always", "busybox").refused("onflicting options");
    vch.docker("rm", "tries", "fine", "ever").ok();
  }

  @Test
  void always_and_unless_stopped_come_back_with_the_machine() {
    // no reboot here: the container dies while no daemon looks, as it does when a machine goes down
    vch.docker(
            "run",
            "-d",
            "--name",
            "again",
            "--restart",
            "unless-stopped",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker(
            "run",
            "-d",
            "--name",
            "ended",
            "--restart",
            "unless-stopped",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker("run", "-d", "--name", "left", "busybox", "sleep", "3600").ok();
    vch.docker("stop", "-t", "0", "ended").ok();
    var again = inspect("again", "{{.State.Pid}}");
    var left = inspect("left", "{{.State.Pid}}");
    machine.killDaemon();
    Command.run("kill", "-9", again, left).ok();
    machine.startDaemon();
    TestMachine.until(
        "it runs again",
        () ->
            inspect("again", "{{.State.Running}}").equals("true")
                && !inspect("again", "{{.State.Pid}}").equals(again));
    assertThat(inspect("ended", "{{.State.Status}}")).isEqualTo("exited");
    assertThat(inspect("left", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 137");
    assertThat(inspect("box", "{{.State.Running}}")).as("others go on").isEqualTo("true");
    vch.docker("rm", "-f", "again", "ended", "left").ok();
  }

  @Test
  void prune_takes_what_does_not_run() {
    vch.docker(
            "run",
            "--name",
            "dust",
            "-l",
            "sweep",
            "busybox",
            "dd",
            "if=/dev/zero",
            "of=/dust",
            "bs=1k",
            "count=100")
        .ok();
    vch.docker("container", "prune", "-f", "--filter", "label=sweep")
        .saying("Total reclaimed space: 102.4kB");
    vch.docker("inspect", "dust").refused("No such object");
  }
}
