package vch.api.http;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// An exchange over Jetty's request and response. Owned by the thread of the request.
final class JettyExchange implements Exchange {
  private static final System.Logger LOG = System.getLogger("vch.api.http");
  private static final int STREAM_BUFFER_BYTES = 8 * 1024;
  private static final int UPGRADE_SECONDS_MAX = 10;

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final BodyInput body;
  private Query query = Query.parse("");
  private String path = "/";
  private Answer answer = Answer.NONE;
  private Runnable ending = () -> {}; // what is still to be done when the handler returns

  private enum Answer {
    NONE,
    WHOLE,
    STREAM,
    HIJACKED
  }

  JettyExchange(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    body = new BodyInput(request);
  }

  /// Lets the handler answer, and completes or cuts the answer.
  void run(HttpHandler handler) {
    try {
      PatientEndPoint.below(endPoint()).requestBegun();
      var uri = request.getHttpURI();
      query = Query.parse(Optional.ofNullable(uri.getQuery()).orElse(""));
      path = decode(Optional.ofNullable(uri.getPath()).orElse("/"));
      handler.handle(this);
      if (answer == Answer.NONE) {
        throw new IllegalStateException("nothing answered " + method() + " " + path);
      }
      ending.run();
      if (answer != Answer.HIJACKED) {
        succeed();
      }
    } catch (Throwable t) {
      failed(t);
    }
  }

  private void succeed() {
    PatientEndPoint.below(endPoint()).requestEnded();
    callback.succeeded();
  }

  private void failed(Throwable t) {
    boolean ours =
        !(t instanceof IOException
            || t instanceof HttpProblem
            || t instanceof java.io.UncheckedIOException);
    if (ours) {
      LOG.log(System.Logger.Level.ERROR, "cannot answer " + method() + " " + path, t);
    } else {
      LOG.log(System.Logger.Level.DEBUG, "cannot answer " + method() + " " + path, t);
    }
    switch (answer) {
      case NONE -> {
        int status = t instanceof HttpProblem problem ? problem.status() : 500;
        var message = Optional.ofNullable(t.getMessage()).orElse(t.getClass().getSimpleName());
        var json = JsonMapper.shared();
        var text = json.writeValueAsString(json.createObjectNode().put("message", message)) + "\n";
        try {
          respond(status, "application/json", text.getBytes(StandardCharsets.UTF_8));
          succeed();
        } catch (IOException e) {
          callback.failed(e);
        }
      }
      case WHOLE, STREAM -> callback.failed(t);
      case HIJACKED -> ending.run();
    }
  }

  private static String decode(String path) {
    try {
      return URLDecoder.decode(
          path.replace("+", "%2B"), StandardCharsets.UTF_8); // '+' means itself in a path
    } catch (IllegalArgumentException e) {
      throw new HttpProblem(
          400, "the path '" + path + "' is not percent-encoded rightly: " + e.getMessage());
    }
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Query query() {
    return query;
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }

  @Override
  public long bodyLength() {
    long length = request.getLength();
    return length >= 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING) ? length : 0;
  }

  @Override
  public InputStream body() {
    return body;
  }

  @Override
  public byte[] body(int bytesMax) throws IOException {
    if (bodyLength() > bytesMax) {
      throw tooLarge(bytesMax);
    }
    var out = new ByteArrayOutputStream((int) Math.max(512, bodyLength()));
    var piece = new byte[Math.clamp(bodyLength(), 8192, 1 << 16)];
    long end = System.nanoTime() + HttpServer.BODY_TIMEOUT.toNanos();
    for (int n; (n = body.read(piece)) >= 0; ) {
      if (out.size() + n > bytesMax) {
        throw tooLarge(bytesMax);
      }
      if (System.nanoTime() > end) {
        throw new HttpProblem(
            408,
            "the request body did not arrive within "
                + HttpServer.BODY_TIMEOUT.toSeconds()
                + " seconds");
      }
      out.write(piece, 0, n);
    }
    return out.toByteArray();
  }

  private static HttpProblem tooLarge(int bytesMax) {
    return new HttpProblem(
        413, "the request body is larger than " + bytesMax + " bytes, the most accepted here");
  }

  @Override
  public void setHeader(String name, String value) {
    response.getHeaders().put(name, value);
  }

  @Override
  public boolean answered() {
    return answer != Answer.NONE;
  }

