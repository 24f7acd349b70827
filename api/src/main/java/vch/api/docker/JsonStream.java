package vch.api.docker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import vch.api.http.Exchange;

/// An answer that is a stream of JSON objects, each on its way as soon as it is written. Thread
/// safe.
public final class JsonStream {
  private final OutputStream out;
  private final byte[] end;

  private JsonStream(OutputStream out, String end) {
    this.out = out;
    this.end = end.getBytes(StandardCharsets.US_ASCII);
  }

  /// Begins the answer, 200.
  ///
  /// @param end what follows each object: `\n` for events, `\r\n` for progress
  /// @param onGone called when the client leaves early
  public static JsonStream begin(Exchange exchange, String end, Runnable onGone)
      throws IOException {
    return new JsonStream(exchange.stream(200, Call.JSON, onGone), end);
  }

  public synchronized void write(JsonNode tree) throws IOException {
    out.write(Json.bytes(tree));
    out.write(end);
    out.flush();
  }
}
