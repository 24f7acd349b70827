package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The daemon ends while containers work: networks, connections and containers go on, and the next
/// daemon goes on where the last one was.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartTest {
  private static final List<String> LASTING =
      List.of("echo", "server", "client", "talker", "listener", "stopper", "random");

  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  /// How a daemon ends.
  enum End {
    KILLED,
    STOPPED;

    void of(TestMachine machine) {
      switch (this) {
        case KILLED -> machine.killDaemon();
        case STOPPED -> machine.stopDaemon();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void all_goes_on_without_a_daemon_and_the_next_one_takes_it_over(End end) throws IOException {
    var vch = machine.create(end == End.KILLED ? "killed" : "stopped");
    var neighbour =
        machine.host(end == End.KILLED ? "k" : "s", machine.vmNetwork(), "192.168.218.200/24");
    var flags = Files.createDirectories(machine.state.resolveSibling("flags-" + vch.name()));
    populate(vch, flags);
    var address = vch.publicAddress();
    var serverAddress = vch.address("server");
    var clientPid = inspect(vch, "client", "{{.State.Pid}}");
    var before = inspected(vch);
    var randomPort = vch.docker("port", "random").ok();

    try (var stream =
            new Talk(
                Map.of(),
                List.of(
                    "ip",
                    "netns",
                    "exec",
                    neighbour.namespace(),
                    "busybox",
                    "nc",
                    address,
                    "7000"));
        var follower = new Talk(environment(vch), List.of("docker", "logs", "-f", "talker"))) {
      say(stream, 0, 200);
      TestMachine.until("the log is followed", () -> !follower.lines().isEmpty());

      end.of(machine);
      var died = Instant.now();
      say(stream, 200, 400);
      assertThat(TestVch.fetch(neighbour::run, "http://" + address + ":8080/").ok())
          .isEqualTo("here");
      assertThat(
              TestVch.fetch(words -> inside(clientPid, words), "http://" + serverAddress + "/")
                  .ok())
          .isEqualTo("here");
      endMeanwhile(flags);

      var begun = Instant.now();
      machine.launchDaemon();
      var names =
          CompletableFuture.supplyAsync(
              () -> {
                TestMachine.until(
                    "names answer",
                    () ->
                        asks(clientPid, "server", gateway(serverAddress)).contains(serverAddress));
                return Duration.between(begun, Instant.now());
              });
      var socket = machine.run.resolve(vch.name()).resolve("docker.sock");
      TestMachine.until("the Docker API answers", () -> Ping.answers(socket));
      var api = Duration.between(begun, Instant.now());
      // printed, not asserted: how long it takes is the machine's affair
      System.out.println(
          "after "
              + end
              + ": names after "
              + names.join().toMillis()
              + " ms, Docker API after "
              + api.toMillis()
              + " ms");

      assertThat(inspected(vch)).isEqualTo(before);
      assertThat(vch.docker("port", "random").ok()).isEqualTo(randomPort);
      assertThat(machine.vch("plan").ok()).isEmpty();
      say(stream, 400, 600);
      assertThat(stream.runs()).isTrue();
      ended(vch, died, begun);
    }
    adopted(vch);
    lets_go(vch);
  }

  private void populate(TestVch vch, Path flags) throws IOException {
    vch.docker("network", "create", "net").ok();
    vch.docker(
            "run",
            "-d",
            "--name",
            "echo",
            "-p",
            "7000:7000",
            "busybox",
            "nc",
            "-ll",
            "-p",
            "7000",
            "-e",
            "cat")
        .ok();
    vch.serve("server", 80, "here", "--net", "net", "-p", "8080:80");
    vch.docker("run", "-d", "--name", "client", "--net", "net", "busybox", "sleep", "3600").ok();
    vch.docker(
            "run",
            "-d",
            "--name",
            "talker",
            "busybox",
            "sh",
            "-c",
            "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done")
        .ok();
    vch.docker("run", "-d", "-i", "--name", "listener", "busybox", "cat").ok();
    vch.docker(
            "run",
            "-d",
            "--name",
            "stopper",
            "busybox",
            "sh",
            "-c",
            "trap 'exit 9' TERM; while :; do sleep 0.1; done")
        .ok();
    vch.docker("run", "-d", "--name", "random", "-p", "80", "busybox", "sleep", "3600").ok();
    for (var policy : List.of("no", "always", "on-failure", "unless-stopped")) {
      untilFlagged(vch, flags, policy, 7, "--restart", policy);
    }
    untilFlagged(vch, flags, "fine", 0, "--restart", "on-failure");
    untilFlagged(vch, flags, "fleeting", 7, "--rm");
    for (var policy : List.of("always", "unless-stopped")) {
      vch.docker(
              "run",
              "-d",
              "--name",
              "halted-" + policy,
              "--restart",
              policy,
              "--stop-timeout",
              "0",
              "busybox",
              "sleep",
              "3600")
          .ok();
      vch.docker("stop", "halted-" + policy).ok();
    }
  }

  /// A container that ends with `code` when the file `go` appears in its directory.
  private static void untilFlagged(
      TestVch vch, Path flags, String name, int code, String... options) throws IOException {
    var flag = Files.createDirectories(flags.resolve(name));
    var words = new ArrayList<>(List.of("run", "-d", "--name", name, "-v", flag + ":/f"));
    words.addAll(List.of(options));
    words.addAll(
        List.of(
            "busybox",
            "sh",
            "-c",
            "while [ ! -e /f/go ]; do sleep 0.1; done; rm /f/go; exit " + code));
    vch.docker(words.toArray(new String[0])).ok();
  }

  private static void endMeanwhile(Path flags) throws IOException {
    try (var all = Files.list(flags)) {
      for (var directory : all.toList()) {
        Files.createFile(directory.resolve("go"));
      }
    }
    try (var all = Files.list(flags)) {
      for (var directory : all.toList()) {
        TestMachine.until(directory + " ends", () -> Files.notExists(directory.resolve("go")));
      }
    }
  }

  private static void ended(TestVch vch, Instant died, Instant begun) {
    assertThat(inspect(vch, "no", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 7");
    assertThat(Instant.parse(inspect(vch, "no", "{{.State.FinishedAt}}")))
        .isBetween(died.minusSeconds(1), begun.plusSeconds(1));
    assertThat(inspect(vch, "fine", "{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}"))
        .isEqualTo("exited 0 0");
    for (var policy : List.of("always", "on-failure", "unless-stopped")) {
      TestMachine.until(
          policy + " runs again",
          () -> inspect(vch, policy, "{{.State.Running}} {{.RestartCount}}").equals("true 1"));
    }
    TestMachine.until("--rm is kept", () -> vch.docker("inspect", "fleeting").status() != 0);
    TestMachine.until(
        "always starts what was stopped",
        () -> inspect(vch, "halted-always", "{{.State.Running}}").equals("true"));
    assertThat(inspect(vch, "halted-unless-stopped", "{{.State.Running}}")).isEqualTo("false");
  }

  /// Everything that a user does to a container works on those that another daemon started.
  private void adopted(TestVch vch) {
    assertThat(vch.docker("ps", "--format", "{{.Names}}").ok().lines()).containsAll(LASTING);
    assertThat(vch.docker("exec", "client", "echo", "executed").ok()).isEqualTo("executed");
    vch.docker("exec", "client", "ping", "-c", "1", "server").ok();
    try (var follower =
            new Talk(environment(vch), List.of("docker", "logs", "-f", "--tail", "1", "talker"));
        var attached = new Talk(environment(vch), List.of("docker", "attach", "listener"))) {
      TestMachine.until("the log goes on", () -> follower.lines().size() > 3);
      TestMachine.until(
          "input arrives",
          () -> {
            attached.tell("hello");
            return attached.lines().contains("hello");
          });
    }
    vch.docker("network", "connect", "net", "talker").ok();
    assertThat(vch.docker("exec", "talker", "ping", "-c", "1", "server").ok())
        .contains("1 packets received");
  }

  private void lets_go(TestVch vch) {
    vch.docker("stop", "-t", "20", "stopper").ok();
    assertThat(inspect(vch, "stopper", "{{.State.ExitCode}}")).isEqualTo("9");
    vch.docker("restart", "-t", "0", "server").ok();
    var ids = new ArrayList<>(List.of("rm", "-f"));
    ids.addAll(vch.docker("ps", "-aq").ok().lines().toList());
    vch.docker(ids.toArray(new String[0])).ok();
    vch.docker("network", "rm", "net").ok();
    assertThat(machine.vch("plan").ok()).isEmpty();
    machine.vch("delete", "--force", "--name", vch.name()).ok();
  }

  private static void say(Talk stream, int from, int to) {
    for (int i = from; i < to; i++) {
      stream.tell("line " + i);
    }
    var all = java.util.stream.IntStream.range(0, to).mapToObj(i -> "line " + i).toList();
    TestMachine.until("all " + to + " lines are back", () -> stream.lines().size() >= to);
    assertThat(stream.lines()).isEqualTo(all);
  }

  private static String inspect(TestVch vch, String container, String format) {
    return vch.docker("inspect", "--format", format, container).ok();
  }

  private static String inspected(TestVch vch) {
    var words = new ArrayList<>(List.of("inspect"));
    words.addAll(LASTING);
    return vch.docker(words.toArray(new String[0])).ok();
  }

  private static String gateway(String address) {
    return address.substring(0, address.lastIndexOf('.')) + ".1";
  }

  /// Asks the name service from inside; an asker that met nobody does not wait for its next try.
  private static String asks(String pid, String name, String server) {
    return inside(pid, "timeout", "0.2", "busybox", "nslookup", name, server).out();
  }

  private static Ran inside(String pid, String... words) {
    return Command.run(
        Map.of(), new byte[0], Command.words(List.of("nsenter", "-t", pid, "-n"), words));
  }

  private Map<String, String> environment(TestVch vch) {
    return Map.of(
        "DOCKER_HOST",
        vch.host(),
        "DOCKER_CONFIG",
        machine.state.resolve("docker-config").toString());
  }
}
