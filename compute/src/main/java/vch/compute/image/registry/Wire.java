package vch.compute.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// HTTP/1.1 over connections that a [Dialer] opens (docs/decisions/0012). Follows no redirect,
/// keeps no cookie, unpacks no content and answers no challenge: all of that is the session's.
/// Thread safe.
final class Wire implements AutoCloseable {
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  /// Until the headers of an answer are here, where nothing is sent.
  static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /// Without a byte in either direction while content is sent or waits to be taken.
  private static final Duration UPLOAD_IDLE_TIMEOUT = Duration.ofMinutes(5);

  /// A whole upload of one layer.
  private static final Duration UPLOAD_TIMEOUT = Duration.ofHours(12);

  private static final int BUFFER_BYTES = 32 * 1024;
  private static final int THREADS_MAX = 32;
  private static final System.Logger LOG = System.getLogger(Wire.class.getName());
  private static final String USER_AGENT = "portlayer/0.1 (containers; linux)";

  private final HttpClient client;
  private final Transport transport;

  private Wire(HttpClient client, Transport transport) {
    this.client = client;
    this.transport = transport;
  }

  static Wire open(SSLContext tls, Dialer dialer) {
    return open(tls, dialer, new Proxies(System.getenv()));
  }

  static Wire open(SSLContext tls, Dialer dialer, Proxies proxies) {
    var threads = new QueuedThreadPool(THREADS_MAX, 1);
    threads.setName("registry");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    var ssl = new SslContextFactory.Client();
    ssl.setSslContext(tls);
    var connector = new ClientConnector();
    connector.setSelectors(1);
    connector.setSslContextFactory(ssl);
    var client = new HttpClient(new HttpClientTransportOverHTTP(connector));
    client.setExecutor(threads);
    client.setConnectTimeout(CONNECT_TIMEOUT.toMillis());
    client.setIdleTimeout(ANSWER_TIMEOUT.toMillis());
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(null);
    client.setSocketAddressResolver(
        (host, port, _, promise) -> resolve(dialer, host, port, promise));
    var transport = new Inside(dialer);
    proxies.proxies(transport).forEach(client.getProxyConfiguration()::addProxy);
    proxies.authentications().forEach(client.getAuthenticationStore()::addAuthenticationResult);
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException("an HTTP client needs nothing that could be missing", e);
    }
    client.getProtocolHandlers().clear();
    client.getContentDecoderFactories().clear();
    return new Wire(client, transport);
  }

  private static void resolve(
      Dialer dialer, String host, int port, Promise<List<InetSocketAddress>> promise) {
    try {
      var bare = Insecure.host(host);
      var all = dialer.addresses(bare).stream().map(a -> new InetSocketAddress(a, port)).toList();
      if (all.isEmpty()) {
        throw new UnknownHostException(host);
      }
      promise.succeeded(all);
    } catch (IOException | RuntimeException e) {
      promise.failed(e);
    }
  }

  /// What is sent along.
  ///
  /// @param bytes of the stream
  record Content(String type, long bytes, InputStream stream) {}

  /// An answer of any status. Closing it ends the transfer.
  record Answer(int status, HttpFields headers, InputStream body) implements AutoCloseable {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }

    byte[] body(int max) throws IOException {
      return body.readNBytes(max);
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  Answer send(String method, URI uri, Map<String, String> headers) throws IOException {
    return send(method, uri, headers, Optional.empty());
  }

  Answer form(URI uri, String body) throws IOException {
    var request = client.newRequest(uri).method("POST").transport(transport);
    request.headers(h -> h.put(HttpHeader.USER_AGENT, USER_AGENT));
    request.body(new StringRequestContent("application/x-www-form-urlencoded", body));
    return send(request, ANSWER_TIMEOUT);
  }

  Answer send(String method, URI uri, Map<String, String> headers, Optional<Content> content)
      throws IOException {
    var request = client.newRequest(uri).method(method).transport(transport);
    request.headers(
        h -> {
          h.put(HttpHeader.USER_AGENT, USER_AGENT);
          headers.forEach(h::put);
        });
    if (content.isEmpty()) {
      return send(request, ANSWER_TIMEOUT);
    }
    var it = content.get();
    request
        .headers(h -> h.put(HttpHeader.CONTENT_LENGTH, it.bytes()))
        .idleTimeout(UPLOAD_IDLE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .body(
            new InputStreamRequestContent(
                it.type(),
                it.stream(),
                new ByteBufferPool.Sized(client.getByteBufferPool(), false, BUFFER_BYTES)));
    return send(request, UPLOAD_TIMEOUT);
  }

  private static Answer send(org.eclipse.jetty.client.Request request, Duration timeout)
      throws IOException {
    var listener = new InputStreamResponseListener();
    request.send(listener);
    try {
      var response = listener.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(response.getStatus(), response.getHeaders(), listener.getInputStream());
    } catch (InterruptedException e) {
      var _ = request.abort(e);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + request.getURI());
    } catch (TimeoutException e) {
      var _ = request.abort(e);
      throw new Silent(request.getURI() + " does not answer", e);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private static IOException failure(ExecutionException e) {
    return switch (e.getCause()) {
      case InterruptedIOException cause -> new IOException(cause.getMessage(), cause);
      case IOException cause -> cause;
      case TimeoutException cause -> new Silent(String.valueOf(cause.getMessage()), cause);
      case null -> new IOException(e);
      case Throwable cause -> new IOException(String.valueOf(cause.getMessage()), cause);
    };
  }

  /// Nothing came in time.
  static final class Silent extends IOException {
    private static final long serialVersionUID = 1L;

    Silent(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// Breaks all transfers off.
  @Override
  public void close() {
    try {
      client.stop();
    } catch (Exception e) {
      LOG.log(System.Logger.Level.WARNING, "a registry's connections do not close cleanly", e);
    }
  }

  /// TCP with sockets of a dialer.
  private static final class Inside extends Transport.IP {
    private final Dialer dialer;

    Inside(Dialer dialer) {
      this.dialer = dialer;
    }

    @Override
    public void connect(SocketAddress address, Map<String, Object> context) {
      context.put(CONTEXT_KEY, new To(dialer, ((InetSocketAddress) address).getAddress()));
      super.connect(address, context);
    }

    @Override
    public int hashCode() {
      return dialer.hashCode();
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
      return other instanceof Inside inside && inside.dialer.equals(dialer);
    }
  }

  /// One connection of [Inside].
  private static final class To extends Transport.TCPIP {
    private final Dialer dialer;
    private final InetAddress target;

    To(Dialer dialer, InetAddress target) {
      this.dialer = dialer;
      this.target = target;
    }

    @Override
    public SelectableChannel newSelectableChannel() throws IOException {
      return dialer.open(target);
    }

    @Override
    public int hashCode() {
      return Objects.hash(dialer, target);
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
      return other instanceof To to && to.dialer.equals(dialer) && to.target.equals(target);
    }
  }
}
