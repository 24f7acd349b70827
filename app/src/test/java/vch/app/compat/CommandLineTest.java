package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The command line as a user types it: help, mistakes, output in its forms, exit statuses, and
/// which daemon is meant.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineTest {
  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.vch("create", "--name", "blue").ok();
    machine.vch("portgroup", "create", "quiet").ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  /// Without VCH_RUN_DIR.
  private static Ran bare(String... words) {
    return Command.run(
        Map.of(), new byte[0], Command.words(List.of(Command.home() + "/vch"), words));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "create",
        "ls",
        "inspect",
        "configure",
        "delete",
        "portgroup",
        "portgroup create",
        "portgroup ls",
        "portgroup inspect",
        "portgroup rm",
        "ip",
        "ip ls",
        "lease",
        "lease ls",
        "explain",
        "plan",
        "version",
        "completion",
        "daemon",
        "up",
        "down",
        "demo"
      })
  void every_command_helps(String command) {
    var words = new ArrayList<>(command.isEmpty() ? List.of() : List.of(command.split(" ")));
    words.add("--help");
    var ran = bare(words.toArray(new String[0]));
    assertThat(ran.ok()).startsWith("Usage: vch" + (command.isEmpty() ? "" : " " + command));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out().lines()).allMatch(l -> l.length() <= 110);
  }

  @Test
  void help_lists_every_command() {
    var help = bare("help").ok();
    assertThat(help)
        .contains(
            "create",
            "ls, list",
            "inspect",
            "configure",
            "delete, rm",
            "portgroup",
            "ip",
            "lease",
            "explain",
            "plan",
            "version",
            "up",
            "down",
            "daemon",
            "demo",
            "completion",
            "--run-dir");
    assertThat(bare().ok()).isEqualTo(help);
    assertThat(bare("help", "create").ok()).contains("--public-network-gateway");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lss|unknown command: lss|Did you mean: vch ls?",
        "crate|unknown command: crate|create",
        "portgroup lx|unknown command: lx|See 'vch portgroup --help'.",
        "ls --formt json|unknown option|--format",
        "create --nam x|unknown option|--name",
        "create --name|missing required parameter for option '--name'|See 'vch create --help'.",
        "create x|unknown argument: x|See 'vch create --help'.",
        "ls x|unknown argument: x|See 'vch ls --help'.",
        "portgroup create|missing required parameter: 'NAME'|See 'vch portgroup create --help'.",
        "portgroup rm|missing required parameter: 'NAME'|See 'vch portgroup rm --help'.",
        "--run-dir|missing required parameter for option '--run-dir'|See 'vch --help'.",
        "daemon --foo|unknown option '--foo'|See 'vch daemon --help'.",
        "down --foo|unknown option '--foo'|Usage: vch down",
        "demo --foo|unknown option '--foo'|Usage: vch demo",
        "up --foo|unknown option '--foo'|Usage: vch up",
      })
  void a_wrong_command_line_says_what_is_wrong_and_exits_with_2(
      String line, String what, String suggestion) {
    var ran = machine.vch(line.split(" "));
    assertThat(ran.status()).as(ran::toString).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .as(ran::toString)
        .contains("vch")
        .contains(what)
        .contains(suggestion)
        .doesNotContain("Exception");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inspect nope|VCH \"nope\" not found; there are: \"blue\"",
        "inspect|VCH \"virtual-container-host\" not found",
        "delete --name nope|VCH \"nope\" not found; there are: \"blue\"",
        "inspect --name blue --id 1|name the VCH once",
        "portgroup inspect nope|port group \"nope\" not found; there are:",
        "portgroup rm nope|port group \"nope\" not found",
        "portgroup rm blue|port group \"blue\" belongs to VCH \"blue\" and goes with it",
        "portgroup create quiet|port group \"quiet\" already exists",
        "portgroup create x --nat|--nat needs --subnet",
        "portgroup create x --subnet 10.9.0.0/24|--subnet needs --nat",
        "portgroup create x --nat --subnet 10.9.0/24|--subnet",
        "portgroup create x --nat --subnet 192.168.218.128/25|overlaps with port group \"VM Network\" subnet 192.168.218.0/24",
        "portgroup create x --bridge nobr0|the machine has no Linux bridge of that name",
        "portgroup create x --bridge br0 --nat --subnet 10.9.0.0/24|--bridge adopts a Linux bridge as it is",
        "portgroup create a/b|invalid port group name \"a/b\"",
        "ls --format {{.Nope}}|there is no field 'Nope' (known: .ID, .Name",
        "ls --format {{.Name|the format has {{ without }}",
      })
  void a_refusal_is_one_sentence_on_standard_error_and_exits_with_1(String line, String sentence) {
    var ran = machine.vch(line.split(" "));
    assertThat(ran.status()).as(ran::toString).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).as(ran::toString).startsWith("vch: ").contains(sentence).hasLineCount(1);
  }

  @Test
  void every_command_takes_the_run_directory_before_and_after_its_word_and_by_environment() {
    var run = machine.run.toString();
    var listed = machine.vch("ls", "--format", "{{.Name}}").ok();
    assertThat(listed).isEqualTo("blue");
    for (var words :
        List.of(
            List.of("--run-dir", run, "ls", "--format", "{{.Name}}"),
            List.of("--run-dir=" + run, "ls", "--format", "{{.Name}}"),
            List.of("ls", "--run-dir", run, "--format", "{{.Name}}"),
            List.of("ls", "--format", "{{.Name}}", "--run-dir=" + run))) {
      assertThat(bare(words.toArray(new String[0])).ok()).isEqualTo(listed);
    }
    assertThat(bare("portgroup", "--run-dir", run, "ls", "--format", "{{.Name}}").ok())
        .contains("VM Network");
    assertThat(bare("portgroup", "ls", "--run-dir", run).ok()).contains("VM Network");
    assertThat(bare("--run-dir", run, "up").ok()).contains("A daemon runs already on " + run);
    for (var command : List.of("inspect blue", "plan", "version", "portgroup inspect quiet")) {
      var words = new ArrayList<>(List.of(command.split(" ")));
      words.addAll(List.of("--run-dir", run));
      bare(words.toArray(new String[0])).ok();
    }
    // the option comes before the environment
    machine
        .vch("ls", "--run-dir", machine.state.toString())
        .refused("no daemon runs on " + machine.state);
  }

  @Test
  void without_a_daemon_there_is_one_sentence_that_says_how_to_start_one() {
    for (var command :
        List.of(
            "ls",
            "create --name x",
            "delete --name x",
            "plan",
            "portgroup ls",
            "inspect x",
            "down")) {
      var words = new ArrayList<>(List.of(command.split(" ")));
      words.addAll(List.of("--run-dir", "/tmp/no-such-run-dir"));
      var ran = bare(words.toArray(new String[0]));
      assertThat(ran.status()).as(ran::toString).isEqualTo(1);
      assertThat(ran.err())
          .as(ran::toString)
          .startsWith("vch: no daemon runs on /tmp/no-such-run-dir")
          .hasLineCount(1);
    }
    assertThat(bare("version", "--run-dir", "/tmp/no-such-run-dir").out()).startsWith("vch 0.");
  }

  @Test
  void lists_are_tables_templates_or_json() {
    assertThat(machine.vch("ls").ok().lines().findFirst().orElse(""))
        .matches("ID +NAME +STATUS +PUBLIC +DOCKER +CONTAINERS");
    assertThat(machine.vch("list").ok()).contains("192.168.218.2:2376");
    assertThat(machine.vch("ls", "--format", "{{.Name}} {{.Status}} {{.Public.Address}}").ok())
        .isEqualTo("blue running 192.168.218.2");
    assertThat(machine.vch("ls", "--format", "table {{.Name}}\\t{{.Client.Address}}").ok())
        .isEqualTo("NAME   CLIENT ADDRESS\nblue   192.168.218.2");
    assertThat(machine.vch("ls", "--format", "json").ok())
        .startsWith("{\"ID\":\"")
        .contains("\"Name\":\"blue\"")
        .hasLineCount(1);
    assertThat(
            machine
                .vch("portgroup", "ls", "--format", "{{.Name}}|{{.Kind}}|{{.Link}}|{{.VCH}}")
                .ok()
                .lines())
        .satisfiesExactly(
            l -> assertThat(l).matches("VM Network\\|nat\\|pl[0-9a-f]{10}\\|"),
            l -> assertThat(l).isEqualTo("blue|internal||blue"),
            l -> assertThat(l).matches("quiet\\|internal\\|pl[0-9a-f]{10}\\|"));
    assertThat(machine.vch("portgroup", "ls").ok().lines().findFirst().orElse(""))
        .matches("ID +NAME +KIND +LINK +SUBNET +VCH");
    assertThat(
            machine
                .vch(
                    "portgroup",
                    "inspect",
                    "VM Network",
                    "--format",
                    "{{.Subnet}} {{json .UsedBy}}")
                .ok())
        .isEqualTo("192.168.218.0/24 [\"blue\"]");
  }

  @Test
  void inspect_shows_what_docker_users_ask_for() {
    var id = machine.vch("inspect", "--name", "blue", "--format", "{{.ID}}").ok();
    assertThat(id).matches("[0-9a-f]{12}");
    assertThat(
            machine
                .vch(
                    "inspect",
                    "blue",
                    "--format",
                    "{{.Public.Address}} {{.Client.Address}} {{.Management.Address}}")
                .ok())
        .isEqualTo("192.168.218.2 192.168.218.2 192.168.218.2");
    assertThat(machine.vch("inspect", "--id", id, "--format", "{{.DockerSocket}}").ok())
        .isEqualTo(machine.run + "/blue/docker.sock");
    assertThat(machine.vch("inspect", id).ok()).startsWith("{").contains("\"Name\" : \"blue\"");
    assertThat(machine.vch("inspect", "blue", "--format", "json").ok()).hasLineCount(1);
  }

  @Test
  void versions_are_of_the_command_and_of_the_daemon() {
    assertThat(machine.vch("version").ok())
        .startsWith("vch 0.")
        .contains("\ndaemon 0.")
        .contains("docker-api 1.24 to 1.50");
    assertThat(
            machine.vch("version", "--format", "{{.Client.Version}} {{.DockerAPI.Version}}").ok())
        .matches("0\\S+ 1.24 to 1.50");
  }

  @Test
  void completion_is_a_script_that_bash_takes_and_that_completes() {
    var script = bare("completion").ok();
    var asked =
        "compopt() { :; }; COMP_WORDS=(vch port); COMP_CWORD=1; COMP_LINE='vch port'; _complete_vch; echo \"${COMPREPLY[@]}\"";
    var ran =
        Command.run(
            Map.of(),
            (script + "\n" + asked + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8),
            List.of("bash", "-e"));
    assertThat(ran.ok()).as(ran::toString).isEqualTo("portgroup");
  }

  @Test
  void plan_prints_nothing_while_all_is_well() {
    TestMachine.until("the plan is empty", () -> machine.vch("plan").ok().isEmpty());
  }

  @Test
  void output_has_no_control_characters_when_it_is_piped() {
    for (var command : List.of("ls", "inspect blue", "version", "create --help", "portgroup ls")) {
      assertThat(machine.vch(command.split(" ")).out())
          .doesNotContain("\u001b")
          .doesNotContain("\r");
    }
  }

  @Test
  void a_reader_that_goes_away_is_no_failure_with_a_trace() {
    var ran =
        Command.run(
            machine.environment(),
            new byte[0],
            List.of(
                "bash",
                "-c",
                "set -o pipefail; " + Command.home() + "/vch create --help | head -n 1"));
    assertThat(ran.err()).doesNotContain("Exception");
    assertThat(ran.out()).startsWith("Usage: vch create");
  }
}
