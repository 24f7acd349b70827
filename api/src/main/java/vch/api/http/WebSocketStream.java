package vch.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/// A web socket as a pair of streams. The client is asked for the next frame when the last one was
/// read, so that nothing piles up here. Reads belong to one thread, writes to one other.
final class WebSocketStream implements FrameHandler, Duplex, WebSocketNegotiator {
  private static final long FRAME_BYTES_MAX = 1 << 20;
  private static final byte[] END = new byte[0];

  /// Completes when the connection is ours.
  final CompletableFuture<Duplex> opened = new CompletableFuture<>();

  private final CompletableFuture<CoreSession> session = new CompletableFuture<>();
  private final LinkedBlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
  private final InputStream in = new Input();
  private final OutputStream out = new Output();

  /// False when the request does not fit; then nothing was answered.
  ///
  /// @throws HttpProblem the request lacks what RFC 6455 wants, or its URI is none
  boolean upgrade(Request request, Response response, Callback callback) {
    var server = request.getConnectionMetaData().getConnector().getServer();
    var components = WebSocketServerComponents.ensureWebSocketComponents(server);
    Configuration.Customizer settings =
        configuration -> {
          configuration.setIdleTimeout(Duration.ZERO);
          configuration.setMaxFrameSize(FRAME_BYTES_MAX);
        };
    try {
      return new WebSocketMappings(components).upgrade(this, request, response, callback, settings);
    } catch (HttpException.RuntimeException e) {
      throw new HttpProblem(e.getCode(), "this is no request for a web socket: " + e.getReason());
    } catch (IllegalArgumentException e) { // of java.net.URI, that is stricter than browsers are
      throw new HttpProblem(400, "this is no request for a web socket: " + e.getMessage());
    }
  }

  @Override
  public FrameHandler negotiate(
      ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
    return this;
  }

  @Override
  public void onOpen(CoreSession core, Callback callback) {
    session.complete(core);
    callback.succeeded();
    opened.complete(this);
    core.demand();
  }

  @Override
  public void onFrame(Frame frame, Callback callback) {
    switch (frame.getOpCode()) {
      case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
        var bytes = new byte[frame.getPayloadLength()];
        frame.getPayload().get(bytes);
        callback.succeeded();
        if (bytes.length == 0) {
          demand();
        } else {
          arrived.add(bytes); // its reader asks for the next
        }
      }
      case OpCode.PING -> {
        var echo = ByteBuffer.allocate(frame.getPayloadLength());
        echo.put(frame.getPayload()).flip();
        callback.succeeded();
        session.join().sendFrame(new Frame(OpCode.PONG, echo), Callback.NOOP, false);
        demand();
      }
      case OpCode.CLOSE -> {
        arrived.add(END);
        callback.succeeded(); // the library answers
      }
      default -> {
        callback.succeeded();
        demand();
      }
    }
  }

  private void demand() {
    session.join().demand();
  }

  @Override
  public void onError(Throwable cause, Callback callback) {
    opened.completeExceptionally(cause);
    arrived.add(END);
    callback.succeeded();
  }

  @Override
  public void onClosed(CloseStatus status, Callback callback) {
    arrived.add(END);
    callback.succeeded();
  }

  @Override
  public InputStream input() {
    return in;
  }

  @Override
  public OutputStream output() {
    return out;
  }

  /// A web socket ends both ways at once.
  @Override
  public void shutdownOutput() {
    close();
  }

  @Override
  public void close() {
    if (session.isDone()) {
      session.join().close(CloseStatus.NORMAL, "", Callback.NOOP);
    }
    arrived.add(END);
  }

  private final class Input extends InputStream {
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean ended;

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (!current.hasRemaining()) {
        if (ended) {
          return -1;
        }
        take();
      }
      int count = Math.min(length, current.remaining());
      current.get(bytes, offset, count);
      if (!current.hasRemaining()) {
        demand();
      }
      return count;
    }

    private void take() throws IOException {
      try {
        current = ByteBuffer.wrap(arrived.take());
        ended = !current.hasRemaining();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading from a web socket", e);
      }
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try (var wait = Blocker.callback()) {
        var frame = new Frame(OpCode.BINARY, ByteBuffer.wrap(bytes, offset, length));
        session.join().sendFrame(frame, wait, false);
        wait.block();
      }
    }

    @Override
    public void close() {
      WebSocketStream.this.close();
    }
  }
}