  private void begin(Answer how, int status) {
    if (answer != Answer.NONE) {
      throw new IllegalStateException(method() + " " + path + " is answered already");
    }
    answer = how;
    response.setStatus(status);
  }

  @Override
  public void respond(int status) throws IOException {
    begin(Answer.WHOLE, status);
    if (status >= 200 && status != 204 && status != 304) {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
    }
    dropBody();
    Content.Sink.write(response, true, BufferUtil.EMPTY_BUFFER);
  }

  /// A body that nobody wanted and that is not here yet is not waited for: the connection ends with
  /// the answer.
  private void dropBody() {
    if (bodyLength() != 0 && !body.ended() && !request.consumeAvailable()) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
  }

  @Override
  public void respond(int status, String contentType, byte[] bytes) throws IOException {
    begin(Answer.WHOLE, status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
    dropBody();
    Content.Sink.write(response, true, ByteBuffer.wrap(bytes));
  }

  @Override
  public OutputStream stream(int status, String contentType, Runnable onGone) throws IOException {
    begin(Answer.STREAM, status);
    var headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, contentType);
    boolean watched = bodyLength() == 0 || body.ended();
    // Watching for the client's end may swallow what it sends next, so there is no next request;
    // nor can there be one
    // while a body is only partly read.
    headers.put(HttpHeader.CONNECTION, "close");
    if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
      headers.put(HttpHeader.TRANSFER_ENCODING, "chunked");
    }
    var endPoint = endPoint();
    endPoint.setIdleTimeout(0);
    var out = new BufferedOutputStream(Content.Sink.asOutputStream(response), STREAM_BUFFER_BYTES);
    out.flush();
    var watch = new GoneWatch(endPoint, onGone);
    if (watched) {
      watch.begin();
    }
    ending =
        () -> {
          watch.end();
          try {
            out.close();
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };
    return out;
  }

  @Override
  public Duplex hijack(String contentType) throws IOException {
    boolean upgrade = header("Upgrade").isPresent();
    begin(Answer.HIJACKED, upgrade ? 101 : 200);
    var raw = new RawConnection(endPoint(), request.getComponents().getExecutor());
    ending = raw::close;
    request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, raw);
    var headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, contentType);
    if (upgrade) {
      headers.put(HttpHeader.CONNECTION, "Upgrade");
      headers.put(HttpHeader.UPGRADE, "tcp");
      request.addHttpStreamWrapper(Upgraded::new);
    } else {
      headers.put(HttpHeader.CONNECTION, "close"); // else Jetty would frame the answer
      Content.Sink.write(response, false, BufferUtil.EMPTY_BUFFER);
    }
    callback.succeeded();
    return opened(raw.opened);
  }

  private static Duplex opened(CompletableFuture<Duplex> connection) throws IOException {
    try {
      return connection.get(UPGRADE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the connection could not be taken over", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while taking the connection over", e);
    }
  }

  @Override
  public Duplex websocket() throws IOException {
    if (!header("Upgrade").orElse("").equalsIgnoreCase("websocket")) {
      throw new HttpProblem(
          400, "this is reached by web socket only: the request lacks Upgrade: websocket");
    }
    var socket = new WebSocketStream();
    if (!socket.upgrade(request, response, callback)) {
      throw new HttpProblem(
          400, "the request for a web socket is not complete: see RFC 6455, section 4.1");
    }
    answer = Answer.HIJACKED;
    ending = socket::close;
    return opened(socket.opened);
  }

  /// Says `101 UPGRADED`, as Docker does: some of those who speak to it by hand look at the words.
  private static final class Upgraded extends HttpStream.Wrapper {
    Upgraded(HttpStream wrapped) {
      super(wrapped);
    }

    @Override
    public void send(
        MetaData.Request request,
        MetaData.@Nullable Response response,
        boolean last,
        @Nullable ByteBuffer content,
        Callback sent) {
      var said =
          response == null
              ? null
              : new MetaData.Response(
                  response.getStatus(),
                  "UPGRADED",
                  response.getHttpVersion(),
                  response.getHttpFields(),
                  response.getContentLength(),
                  response.getTrailersSupplier());
      super.send(request, said, last, content, sent);
    }
  }

  private EndPoint endPoint() {
    return request.getConnectionMetaData().getConnection().getEndPoint();
  }
}
