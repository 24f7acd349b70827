package vch.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminClientTest {
  @TempDir private Path run = Path.of("/nonexistent");

  /// What a command prints when the daemon says `answer`.
  private String said(String answer) throws Exception {
    var out = new ByteArrayOutputStream();
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(run.resolve("admin.sock")));
      var daemon =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var client = server.accept()) {
                      client.read(ByteBuffer.allocate(4096));
                      for (byte b :
                          answer.getBytes(StandardCharsets.UTF_8)) { // in pieces as small as can be
                        client.write(ByteBuffer.wrap(new byte[] {b}));
                      }
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      new AdminClient(run)
          .send(
              "GET",
              "/v1/x",
              List.of(Map.entry("name", "a b")),
              new PrintStream(out, true, StandardCharsets.UTF_8));
      daemon.join();
    } finally {
      java.nio.file.Files.deleteIfExists(run.resolve("admin.sock"));
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private void fails(String answer, String why) {
    assertThatThrownBy(() -> said(answer)).isInstanceOf(CommandFailed.class).hasMessage(why);
  }

  @Test
  void a_whole_answer_is_printed_as_it_is() throws Exception {
    assertThat(said("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nblü")).isEqualTo("blü");
  }

  @Test
  void a_refusal_is_thrown() {
    fails("HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno such", "no such");
  }

  @Test
  void a_stream_ends_with_how_it_went() throws Exception {
    assertThat(said("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nmaking\ndone\n\u001e"))
        .isEqualTo("making\ndone\n");
    fails("HTTP/1.1 200 OK\r\n\r\nmaking\n\u001eit was undone", "it was undone");
  }

  @Test
  void a_stream_that_stops_in_the_middle_is_a_failure() {
    assertThatThrownBy(() -> said("HTTP/1.1 200 OK\r\n\r\nmaking\n"))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("the daemon went away before the command was done");
    assertThatThrownBy(() -> said("SSH-2.0\r\n"))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("not HTTP");
  }
}
