package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `docker logs`, over drivers, bounds, times and torn lines.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogsTest {
  private final TestVch vch = TestVch.alone("blue");

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  /// Runs a line of shell to its end.
  private void ran(String name, String line, String... options) {
    var words = Command.words(List.of("run", "-d", "--name", name), options);
    words.addAll(List.of("busybox", "sh", "-c", line));
    vch.docker(words.toArray(new String[0])).ok();
    vch.docker("wait", name).ok();
  }

  private void docker(String... words) {
    vch.docker(words).ok();
  }

  private List<String> logs(String... words) {
    var all = new ArrayList<>(List.of("logs"));
    all.addAll(List.of(words));
    var ran = vch.docker(all.toArray(new String[0]));
    ran.ok();
    return ran.out().lines().toList();
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
  void ends_of_logs() {
    ran("ends", "seq 1 100; printf unfinished");
    assertThat(logs("ends")).hasSize(101).endsWith("100", "unfinished");
    assertThat(logs("--tail", "2", "ends")).containsExactly("100", "unfinished");
    assertThat(logs("--tail", "0", "ends")).isEmpty();
    assertThat(logs("--tail", "all", "ends")).hasSize(101);
    assertThat(logs("--tail", "-1", "ends")).hasSize(101);
    assertThat(logs("-f", "--tail", "1", "ends")).containsExactly("unfinished");
    assertThat(logs("-t", "--tail", "1", "ends").getFirst())
        .matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{9}Z unfinished");
  }

  @Test
  void times_bound_what_is_shown() {
    ran("times", "echo early; usleep 1100000; echo late; printf last");
    var late = logs("-t", "times").get(1).split(" ", -1)[0];
    assertThat(logs("--since", late, "times")).containsExactly("late", "last");
    assertThat(logs("--since", "1h", "times")).containsExactly("early", "late", "last");
    assertThat(logs("--until", "1h", "times")).isEmpty();
    assertThat(logs("--since", "2999-01-01T00:00:00Z", "times")).isEmpty();
    var early = logs("-t", "times").getFirst().split(" ", -1)[0];
    assertThat(logs("--until", early, "times")).containsExactly("early");
    vch.docker("logs", "--since", "yesterday", "times").refused("invalid value for \"since\"");
  }

  @Test
  void bytes_and_long_lines_come_back_as_they_went() {
    ran("bytes", "printf 'a\\001b\\n'; head -c 100000 /dev/zero | tr '\\0' x; echo; echo err >&2");
    assertThat(logs("bytes")).containsExactly("a\u0001b", "x".repeat(100_000));
    assertThat(vch.docker("logs", "bytes").err()).isEqualTo("err\n");
  }

  @Test
  void details_are_labels_variables_and_the_tag() {
    ran(
        "details",
        "echo hello",
        "-l",
        "a=1",
        "-l",
        "b=2",
        "-l",
        "x1=5",
        "-e",
        "E=3 4",
        "-e",
        "y1=2",
        "--log-opt",
        "labels=a,nope",
        "--log-opt",
        "labels-regex=^x",
        "--log-opt",
        "env=E",
        "--log-opt",
        "env-regex=^y",
        "--log-opt",
        "tag={{.Name}}/{{.ImageName}}");
    assertThat(logs("--details", "details"))
        .containsExactly("E=3+4,a=1,tag=details%2Fbusybox,x1=5,y1=2 hello");
    assertThat(logs("details")).containsExactly("hello");
  }

  @Test
  void a_bounded_log_keeps_its_end_without_holes() {
    docker(
        "run",
        "-d",
        "--name",
        "bounded",
        "--log-opt",
        "max-size=100k",
        "--log-opt",
        "max-file=2",
        "busybox",
        "sh",
        "-c",
        "i=1; while true; do seq $((i*1000)) $((i*1000+999)); i=$((i+1)); usleep 20000; done");
    TestMachine.until("the oldest lines go", () -> !logs("bounded").getFirst().equals("1000"));
    docker("stop", "-t", "0", "bounded");
    var lines = logs("bounded");
    assertThat(lines).hasSizeGreaterThan(100);
    long last = Long.parseLong(lines.getLast());
    for (int i = 1; i < lines.size(); i++) { // the first may be the end of a line that was cut
      assertThat(lines.get(i)).isEqualTo(Long.toString(last - lines.size() + 1 + i));
    }
  }

  @Test
  void following_goes_on_over_rotations_and_ends_with_the_container() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "followed",
            "--log-opt",
            "max-size=10k",
            "--log-opt",
            "max-file=5",
            "busybox",
            "sh",
            "-c",
            "for i in $(seq 1 30); do seq $((i*100)) $((i*100+99)); usleep 20000; done")
        .ok();
    var lines = logs("-f", "followed");
    assertThat(lines).hasSize(3000).startsWith("100").endsWith("3099");
  }

  /// Old files of a container's log, by their names.
  private List<String> files(String name) {
    var id = vch.docker("inspect", "--format", "{{.Id}}", name).ok();
    return Command.run("find", vch.machine().state.toString(), "-path", "*" + id + "*/ctr.log.*")
        .ok()
        .lines()
        .map(f -> f.substring(f.lastIndexOf('/') + 1))
        .filter(f -> !f.endsWith(".keep"))
        .sorted()
        .toList();
  }

  @Test
  void rotated_files_are_compressed_and_read_over_a_kill_of_the_daemon() {
    vch.docker(
            "run",
            "-d",
            "--name",
            "compressed",
            "--log-opt",
            "max-size=20k",
            "--log-opt",
            "max-file=20",
            "--log-opt",
            "compress=true",
            "busybox",
            "sh",
            "-c",
            "for i in $(seq 10 29); do seq $((i*100)) $((i*100+99)); usleep 100000; done")
        .ok();
    TestMachine.until("one is compressed", () -> files("compressed").contains("ctr.log.1.gz"));
    vch.machine().killDaemon();
    vch.machine().startDaemon();
    assertThat(logs("-f", "compressed")).hasSize(2000).startsWith("1000").endsWith("2999");
    TestMachine.until(
        "all are compressed", () -> files("compressed").stream().allMatch(f -> f.endsWith(".gz")));
    assertThat(files("compressed")).hasSizeBetween(2, 19);
    assertThat(logs("compressed")).hasSize(2000);
    assertThat(logs("--tail", "1500", "compressed")).hasSize(1500).startsWith("1500");
    var stamped = logs("-t", "compressed");
    var since = stamped.get(700).split(" ", -1)[0];
    var until = stamped.get(1500).split(" ", -1)[0];
    assertThat(logs("-t", "--since", since, "--until", until, "compressed"))
        .contains(stamped.get(700), stamped.get(1000), stamped.get(1500))
        .doesNotContain(stamped.get(500), stamped.get(1700));
    docker("rm", "compressed");
  }

  @Test
  void drivers() {
    ran("local", "echo kept", "--log-driver", "local", "--log-opt", "max-size=1m");
    assertThat(logs("local")).containsExactly("kept");
    assertThat(
            vch.docker(
                    "inspect",
                    "--format",
                    "{{.HostConfig.LogConfig.Type}} {{.HostConfig.LogConfig.Config}} [{{.LogPath}}]",
                    "local")
                .ok())
        .isEqualTo("local map[max-size:1m] []");
    ran("none", "echo lost", "--log-driver", "none");
    vch.docker("logs", "none").refused("configured logging driver does not support reading");
    vch.api("GET", "/containers/none/logs?stdout=1").saying("501");
    assertThat(vch.docker("info", "--format", "{{.Plugins.Log}}").ok())
        .isEqualTo("[json-file local]");
    vch.docker("logs", "nobody").refused("No such container: nobody");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nosuch    | a=b           | error looking up logging plugin nosuch: plugin \"nosuch\" not found",
        "json-file | x=1           | unknown log opt 'x' for json-file log driver",
        "local     | tag=x         | unknown log opt 'tag' for log driver local",
        "json-file | max-size=abc  | failed to initialize logging driver: invalid size: 'abc'",
        "json-file | compress=true | failed to initialize logging driver: compress cannot be true when max-file is less than 2 or max-size is not set",
        "local     | max-file=1    | failed to initialize logging driver: compression cannot be enabled when max file count is 1",
        "json-file | max-file=0    | failed to initialize logging driver: max-file cannot be less than 1",
        "json-file | mode=xx       | logger: logging mode not supported: xx"
      })
  void wrong_options_are_refused_as_docker_does(String driver, String option, String why) {
    vch.docker("create", "--log-driver", driver, "--log-opt", option, "busybox").refused(why);
  }
}
