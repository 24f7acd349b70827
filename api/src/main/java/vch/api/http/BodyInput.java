package vch.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/// A request body whose failures are sentences for the client.
final class BodyInput extends InputStream {
  private final InputStream in;
  private boolean ended;

  BodyInput(Request request) {
    in = Content.Source.asInputStream(request);
  }

  /// True once the end has been read.
  boolean ended() {
    return ended;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    try {
      int n = in.read(bytes, offset, length);
      ended = n < 0;
      return n;
    } catch (IOException | RuntimeException e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof TimeoutException) {
          throw new HttpProblem(
              408, "the request body stopped arriving: nothing came for too long");
        }
      }
      throw new HttpProblem(400, "the request body ended before it was complete");
    }
  }
}
