package vch.app.compat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/// Bytes to a Unix socket and what comes back, without a client that smooths things over.
final class RawHttp {
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)\r\n");
  private static final long MILLIS_MAX = 30_000;
  private static final int ANSWER_BYTES_MAX = 1 << 20;

  private RawHttp() {}

  /// @param status 0 where nothing came back before the connection ended, -1 where nothing came
  ///   back at all in time
  record Answer(int status, String head, String body) {}

  /// Sends all, says that no more comes, and reads one answer: to its length where it tells it, to
  /// the end of its head where it does not (a stream).
  static Answer ask(Path socket, byte[] request) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        var selector = Selector.open()) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      var out = ByteBuffer.wrap(request);
      var key = channel.register(selector, SelectionKey.OP_WRITE | SelectionKey.OP_READ);
      var in = new ByteArrayOutputStream();
      var buffer = ByteBuffer.allocate(1 << 16);
      long end = System.nanoTime() + MILLIS_MAX * 1_000_000;
      while (!whole(in)) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return answer(in, -1);
        }
        selector.select(left);
        selector.selectedKeys().clear();
        if (key.isWritable() && out.hasRemaining()) {
          channel.write(out);
        }
        if (!out.hasRemaining() && (key.interestOps() & SelectionKey.OP_WRITE) != 0) {
          key.interestOps(SelectionKey.OP_READ);
          channel.shutdownOutput();
        }
        buffer.clear();
        if (channel.read(buffer) < 0) {
          break;
        }
        in.write(buffer.array(), 0, buffer.position());
      }
      return answer(in, 0);
    } catch (IOException e) {
      // the other end closed while we still wrote: allowed, as long as it lives
      if (String.valueOf(e.getMessage()).matches(".*(Broken pipe|Connection reset|closed).*")) {
        return new Answer(0, "", "");
      }
      throw new UncheckedIOException(e);
    }
  }

  private static boolean whole(ByteArrayOutputStream in) {
    if (in.size() > ANSWER_BYTES_MAX) {
      return true;
    }
    var text = in.toString(StandardCharsets.ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0) {
      return false;
    }
    var length = LENGTH.matcher(text.substring(0, head + 2).toLowerCase(Locale.ROOT));
    return !length.find() || text.length() >= head + 4 + Long.parseLong(length.group(1));
  }

  private static Answer answer(ByteArrayOutputStream in, int none) {
    var text = in.toString(StandardCharsets.UTF_8);
    int head = text.indexOf("\r\n\r\n");
    if (!text.startsWith("HTTP/1.1 ") || head < 0) {
      return new Answer(none, text, "");
    }
    return new Answer(
        Integer.parseInt(text.substring(9, 12)), text.substring(0, head), text.substring(head + 4));
  }

  /// A request with a body, as a well-behaved client writes it.
  static byte[] request(String method, String path, String type, byte[] body) {
    var head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    var out = new ByteArrayOutputStream();
    out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(body);
    return out.toByteArray();
  }
}
