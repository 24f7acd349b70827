package vch.api.docker.container;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import vch.api.docker.Call;

/// How output goes to a client: with a header before each piece that says which stream it is of, or
/// raw where a terminal has mixed them. Used by one thread.
final class Framing {
  static final int STDOUT = 1;
  static final int STDERR = 2;
  private static final String RAW_TYPE = "application/vnd.docker.raw-stream";
  private static final String MULTIPLEXED_TYPE = "application/vnd.docker.multiplexed-stream";
  private static final int HEADER_BYTES = 8;

  private final OutputStream out;
  private final boolean raw;

  Framing(OutputStream out, boolean raw) {
    this.out = out;
    this.raw = raw;
  }

  /// Content type of an answer.
  static String type(Call call, boolean raw) {
    return raw || !call.since(42) ? RAW_TYPE : MULTIPLEXED_TYPE;
  }

  /// Content type of a hijacked connection: Docker names the new one in its 101 answer only.
  static String hijackType(Call call, boolean raw) {
    return call.exchange().header("Upgrade").isPresent() ? type(call, raw) : RAW_TYPE;
  }

  /// Writes one piece; header and content are one write.
  void write(int stream, byte[] bytes) throws IOException {
    if (raw) {
      out.write(bytes);
    } else if (bytes.length > 0) {
      out.write(
          ByteBuffer.allocate(HEADER_BYTES + bytes.length)
              .putInt(stream << 24)
              .putInt(bytes.length)
              .put(bytes)
              .array());
    }
    out.flush();
  }
}
