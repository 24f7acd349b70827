package vch.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Speaks HTTP/1.0 with the daemon's admin socket: one request, one answer up to the end of the
/// connection. The JDK's client knows no Unix sockets, and every library that does costs more
/// start-up time than the whole command.
final class AdminClient {
  /// A status line and headers longer than this are not ours.
  private static final int HEAD_BYTES_MAX = 64 * 1024;

  private final Path socket;

  AdminClient(Path runDirectory) {
    this.socket = runDirectory.resolve("admin.sock");
  }

  /// Sends the request and copies the body of a good answer to `out` as it comes.
  ///
  /// @param parameters name and values, in the order in which they were given
  /// @throws CommandFailed the daemon is not there, or it refused
  void send(
      String method, String path, List<Map.Entry<String, String>> parameters, PrintStream out) {
    var query =
        parameters.stream()
            .map(p -> encode(p.getKey()) + "=" + encode(p.getValue()))
            .collect(Collectors.joining("&"));
    var request =
        method
            + " "
            + path
            + (query.isEmpty() ? "" : "?" + query)
            + " HTTP/1.0\r\nHost: portlayer\r\nContent-Length: 0\r\n\r\n";
    try (var channel = connect()) {
      var bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      receive(channel, out);
    } catch (IOException e) {
      throw new CommandFailed(
          "the connection to the daemon at " + socket + " broke: " + e.getMessage());
    }
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private SocketChannel connect() {
    if (!Files.exists(socket)) {
      throw new CommandFailed(
          "no daemon runs on "
              + socket.getParent()
              + "; start one with 'vch up' (or 'vch daemon' in the foreground), or name another directory with --run-dir");
    }
    try {
      var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException e) {
      var why = String.valueOf(e.getMessage());
      if (why.contains("Permission denied")) {
        throw new CommandFailed("only root may speak to the daemon at " + socket + "; try sudo");
      }
      throw new CommandFailed(
          "the daemon at " + socket + " does not answer (" + why + "); start it with 'vch up'");
    }
  }

  private static void receive(SocketChannel channel, PrintStream out) throws IOException {
    var head = new ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(16 * 1024);
    int end = -1;
    while (end < 0) {
      if (head.size() > HEAD_BYTES_MAX || channel.read(buffer.clear()) < 0) {
        throw new IOException("it answered something that is not HTTP");
      }
      head.write(buffer.array(), 0, buffer.position());
      end = head.toString(StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
    }
    var bytes = head.toByteArray();
    var status =
        new String(bytes, 0, end, StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
    boolean good = status.matches("HTTP/1\\.[01] 2.*");
    // an answer without a length is a stream, which ends with how it went
    boolean whole =
        head.toString(StandardCharsets.ISO_8859_1)
            .substring(0, end)
            .matches("(?is).*\ncontent-length:.*");
    var answer = new Answer(good, whole, out);
    answer.take(bytes, end + 4, bytes.length - end - 4);
    while (channel.read(buffer.clear()) >= 0) {
      answer.take(buffer.array(), 0, buffer.position());
    }
    answer.end();
  }

  /// The body of an answer, as it comes.
  private static final class Answer {
    private final boolean good;
    private final PrintStream out;
    private final ByteArrayOutputStream failure = new ByteArrayOutputStream();
    private final boolean streamed;
    private boolean ended;

    /// @param whole all that comes belongs to it; else up to [vch.api.admin.AdminApi#END]
    Answer(boolean good, boolean whole, PrintStream out) {
      this.good = good;
      this.ended = !good || whole;
      this.out = out;
      this.streamed = good && !whole;
    }

    void take(byte[] bytes, int from, int length) {
      if (!good || (streamed && ended)) {
        failure.write(bytes, from, length);
        return;
      }
      int text = length;
      for (int i = 0; streamed && i < length; i++) {
        if (bytes[from + i] == vch.api.admin.AdminApi.END) {
          text = i;
          ended = true;
          failure.write(bytes, from + i + 1, length - i - 1);
          break;
        }
      }
      out.write(bytes, from, text);
      out.flush();
    }

    /// @throws CommandFailed it tells of a failure, or stops in the middle
    void end() {
      var why = failure.toString(StandardCharsets.UTF_8).strip();
      if (!good || !why.isEmpty()) {
        throw new CommandFailed(why);
      }
      if (!ended) {
        throw new CommandFailed(
            "the daemon went away before the command was done; start it with 'vch up', and see with"
                + " 'vch ls' what is there");
      }
    }
  }
}
