package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.api.docker.FakeVch;
import vch.api.http.Wire;
import vch.engine.compute.Processes;
import vch.engine.fake.FakeProcesses;
import vch.engine.fake.FakeStdio;
import vch.engine.fake.Samples;
import vch.portlayer.container.ContainerId;

/// Attach, exec, logs and wait by hand, byte for byte.
class StreamsTest {
  private static final String UPGRADE =
      " HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n";
  @TempDir Path dir;
  private FakeVch vch;
  private FakeProcesses processes;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
    processes = (FakeProcesses) vch.host.processes();
  }

  @AfterEach
  void close() {
    vch.close();
  }

  private ContainerId create(String more) throws Exception {
    var reply = vch.post("/containers/create?name=web1", "{\"Image\":\"busybox\"" + more + "}");
    assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    return new ContainerId(reply.json().text("Id"));
  }

  private void start() throws Exception {
    assertThat(vch.post("/containers/web1/start", "").status()).isEqualTo(204);
  }

  private static String frame(int stream, String text) {
    return "" + (char) stream + "\0\0\0\0\0\0" + (char) text.length() + text;
  }

  @Test
  void attach_before_start_sees_everything() throws Exception {
    var id = create(",\"OpenStdin\":true,\"StdinOnce\":true");
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "POST /v1.50/containers/web1/attach?stream=1&stdin=1&stdout=1&stderr=1"
              + UPGRADE
              + "\r\n");
      assertThat(wire.head())
          .startsWith("HTTP/1.1 101 ")
          .contains("Upgrade: tcp")
          .containsIgnoringCase("Content-Type: application/vnd.docker.multiplexed-stream");
      start();
      processes.says(id, 1, "one");
      processes.says(id, 2, "two");
      wire.send("typed").shutdownOutput();
      awaitInputEnd(processes.stdio(id));
      assertThat(new String(processes.stdio(id).written(), StandardCharsets.UTF_8))
          .isEqualTo("typed");
      processes.says(id, 1, "after the input has ended");
      processes.end(id, 0);
      assertThat(wire.rest())
          .isEqualTo(frame(1, "one") + frame(2, "two") + frame(1, "after the input has ended"));
    }
  }

  private static void awaitInputEnd(FakeStdio stdio) {
    while (!stdio.inputClosed()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void attach_without_upgrade_is_200_and_raw_with_a_terminal() throws Exception {
    var id = create(",\"Tty\":true");
    start();
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "POST /v1.24/containers/web1/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n");
      assertThat(wire.head())
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("Content-Type: application/vnd.docker.raw-stream");
      processes.says(id, 1, "raw");
      processes.end(id, 0);
      assertThat(wire.rest()).isEqualTo("raw");
    }
  }

  @Test
  void detach_keys_leave_the_process_alone() throws Exception {
    var id = create(",\"Tty\":true,\"OpenStdin\":true");
    start();
    var stdio = processes.stdio(id);
    try (var wire = Wire.unix(vch.socket)) {
      wire.send("POST /containers/web1/attach?stream=1&stdin=1&stdout=1" + UPGRADE + "\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
      wire.send("ab\20c\20\21");
      assertThat(wire.rest()).isEmpty();
    }
    assertThat(stdio.written()).asString(StandardCharsets.UTF_8).isEqualTo("ab\20c");
    assertThat(processes.runs(id)).isTrue();
  }

  @Test
  void a_client_that_leaves_does_not_end_the_process() throws Exception {
    var id = create("");
    start();
    try (var wire = Wire.unix(vch.socket)) {
      wire.send("POST /containers/web1/attach?stream=1&stdout=1" + UPGRADE + "\r\n");
      wire.head();
    }
    processes.says(id, 1, "to nobody");
    assertThat(processes.runs(id)).isTrue();
    assertThat(vch.post("/containers/web1/kill", "").status()).isEqualTo(204);
  }

  @Test
  void attach_errors_are_text() throws Exception {
    create("");
    start();
    var missing = vch.post("/containers/nope/attach?stream=1", "");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.body()).isEqualTo("No such container: nope\r\n");
    vch.post("/containers/web1/pause", "");
    var paused = vch.post("/containers/web1/attach?stream=1", "");
    assertThat(paused.status()).isEqualTo(409);
    assertThat(paused.body())
        .isEqualTo("container web1 is paused, unpause the container before attach\r\n");
    assertThat(vch.post("/containers/web1/attach?detachKeys=ctrl-", "").body())
        .isEqualTo("Invalid detach keys (ctrl-) provided\r\n");
    assertThat(vch.get("/containers/web1/attach/ws").status()).isEqualTo(409);
    vch.post("/containers/web1/unpause", "");
    assertThat(vch.get("/containers/web1/attach/ws").status()).isEqualTo(400);
  }

  @Test
  void attach_by_web_socket() throws Exception {
    var id = create(",\"OpenStdin\":true,\"StdinOnce\":true");
    start();
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "GET /v1.50/containers/web1/attach/ws?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\n"
              + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      assertThat(wire.head())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      // RFC 6455, 5.2: final, text, masked by zeros; a ping; the rest of a message in two parts
      wire.send("\u0081\u0085\0\0\0\0typed");
      wire.send("\u0089\u0082\0\0\0\0hi");
      wire.send("\u0002\u0081\0\0\0\0!\u0080\u0081\0\0\0\0?");
      assertThat(bytes(wire, 4)).isEqualTo("\u008a\u0002hi");
      var stdio = processes.stdio(id);
      while (stdio.written().length < 7) {
        Thread.onSpinWait();
      }
      assertThat(stdio.written()).asString(StandardCharsets.UTF_8).isEqualTo("typed!?");
      processes.says(id, 1, "one");
      processes.says(id, 2, "two");
      assertThat(bytes(wire, 10)).isEqualTo("\u0082\u0003one\u0082\u0003two");
      processes.end(id, 0);
      assertThat(bytes(wire, 4)).isEqualTo("\u0088\u0002\u0003\u00e8"); // close, 1000
    }
  }

  private static String bytes(Wire wire, int count) throws Exception {
    return new String(wire.in().readNBytes(count), StandardCharsets.ISO_8859_1);
  }

  private String exec(String json) throws Exception {
    var reply = vch.post("/containers/web1/exec", json);
    assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    return reply.json().text("Id");
  }

  private static String startExec(String id, String body) {
    return "POST /v1.50/exec/"
        + id
        + "/start"
        + UPGRADE
        + "Content-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  @Test
  void exec_from_create_to_exit_code() throws Exception {
    create("");
    start();
    var id =
        exec(
            "{\"Cmd\":[\"cat\",\"-\"],\"AttachStdin\":true,\"AttachStdout\":true,\"AttachStderr\":true,\"DetachKeys\":\"ctrl-a\"}");
    var before = vch.get("/exec/" + id + "/json").json();
    assertThat(before.flag("Running")).isFalse();
    assertThat(before.given("ExitCode") && !before.has("ExitCode")).isTrue();
    assertThat(before.object("ProcessConfig").texts("arguments")).containsExactly("-");
    assertThat(before.text("DetachKeys")).isEqualTo("AQ==");
    var stdio = new FakeStdio();
    var end = new CompletableFuture<Integer>();
    processes.nextExec(stdio, end);
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(startExec(id, "{\"Detach\":false,\"Tty\":false}"));
      assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
      wire.send("in").shutdownOutput();
      awaitInputEnd(stdio);
      assertThat(vch.get("/exec/" + id + "/json").json().flag("Running")).isTrue();
      assertThat(vch.get("/containers/web1/json").json().texts("ExecIDs")).containsExactly(id);
      assertThat(vch.post("/exec/" + id + "/start", "{}").message())
          .isEqualTo("exec command " + id + " is already running");
      stdio.says(1, "out".getBytes(StandardCharsets.UTF_8));
      end.complete(5);
      stdio.ends();
      assertThat(wire.rest()).isEqualTo(frame(1, "out"));
    }
    var after = vch.get("/exec/" + id + "/json").json();
    assertThat(after.flag("Running")).isFalse();
    assertThat(after.number("ExitCode")).isEqualTo(5);
    assertThat(vch.post("/exec/" + id + "/start", "{}").message())
        .isEqualTo("exec command " + id + " has already run");
    assertThat(vch.get("/containers/web1/json").json().has("ExecIDs")).isFalse();
  }

  @Test
  void exec_that_cannot_start_says_so_in_the_stream() throws Exception {
    create("");
    start();
    var id = exec("{\"Cmd\":[\"nope\"],\"AttachStdout\":true}");
    processes.failNextExec(
        new Processes.StartFailed(127, "exec: \"nope\": executable file not found in $PATH"));
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(startExec(id, "{}"));
      assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
      assertThat(wire.rest()).contains("executable file not found in $PATH");
    }
    assertThat(vch.get("/exec/" + id + "/json").json().number("ExitCode")).isEqualTo(127);
  }

  @Test
  void exec_is_refused_where_nothing_runs() throws Exception {
    var container = create("");
    assertThat(vch.post("/containers/web1/exec", "{\"Cmd\":[\"a\"]}").message())
        .isEqualTo("container " + container + " is not running");
    start();
    assertThat(vch.post("/containers/web1/exec", "{}").message())
        .isEqualTo("No exec command specified");
    assertThat(vch.post("/exec/nope/start", "{}").message())
        .isEqualTo("No such exec instance: nope");
    var id = exec("{\"Cmd\":[\"a\"]}");
    vch.post("/containers/web1/pause", "");
    assertThat(vch.post("/exec/" + id + "/start", "{}").message())
        .isEqualTo("Container " + container + " is paused, unpause the container before exec");
    assertThat(vch.delete("/containers/web1?force=1").status()).isEqualTo(204);
    assertThat(vch.get("/exec/" + id + "/json").status()).isEqualTo(404);
  }

  @Test
  void logs_are_framed_and_stamped() throws Exception {
    var id = create("");
    start();
    processes.says(id, 1, "a\n");
    processes.says(id, 2, "b\n");
    var all = vch.get("/v1.42/containers/web1/logs?stdout=1&stderr=1");
    assertThat(all.head())
        .containsIgnoringCase("Content-Type: application/vnd.docker.multiplexed-stream");
    assertThat(all.body()).isEqualTo(frame(1, "a\n") + frame(2, "b\n"));
    var old = vch.get("/v1.41/containers/web1/logs?stderr=1&timestamps=1");
    assertThat(old.head()).containsIgnoringCase("Content-Type: application/vnd.docker.raw-stream");
    assertThat(old.body()).isEqualTo(frame(2, "2026-11-21T12:00:00.000000000Z b\n"));
    assertThat(vch.get("/containers/web1/logs?stdout=1&details=1").body())
        .isEqualTo(frame(1, " a\n"));
    assertThat(vch.get("/containers/web1/logs").message())
        .isEqualTo("Bad parameters: you must choose at least one stream");
    assertThat(vch.get("/containers/web1/logs?stdout=1&since=yesterday").status()).isEqualTo(400);
  }

  @Test
  void wait_answers_its_head_at_once() throws Exception {
    var id = create("");
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "POST /v1.30/containers/web1/wait?condition=next-exit HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
      start();
      processes.end(id, 9);
      assertThat(wire.rest()).contains("{\"StatusCode\":9}\n");
    }
    assertThat(vch.post("/v1.29/containers/web1/wait", "").body())
        .isEqualTo("{\"StatusCode\":9}\n");
    assertThat(vch.post("/containers/web1/wait?condition=never", "").message())
        .isEqualTo("invalid condition: \"never\"");
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "POST /containers/web1/wait?condition=removed HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
      assertThat(vch.delete("/containers/web1").status()).isEqualTo(204);
      assertThat(wire.rest()).contains("{\"StatusCode\":9}\n");
    }
  }

  @Test
  void statuses_of_a_life() throws Exception {
    var id = create("");
    assertThat(vch.post("/containers/web1/stop", "").status()).isEqualTo(304);
    assertThat(vch.post("/containers/web1/kill", "").message())
        .isEqualTo("cannot kill container: web1: container " + id + " is not running");
    assertThat(vch.post("/containers/web1/pause", "").message())
        .isEqualTo("container " + id + " is not running");
    assertThat(vch.get("/containers/web1/top").message())
        .isEqualTo("container " + id + " is not running");
    assertThat(vch.post("/containers/web1/start", "{\"HostConfig\":{}}").message())
        .startsWith("starting container with non-empty request body");
    start();
    assertThat(vch.post("/containers/web1/start", "").status()).isEqualTo(304);
    assertThat(vch.post("/containers/web1/kill?signal=NOPE", "").message())
        .isEqualTo("cannot kill container: web1: invalid signal: NOPE");
    assertThat(vch.post("/containers/nope/kill", "").message())
        .isEqualTo("cannot kill container: nope: No such container: nope");
    assertThat(vch.post("/containers/web1/unpause", "").message())
        .isEqualTo("Container " + id + " is not paused");
    assertThat(vch.post("/containers/web1/pause", "").status()).isEqualTo(204);
    assertThat(vch.post("/containers/web1/pause", "").message())
        .isEqualTo("container " + id + " is already paused");
    assertThat(vch.post("/containers/web1/start", "").message())
        .isEqualTo("cannot start a paused container, try unpause instead");
    assertThat(vch.post("/containers/web1/unpause", "").status()).isEqualTo(204);
    assertThat(vch.post("/containers/web1/resize?h=x&w=1", "").message())
        .startsWith("invalid resize height \"x\"");
    assertThat(vch.post("/containers/web1/resize?h=10&w=20", "").status()).isEqualTo(200);
    assertThat(vch.post("/containers/web1/rename?name=", "").message())
        .isEqualTo("Neither old nor new names may be empty");
    assertThat(vch.post("/containers/web1/rename?name=web1", "").message())
        .isEqualTo("Renaming a container with the same name as its current name");
    assertThat(vch.delete("/containers/web1").message())
        .isEqualTo(
            "cannot remove container \"web1\": container is running: stop the container before removing or force remove");
    assertThat(vch.post("/containers/web1/update", "{\"Memory\":1000}").message())
        .isEqualTo("Minimum memory limit allowed is 6MB");
    assertThat(
            vch.post(
                    "/containers/web1/update",
                    "{\"PidsLimit\":50,\"RestartPolicy\":{\"Name\":\"always\"}}")
                .status())
        .isEqualTo(200);
    var host = vch.get("/containers/web1/json").json().object("HostConfig");
    assertThat(host.number("PidsLimit")).isEqualTo(50);
    assertThat(host.object("RestartPolicy").text("Name")).isEqualTo("always");
    assertThat(vch.post("/containers/web1/restart?t=0", "").status()).isEqualTo(204);
    assertThat(vch.post("/containers/web1/stop", "").status()).isEqualTo(204);
    assertThat(vch.delete("/containers/web1").status()).isEqualTo(204);
    assertThat(vch.get("/containers/web1/json").message()).isEqualTo("No such container: web1");
  }

  @Test
  void create_says_what_is_wrong() throws Exception {
    var id = create("");
    assertThat(vch.post("/containers/create", "").message()).isEqualTo("invalid JSON: EOF");
    assertThat(vch.post("/containers/create", "null").message())
        .isEqualTo("config cannot be empty in order to create a container");
    assertThat(vch.post("/containers/create", "{").message()).startsWith("invalid JSON");
    assertThat(vch.post("/containers/create", "{\"Image\":\"nginx\"}").status()).isEqualTo(404);
    assertThat(
            vch.post("/containers/create?platform=linux/arm64", "{\"Image\":\"busybox\"}")
                .message())
        .isEqualTo(
            "image with reference busybox was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64");
    assertThat(vch.post("/containers/create?name=web1", "{\"Image\":\"busybox\"}").message())
        .startsWith(
            "Conflict. The container name \"/web1\" is already in use by container \""
                + id
                + "\".");
    assertThat(vch.post("/containers/create?name=-x", "{\"Image\":\"busybox\"}").message())
        .isEqualTo("Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    assertThat(
            vch.post(
                    "/containers/create?name=late",
                    "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"later\"}}")
                .status())
        .isEqualTo(201);
    var start = vch.post("/containers/late/start", "");
    assertThat(start.status()).isEqualTo(404);
    assertThat(start.message()).contains("network later not found");
    assertThat(vch.host.image().containers(Samples.BLUE)).hasSize(2);
  }

  @Test
  void stats_once() throws Exception {
    create("");
    start();
    var json = vch.get("/containers/web1/stats?stream=0&one-shot=1").json();
    assertThat(json.text("name")).isEqualTo("/web1");
    assertThat(json.object("pids_stats").number("current")).isEqualTo(1);
    assertThat(json.object("cpu_stats").number("system_cpu_usage")).isPositive();
    assertThat(vch.get("/containers/web1/stats?stream=1&one-shot=1").status()).isEqualTo(400);
  }

  @Test
  void files() throws Exception {
    create("");
    var head =
        vch.send(
            "HEAD /containers/web1/archive?path=/etc/hosts HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    assertThat(head.status()).isEqualTo(200);
    var stat =
        head.head()
            .lines()
            .filter(
                l ->
                    l.toLowerCase(java.util.Locale.ROOT)
                        .startsWith("x-docker-container-path-stat: "))
            .findFirst()
            .orElseThrow();
    assertThat(
            new String(
                java.util.Base64.getDecoder().decode(stat.substring(stat.indexOf(' ') + 1)),
                StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"name\":\"hosts\",\"size\":3,\"mode\":420,\"mtime\":\"2026-11-21T12:00:00Z\",\"linkTarget\":\"\"}");
    assertThat(vch.get("/containers/web1/archive?path=/etc/hosts").body())
        .isEqualTo("archive of /etc/hosts");
    assertThat(vch.get("/containers/web1/archive?path=/nope").message())
        .startsWith("Could not find the file /nope in container ");
    assertThat(vch.get("/containers/web1/archive").message())
        .isEqualTo("missing parameter path: tell which path in the container is meant");
    var put =
        vch.send(
            "PUT /containers/web1/archive?path=/tmp&noOverwriteDirNonDir=1 HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type:"
                + " application/x-tar\r\nContent-Length: 3\r\n\r\ntar");
    assertThat(put.status()).isEqualTo(200);
    assertThat(((vch.engine.fake.FakeFiles) processes.files()).written())
        .isEqualTo("/tmp tar Unpacking[keepKinds=true, asUser=false]");
    assertThat(vch.get("/containers/web1/export").body()).isEqualTo("the whole root");
    assertThat(vch.get("/containers/web1/changes").body())
        .isEqualTo(
            "[{\"Path\":\"/etc\",\"Kind\":0},{\"Path\":\"/etc/new\",\"Kind\":1},{\"Path\":\"/etc/old\",\"Kind\":2}]\n");
  }

  @Test
  void modes_are_those_of_go() {
    assertThat(GoMode.of(0x41ed)).isEqualTo((1L << 31) | 0755);
    assertThat(GoMode.of(0xa1ff)).isEqualTo((1L << 27) | 0777);
    assertThat(GoMode.of(0x43ff)).isEqualTo((1L << 31) | (1L << 20) | 0777);
  }

  @Test
  void labels_of_a_mount_go_to_its_volume() throws Exception {
    create(
        ",\"HostConfig\":{\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"named\",\"Target\":\"/n\",\"VolumeOptions\":{\"Labels\":{\"a\":\"b\"}}},"
            + "{\"Type\":\"volume\",\"Target\":\"/u\",\"VolumeOptions\":{\"Labels\":{\"c\":\"d\"}}}]}");
    assertThat(vch.get("/volumes/named").json().textMap("Labels")).containsEntry("a", "b");
    var anonymous =
        vch.host
            .image()
            .volumes(Samples.BLUE)
            .filter(v -> v.labels().containsKey("c"))
            .findFirst()
            .orElseThrow();
    assertThat(anonymous.anonymous()).isTrue();
    assertThat(vch.delete("/containers/web1?v=1").status()).isEqualTo(204);
    assertThat(vch.get("/volumes/" + anonymous.name()).status()).isEqualTo(404);
    assertThat(vch.get("/volumes/named").status()).isEqualTo(200);
  }

  @Test
  void events_tell_what_clients_did() throws Exception {
    create("");
    start();
    exec("{\"Cmd\":[\"ls\",\"-l\"]}");
    vch.post("/containers/web1/resize?h=1&w=2", "");
    vch.post("/containers/web1/update", "{\"Memory\":8000000}");
    vch.delete("/containers/web1?force=1");
    try (var events = vch.host.engine().events().subscribe(_ -> {})) {
      assertThat(
              events.past().stream().filter(e -> e.type().equals("container")).map(e -> e.action()))
          .containsSubsequence(
              "create",
              "start",
              "exec_create: ls -l",
              "resize",
              "update",
              "kill",
              "die",
              "destroy");
    }
  }
}
