package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Daemons that cannot start say why in one sentence and harm nothing; `vch up` and `vch down` can
/// be said twice; after the machine went down everything comes back.
@Tag("compat")
class StartTest {
  private static final String VCH = Command.home() + "/vch";

  private static Ran daemon(TestMachine machine, Path state, Path run) {
    return machine.here(
        "timeout",
        "20",
        VCH,
        "daemon",
        "--state-dir",
        state.toString(),
        "--run-dir",
        run.toString());
  }

  private static void refused(Ran ran, String sentence) {
    assertThat(ran.status()).as(ran::toString).isEqualTo(1);
    assertThat(ran.err()).as(ran::toString).contains(sentence).hasLineCount(1);
  }

  @Test
  void a_second_daemon_is_kept_away_from_either_directory() {
    try (var machine = TestMachine.started()) {
      refused(
          daemon(machine, machine.state.resolve("other"), machine.run),
          "another daemon runs on " + machine.run + "; stop it");
      refused(
          daemon(machine, machine.state, machine.run.resolveSibling("r2")),
          "another daemon runs on " + machine.state + "; stop it");
      machine.vch("version").ok();
    }
  }

  @Test
  void directories_that_cannot_be_used_are_told() throws IOException {
    try (var machine = new TestMachine()) {
      Files.createDirectories(machine.state);
      var file = Files.writeString(machine.state.resolve("file"), "mine");
      refused(
          daemon(machine, file, machine.run),
          "cannot use "
              + file
              + ": "
              + file
              + " is there and is no directory; choose another --state-dir");
      refused(daemon(machine, machine.state, file.resolve("below")), "choose another --run-dir");
      refused(daemon(machine, Path.of("/proc/nope"), machine.run), "cannot use /proc/nope");
      var deep = machine.run.resolve("x".repeat(60));
      refused(
          daemon(machine, machine.state, deep),
          "Unix sockets below it allow at most 60. Choose a shorter one.");
      assertThat(file).hasContent("mine");
    }
  }

  @Test
  void a_damaged_record_is_told_and_left_as_it_is() throws IOException {
    try (var machine = TestMachine.started()) {
      machine.vch("create", "--name", "blue").ok();
      machine.stopDaemon();
      var record = machine.state.resolve("state.db");
      var good = Files.readAllBytes(record);
      for (var bad :
          List.of(
              "no database at all, but long enough to look at. "
                  .repeat(100)
                  .getBytes(StandardCharsets.UTF_8),
              cut(good),
              middleLost(good))) {
        Files.write(record, bad);
        var ran = daemon(machine, machine.state, machine.run);
        refused(ran, "The record " + record + " cannot be used: ");
        assertThat(Files.readAllBytes(record)).isEqualTo(bad);
      }
      Files.write(record, good);
      machine.startDaemon();
      machine.vch("ls").saying("blue");
    }
  }

  private static byte[] cut(byte[] good) {
    return java.util.Arrays.copyOf(good, good.length / 2 / 4096 * 4096 + 100);
  }

