package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Stopping, freezing, renaming, restarting and removing containers, by the real docker CLI.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifecycleTest {
  private final TestVch vch = TestVch.alone("blue");
  private final TestMachine machine = vch.machine();

  @BeforeAll
  void box() {
    vch.runBox();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private void ready(String container) {
    TestMachine.until(
        container + " says that it is ready",
        () -> vch.docker("logs", container).out().startsWith("ready"));
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
    assertThat(vch.inspect("polite", "{{.State.ExitCode}} {{.State.Status}} {{.State.Pid}}"))
        .isEqualTo("9 exited 0");
    vch.docker("stop", "polite").ok();
    vch.docker("start", "polite").ok();
    vch.docker("restart", "-t", "0", "polite").ok();
    assertThat(vch.inspect("polite", "{{.State.Status}} {{.RestartCount}}")).isEqualTo("running 0");
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
    assertThat(vch.inspect("deaf", "{{.State.ExitCode}}")).isEqualTo("4");
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
    assertThat(vch.inspect("third", "{{.Name}}")).isEqualTo("/third");
    vch.docker("inspect", "first").refused("No such object: first");
    vch.docker("create", "--name", "-bad", "busybox")
        .refused("only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    vch.docker("rm", "second", "third").ok();
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
        () -> vch.inspect("tries", "{{.RestartCount}} {{.State.Status}}").equals("2 exited"));
    assertThat(vch.inspect("tries", "{{.State.ExitCode}}")).isEqualTo("4");
    vch.docker("run", "-d", "--name", "fine", "--restart", "on-failure", "busybox", "true").ok();
    vch.docker("wait", "fine").ok();
    assertThat(vch.inspect("fine", "{{.RestartCount}} {{.State.Status}}")).isEqualTo("0 exited");
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
        "it came back", () -> Integer.parseInt(vch.inspect("ever", "{{.RestartCount}}")) >= 2);
    vch.docker("stop", "ever").ok();
    assertThat(vch.inspect("ever", "{{.State.Status}}")).isEqualTo("exited");
    vch.docker("update", "--restart", "no", "ever").ok();
    assertThat(vch.inspect("ever", "{{.HostConfig.RestartPolicy.Name}}")).isEqualTo("no");
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
    var again = vch.inspect("again", "{{.State.Pid}}");
    var left = vch.inspect("left", "{{.State.Pid}}");
    machine.killDaemon();
    Command.run("kill", "-9", again, left).ok();
    machine.startDaemon();
    TestMachine.until(
        "it runs again",
        () ->
            vch.inspect("again", "{{.State.Running}}").equals("true")
                && !vch.inspect("again", "{{.State.Pid}}").equals(again));
    assertThat(vch.inspect("ended", "{{.State.Status}}")).isEqualTo("exited");
    assertThat(vch.inspect("left", "{{.State.Status}} {{.State.ExitCode}}"))
        .isEqualTo("exited 137");
    assertThat(vch.inspect("box", "{{.State.Running}}")).as("others go on").isEqualTo("true");
    vch.docker("rm", "-f", "again", "ended", "left").ok();
  }

  @Test
  void remove_takes_anonymous_volumes_along_where_asked() {
    vch.docker("run", "--name", "keeps", "-v", "/data", "busybox", "touch", "/data/x").ok();
    var volume = vch.inspect("keeps", "{{(index .Mounts 0).Name}}");
    vch.docker("rm", "keeps").ok();
    vch.docker("volume", "inspect", volume).ok();
    vch.docker("volume", "rm", volume).ok();
    vch.docker("run", "--name", "takes", "-v", "/data", "-v", "named:/named", "busybox", "true")
        .ok();
    var gone =
        vch.inspect(
            "takes", "{{range .Mounts}}{{if eq .Destination \"/data\"}}{{.Name}}{{end}}{{end}}");
    vch.docker("rm", "-v", "takes").ok();
    vch.docker("volume", "inspect", gone).refused("no such volume");
    vch.docker("volume", "rm", "named").ok();
    vch.docker("rm", "box")
        .refused(
            "cannot remove container \"box\": container is running: stop the container before removing or force remove");
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
