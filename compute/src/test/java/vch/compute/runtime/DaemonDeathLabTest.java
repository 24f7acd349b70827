package vch.compute.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static vch.compute.runtime.RuntimeLab.sh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vch.compute.files.Trees;
import vch.kernel.libc.Kill;
import vch.kernel.unix.SeqPacketSocket;
import vch.portlayer.container.Container;

/// What survives whom.
@Tag("lab")
@Timeout(60)
class DaemonDeathLabTest {
  private RuntimeLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = new RuntimeLab();
  }

  @AfterEach
  void close() throws Exception {
    lab.close();
  }

  private Path bundle(Container container) {
    return lab.top().resolve("run/c").resolve(container.id().brief());
  }

  private long pid(Container container, String file) throws Exception {
    return Long.parseLong(Files.readString(bundle(container).resolve(file)).strip());
  }

  @Test
  void a_later_daemon_finds_what_runs_and_attaches_again() throws Exception {
    var container = lab.start(sh("read line; echo $line; exit 9").stdin(false));
    var before = lab.processes.observe().get(container.id());
    lab.restart();
    assertThat(lab.processes.observe().get(container.id())).isEqualTo(before);
    try (var stdio = lab.processes.attach(container.id())) {
      stdio.write("again\n".getBytes(UTF_8), 0, 6);
      assertThat(RuntimeLab.collect(stdio).stdout()).isEqualTo("again\n");
    }
    assertThat(lab.awaitEnd(container.id()).exitCode()).isEqualTo(9);
    lab.processes.release(container.id());
    assertThat(lab.processes.observe()).isEmpty();
    lab.startAgain(container);
    assertThat(lab.processes.observe()).containsKey(container.id());
  }

  /// Without a daemon.
  private void goesOnToItsEnd(Container container) {
    try (var input = SeqPacketSocket.connect(bundle(container).resolve("attach"))) {
      input.write("go\n".getBytes(UTF_8));
    }
    var exit = lab.top().resolve("run/exits").resolve(container.id().value());
    RuntimeLab.await(() -> Files.exists(exit));
  }

  @Test
  void ends_that_nobody_saw_are_told_once_by_the_later_daemon() throws Exception {
    var container = lab.start(sh("read line; exit 4").stdin(true));
    lab.restart(() -> goesOnToItsEnd(container));
    var end = lab.awaitEnd(container.id());
    assertThat(end.exitCode()).isEqualTo(4);
    assertThat(lab.observed(container).ended()).contains(end);
    lab.processes.release(container.id());
    lab.restart();
    assertThat(lab.ends).isEmpty();
    assertThat(lab.processes.observe()).isEmpty();
  }

  @Test
  void the_log_of_a_run_that_ended_unseen_is_rotated_and_compressed() throws Exception {
    var options = Map.of("max-size", "1m", "max-file", "4", "compress", "true");
    // conmon rotates by itself at 16 MiB.
    var script = "read line; head -c 19000000 /dev/zero | tr '\\0' x; echo; echo last";
    var container = lab.start(sh(script).stdin(true).log(options));
    lab.restart(() -> goesOnToItsEnd(container));
    lab.awaitEnd(container.id());
    lab.processes.release(container.id());
    var log = lab.processes.logPath(container.id());
    RuntimeLab.await(
        () -> Files.exists(log.resolveSibling("ctr.log.2.gz")) && plain(log).isEmpty());
  }

  @Test
  void a_log_that_was_half_compressed_after_the_end_is_compressed_by_the_later_daemon()
      throws Exception {
    var container = lab.start(sh("true"));
    lab.awaitEnd(container.id());
    lab.processes.release(container.id());
    var log = lab.processes.logPath(container.id());
    lab.restart(
        () -> {
          try {
            Files.delete(log);
            Files.writeString(log.resolveSibling("ctr.log.1"), "younger");
            Files.writeString(log.resolveSibling("ctr.log.2"), "older");
            Files.writeString(log.resolveSibling("ctr.log.new.gz"), "half a fi");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    RuntimeLab.await(
        () -> Files.exists(log.resolveSibling("ctr.log.2.gz")) && plain(log).isEmpty());
  }

  private static List<Path> plain(Path log) {
    try (var files = Files.newDirectoryStream(log.resolveSibling("."))) {
      var plain = new ArrayList<Path>();
      files.forEach(plain::add);
      plain.removeIf(f -> f.toString().matches(".*ctr\\.log\\.[0-9]+\\.gz"));
      return plain;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_container_whose_monitor_is_killed_does_not_pass_for_running() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    Kill.kill(pid(container, "conmon.pid"), 9);
    RuntimeLab.await(() -> ProcessKey.of(quietPid(container)).isEmpty());
    lab.processes.checkMonitors();
    assertThat(lab.awaitEnd(container.id()).exitCode()).isEqualTo(137);
    lab.processes.release(container.id());
    assertThat(lab.processes.pids(container.id())).isEmpty();
    lab.startAgain(container);
    assertThat(lab.observed(container).pid()).isPositive();
  }

  private long quietPid(Container container) {
    try {
      return pid(container, "conmon.pid");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_monitor_killed_while_no_daemon_runs_is_noticed_by_the_later_one() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    long conmon = pid(container, "conmon.pid");
    lab.restart(
        () -> {
          Kill.kill(conmon, 9);
          RuntimeLab.await(() -> ProcessKey.of(conmon).isEmpty());
        });
    assertThat(lab.awaitEnd(container.id()).exitCode()).isEqualTo(137);
  }

  @Test
  void a_start_cut_short_is_cleared_by_the_later_daemon() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    long process = pid(container, "pid");
    // As it is between conmon's start and the record of the running process.
    var record = RunRecord.read(bundle(container).resolve("run")).orElseThrow();
    new RunRecord(
            record.id(),
            record.boot(),
            record.runtime(),
            java.util.Optional.empty(),
            java.util.Optional.empty(),
            "",
            1,
            0,
            false)
        .write(bundle(container).resolve("run"));
    lab.restart();
    assertThat(lab.processes.observe()).isEmpty();
    RuntimeLab.await(() -> ProcessKey.of(process).isEmpty());
    assertThat(bundle(container)).doesNotExist();
    assertThat(lab.top().resolve("run/m").resolve(container.id().brief())).doesNotExist();
    lab.startAgain(container);
    assertThat(lab.processes.observe()).containsKey(container.id());
  }

  @Test
  void after_a_reboot_nothing_is_taken_for_running() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    var record = RunRecord.read(bundle(container).resolve("run")).orElseThrow();
    new RunRecord(
            record.id(),
            "another boot",
            record.runtime(),
            record.monitor(),
            record.process(),
            "",
            1,
            0,
            false)
        .write(bundle(container).resolve("run"));
    lab.restart();
    assertThat(lab.processes.observe()).isEmpty();
  }

  @Test
  void a_killed_container_ends_with_137_and_a_paused_one_dies_too() throws Exception {
    var container = lab.start(sh("trap 'exit 3' TERM; while true; do usleep 20000; done"));
    lab.processes.pause(container.id());
    lab.processes.signal(container.id(), 15);
    lab.processes.unpause(container.id());
    assertThat(lab.awaitEnd(container.id()).exitCode()).isEqualTo(3);
    lab.processes.release(container.id());
    lab.startAgain(container);
    lab.processes.pause(container.id());
    lab.processes.signal(container.id(), 9);
    assertThat(lab.awaitEnd(container.id()).exitCode()).isEqualTo(137);
  }

  @Test
  void processes_of_which_no_record_is_left_are_cleared() throws Exception {
    var container = lab.start(sh("sleep 1000"));
    long process = pid(container, "pid");
    lab.restart(() -> Trees.delete(bundle(container)));
    RuntimeLab.await(() -> ProcessKey.of(process).isEmpty());
    assertThat(lab.processes.observe()).isEmpty();
    assertThat(lab.processes.pids(container.id())).isEmpty();
  }

  @Test
  void many_start_and_end_at_once_and_nothing_is_left() throws Exception {
    var specimens =
        java.util.stream.IntStream.range(0, 30)
            .mapToObj(i -> sh("echo " + i + "; exit " + i))
            .toList();
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      var started = specimens.stream().map(s -> threads.submit(() -> lab.start(s))).toList();
      for (var each : started) {
        each.get();
      }
    }
    for (int i = 0; i < specimens.size(); i++) {
      assertThat(lab.awaitEnd(specimens.get(i).container().id()).exitCode()).isEqualTo(i);
    }
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      specimens.forEach(s -> threads.execute(() -> lab.processes.delete(s.container().id())));
    }
    assertThat(lab.processes.observe()).isEmpty();
    assertThat(lab.ends).isEmpty();
    try (var left = Files.list(lab.top().resolve("run/c"))) {
      assertThat(left).isEmpty();
    }
    try (var left = Files.list(lab.top().resolve("run/exits"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void release_and_delete_may_be_done_twice() throws Exception {
    var container = lab.start(sh("true"));
    lab.awaitEnd(container.id());
    lab.processes.release(container.id());
    lab.processes.release(container.id());
    lab.processes.delete(container.id());
    lab.processes.delete(container.id());
    assertThat(lab.top().resolve("state/containers").resolve(container.id().value()))
        .doesNotExist();
  }
}