  private static byte[] middleLost(byte[] good) {
    var bad = good.clone();
    java.util.Arrays.fill(bad, 4096, bad.length, (byte) 0x5a);
    return bad;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conmon nft|missing programs: conmon, nft; on Debian: apt-get install conmon nftables",
        "runc crun|no OCI runtime is installed; on Debian: apt-get install runc",
      })
  void missing_programs_are_named_with_their_packages(String programs, String sentence) {
    try (var machine = new TestMachine()) {
      // hidden in a mount namespace of the test's own
      var hide = new StringBuilder();
      for (var program : programs.split(" ")) {
        hide.append("p=$(command -v ")
            .append(program)
            .append(") && mount --bind /dev/null $(readlink -f $p); ");
      }
      var ran =
          machine.here(
              "unshare",
              "-m",
              "--propagation",
              "private",
              "bash",
              "-c",
              hide
                  + "VCH_KEEP_MOUNT_NAMESPACE=1 exec timeout 20 "
                  + VCH
                  + " daemon --state-dir "
                  + machine.state
                  + " --run-dir "
                  + machine.run);
      refused(ran, sentence);
    }
  }

  @Test
  void who_is_not_root_is_told() {
    try (var machine = TestMachine.started()) {
      var nobody =
          List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", VCH);
      for (var command : List.of("daemon", "up", "demo")) {
        var words = new ArrayList<>(nobody);
        words.add(command);
        var ran = Command.run(Map.of(), new byte[0], words);
        assertThat(ran.status()).as(ran::toString).isIn(1, 4);
        assertThat(ran.err())
            .as(ran::toString)
            .contains("needs root")
            .contains("sudo")
            .hasLineCount(1);
      }
    }
  }

  @Test
  void up_and_down_can_be_said_twice_and_at_once() {
    try (var machine = new TestMachine()) {
      var all =
          List.of(1, 2, 3).stream()
              .map(_ -> CompletableFuture.supplyAsync(() -> up(machine)))
              .toList();
      for (var one : all) {
        assertThat(one.join().ok())
            .matches("(?s)(The daemon runs \\(pid [0-9]+\\): .*|A daemon runs already on .*)");
      }
      assertThat(up(machine).ok()).isEqualTo("A daemon runs already on " + machine.run + ".");
      machine.vch("down").saying("The daemon has ended; containers go on.");
      machine.vch("down").refused("no daemon runs on " + machine.run);
    }
  }

  private static Ran up(TestMachine machine) {
    return machine.here(
        VCH, "up", "--state-dir", machine.state.toString(), "--run-dir", machine.run.toString());
  }

  @Test
  void files_of_a_daemon_that_is_gone_are_in_nobodys_way() throws IOException {
    try (var machine = TestMachine.started()) {
      machine.vch("create", "--name", "blue").ok();
      machine.killDaemon();
      assertThat(machine.run.resolve("admin.sock")).exists();
      machine.vch("ls").refused("does not answer");
      Files.writeString(
          machine.run.resolve("daemon.pid"),
          ProcessHandle.current().pid() + "\n"); // somebody else's by now
      machine.vch("down").refused("no daemon runs on " + machine.run);
      machine.startDaemon();
      new TestVch(machine, "blue").docker("version").ok();
    }
  }

  @Test
  void after_a_reboot_everything_comes_back_and_what_ran_has_ended_or_runs_again() {
    var machine = TestMachine.started();
    try (machine) {
      var vch = machine.create("blue");
      var address = vch.publicAddress();
      vch.docker("network", "create", "web").ok();
      vch.docker("run", "-d", "--name", "once", "--net", "web", "busybox", "sleep", "1000").ok();
      vch.serve("again", 80, "back", "--net", "web", "--restart", "always", "-p", "8080:80");
      var place = vch.address("again");
      machine.killDaemon();
      Leftovers.remove(machine.run);
      Command.run("rm", "-rf", machine.run.toString()).ok();
      machine
          .here(
              "sh",
              "-c",
              "for l in $(ls /sys/class/net); do ip link del $l 2>/dev/null; done; nft flush ruleset")
          .ok();
      machine.startDaemon();
      TestMachine.until(
          "it runs again",
          () -> vch.docker("ps", "--format", "{{.Names}}").out().strip().equals("again"));
      assertThat(
              vch.docker("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", "once")
                  .ok())
          .isEqualTo("exited 255");
      assertThat(vch.publicAddress()).isEqualTo(address);
      assertThat(vch.address("again")).isEqualTo(place);
      vch.fetch("http://" + address + ":8080/").saying("back");
      vch.docker("start", "once").ok();
      vch.docker("exec", "once", "ping", "-c", "1", "again").saying("1 packets received");
      TestMachine.until("the plan is empty", () -> machine.vch("plan").ok().isEmpty());
    }
  }
}
