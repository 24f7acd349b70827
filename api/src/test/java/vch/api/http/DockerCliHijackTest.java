package vch.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real docker CLI over our HTTP: an engine of a few answers whose only container reads to the
/// end of its input before it says what it read, so that a half-close that is lost shows.
@Tag("compat")
class DockerCliHijackTest {
  private static final int CLI_SECONDS_MAX = 60;
  @TempDir Path dir;
  private final HttpServer server = new HttpServer();
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  @AfterEach
  void close() {
    server.close();
  }

  private void engine(Exchange x) throws IOException {
    x.setHeader("Api-Version", "1.50");
    var path = x.path().replaceFirst("^/v1\\.\\d+", "");
    switch (path) {
      case "/_ping" -> json(x, 200, "");
      case "/containers/create" -> json(x, 201, "{\"Id\":\"c1\",\"Warnings\":[]}");
      case "/containers/c1/json" ->
          json(
              x,
              200,
              "{\"Id\":\"c1\",\"State\":{\"Running\":true},\"Config\":{\"OpenStdin\":true,\"AttachStdin\":true},\"HostConfig\":{}}");
      case "/containers/c1/start" -> x.respond(204);
      case "/containers/c1/wait" -> {
        var out = x.stream(200, "application/json", () -> {});
        out.write(("{\"StatusCode\":" + exit.join() + "}\n").getBytes(StandardCharsets.UTF_8));
      }
      case "/containers/c1/exec" -> json(x, 201, "{\"Id\":\"e1\"}");
      case "/exec/e1/json" -> json(x, 200, "{\"ID\":\"e1\",\"Running\":false,\"ExitCode\":5}");
      case "/containers/c1/attach", "/exec/e1/start" -> {
        x.body(10_000);
        try (var pipe = x.hijack("application/vnd.docker.multiplexed-stream")) {
          frame(pipe, "ready\n".getBytes(StandardCharsets.UTF_8));
          var read = pipe.input().readAllBytes();
          frame(pipe, ("read " + read.length + "\n").getBytes(StandardCharsets.UTF_8));
          for (int i = 0; i < read.length; i += 32768) {
            frame(pipe, java.util.Arrays.copyOfRange(read, i, Math.min(read.length, i + 32768)));
          }
          pipe.shutdownOutput();
        }
        exit.complete(7);
      }
      default -> json(x, 404, "{\"message\":\"page not found\"}");
    }
  }

  private static void json(Exchange x, int status, String text) throws IOException {
    x.respond(status, "application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void frame(Duplex pipe, byte[] bytes) throws IOException {
    pipe.output()
        .write(
            ByteBuffer.allocate(8 + bytes.length)
                .put((byte) 1)
                .put(new byte[3])
                .putInt(bytes.length)
                .put(bytes)
                .array());
  }

  private record Ran(int status, byte[] out) {}

  private Ran docker(Path input, List<String> where, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(where);
    command.addAll(List.of(arguments));
    var out = dir.resolve("out");
    var builder =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("DOCKER_CONFIG", dir.toString());
    var process = builder.start();
    if (!process.waitFor(CLI_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(
          command + " did not end; it said " + Files.readString(out, StandardCharsets.ISO_8859_1));
    }
    return new Ran(process.exitValue(), Files.readAllBytes(out));
  }

  private void run_and_exec(List<String> where) throws Exception {
    var small = Files.writeString(dir.resolve("small"), "hi\n");
    var large = Files.write(dir.resolve("large"), new byte[20_000_000]);
    var ran = docker(small, where, "run", "-i", "busybox", "cat");
    assertThat(new String(ran.out(), StandardCharsets.UTF_8)).isEqualTo("ready\nread 3\nhi\n");
    assertThat(ran.status()).isEqualTo(7);
    var exec = docker(large, where, "exec", "-i", "c1", "cat");
    assertThat(exec.out()).hasSize("ready\nread 20000000\n".length() + 20_000_000);
    assertThat(exec.status()).isEqualTo(5);
  }

  @Test
  void over_a_unix_socket() throws Exception {
    var socket = dir.resolve("d.sock");
    server.listen(socket, this::engine);
    run_and_exec(List.of("-H", "unix://" + socket));
  }

  @Test
  void over_tls_with_client_certificates() throws Exception {
    var keys = new TestKeys(dir);
    var channel =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    server.listen(channel, Optional.of(new Tls(keys.serverContext(), true)), this::engine);
    keys.writePem(dir);
    run_and_exec(
        List.of(
            "--tlsverify",
            "--tlscacert",
            dir.resolve("ca.pem").toString(),
            "--tlscert",
            dir.resolve("cert.pem").toString(),
            "--tlskey",
            dir.resolve("key.pem").toString(),
            "-H",
            "tcp://127.0.0.1:" + port));
  }
}
