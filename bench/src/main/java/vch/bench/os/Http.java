package vch.bench.os;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// One kept connection to an engine's API by its socket. What a request takes here is the engine's
/// time, without a client program.
public final class Http implements AutoCloseable {
  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;

  public Http(Path socket) {
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
      out = Channels.newOutputStream(channel);
    } catch (IOException e) {
      throw new Shell.Failed("no connection to " + socket + ": " + e.getMessage());
    }
  }

  /// Whether an engine answers at the socket.
  public static boolean answers(Path socket) {
    try (var http = new Http(socket)) {
      return http.call("GET", "/_ping", "").status() == 200;
    } catch (Shell.Failed _) {
      return false;
    }
  }

  /// An answer that was read to its end.
  public record Answer(int status, String body) {
    /// @throws Shell.Failed when the status tells of a fault
    public Answer ok() {
      if (status >= 400) {
        throw new Shell.Failed("status " + status + ": " + body);
      }
      return this;
    }
  }

  public Answer call(String method, String path, String json) {
    try {
      var body = json.getBytes(StandardCharsets.UTF_8);
      var head =
          method
              + " "
              + path
              + " HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      var all = ByteBuffer.allocate(head.length() + body.length);
      all.put(head.getBytes(StandardCharsets.US_ASCII)).put(body);
      out.write(all.array());
      return answer();
    } catch (IOException e) {
      throw new Shell.Failed(method + " " + path + ": " + e);
    }
  }

  private Answer answer() throws IOException {
    var status = line();
    int code = status.length() > 12 ? Integer.parseInt(status.substring(9, 12)) : 0;
    Optional<Integer> length = Optional.empty();
    boolean chunked = false;
    for (var line = line(); !line.isEmpty(); line = line()) {
      var lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Optional.of(Integer.parseInt(lower.substring(15).strip()));
      } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
        chunked = true;
      }
    }
    var body = chunked ? chunks() : in.readNBytes(length.orElse(0));
    return new Answer(code, new String(body, StandardCharsets.UTF_8));
  }

  private byte[] chunks() throws IOException {
    var all = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line().strip(), 16);
      all.write(in.readNBytes(size));
      line();
      if (size == 0) {
        return all.toByteArray();
      }
    }
  }

  private String line() throws IOException {
    var text = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      if (c == '\n') {
        return text.toString();
      }
      if (c != '\r') {
        text.append((char) c);
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new Shell.Failed("close: " + e.getMessage());
    }
  }
}
