package vch.api.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCompliance.Violation;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The HTTP server of a daemon: any number of listeners, each with its own handler, opened and
/// closed at any time.
///
/// Jetty's own threads are platform threads, one for each listener and few more: a selector that
/// waits on a virtual thread would hold a carrier, and a hundred listeners would use them up. Each
/// request runs on a virtual thread.
public final class HttpServer implements AutoCloseable {
  /// The longest silence of a client within a request.
  public static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

  /// The longest time for request line and headers.
  public static final Duration HEAD_TIMEOUT = Duration.ofSeconds(30);

  /// The longest silence between two requests.
  public static final Duration REST_TIMEOUT = Duration.ofHours(1);

  /// The longest time for a body that is read as a whole.
  public static final Duration BODY_TIMEOUT = Duration.ofSeconds(60);

  /// Request line and headers together, bytes. More is refused with 431 (414 for the line).
  public static final int HEAD_BYTES_MAX = 32 * 1024;

  /// The path of a Unix socket, bytes: `sun_path` of unix(7) without its ending zero.
  public static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final int OUTPUT_BUFFER_BYTES = 16 * 1024;
  private static final int THREADS_MAX = 1024;
  private static final int ACCEPT_QUEUE = 1024;
  private static final UriCompliance ANY_PATH =
      UriCompliance.UNSAFE; // we decode and match paths by ourselves

  private final Server server;
  private final Dispatch dispatch = new Dispatch();
  private final Duration idle;

  public HttpServer() {
    this(IDLE_TIMEOUT);
  }

  /// With another time in place of [#IDLE_TIMEOUT].
  public HttpServer(Duration idle) {
    this.idle = idle;
    var threads = new QueuedThreadPool(THREADS_MAX, 0);
    threads.setName("http");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    server = new Server(threads, null, new UnpooledBuffers());
    server.setHandler(dispatch);
    server.setErrorHandler(new PlainErrors());
    server.setStopTimeout(0);
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP server does not start: " + e.getMessage(), e);
    }
  }

  /// Listens on a Unix socket that owner and group may use (mode 0660). A file left behind by a
  /// daemon that is gone is replaced.
  ///
  /// @throws IOException when somebody listens there already, or the path cannot be bound; the
  ///   message says which
  public Listener listen(Path socket, HttpHandler handler) throws IOException {
    removeStale(socket);
    // Bound under another name first: under its own name nobody may see it before it has its mode.
    var fresh = socket.resolveSibling(socket.getFileName() + "~");
    if (fresh.toString().getBytes(StandardCharsets.UTF_8).length > SOCKET_PATH_BYTES_MAX) {
      throw new IOException(
          "cannot listen on "
              + socket
              + ": the path of a Unix socket has at most "
              + (SOCKET_PATH_BYTES_MAX - 1)
              + " bytes; choose a shorter --run-dir");
    }
    Files.deleteIfExists(fresh);
    var connector = new UnixConnector(server, idle, http());
    connector.setUnixDomainPath(fresh);
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    try {
      start(connector, handler);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-rw----"));
      Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      stop(connector);
      throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
    }
    return () -> {
      stop(connector);
      try {
        Files.deleteIfExists(socket);
      } catch (IOException e) {
        System.getLogger("vch.api.http")
            .log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", socket, e.getMessage());
      }
    };
  }

  private static void removeStale(Path socket) throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var mode = (Integer) Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & 0170000) != 0140000) { // S_IFMT, S_IFSOCK of inode(7)
      throw new IOException(
          "cannot listen on " + socket + ": a file of that name is there, and it is no socket");
    }
    boolean answers;
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      answers = probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException _) { // refused: nobody listens
      answers = false;
    }
    if (answers) {
      throw new IOException("cannot listen on " + socket + ": another process listens there");
    }
    Files.delete(socket);
  }

  /// Listens on a channel that is bound already, perhaps inside another network namespace. Takes it
  /// over: closing the listener closes it.
  public Listener listen(ServerSocketChannel bound, Optional<Tls> tls, HttpHandler handler)
      throws IOException {
    ServerConnector connector;
    if (tls.isPresent()) {
      var ssl = new SslContextFactory.Server();
      ssl.setSslContext(tls.get().context());
      ssl.setNeedClientAuth(tls.get().clientCertificate());
      ssl.setIncludeProtocols("TLSv1.2", "TLSv1.3");
      var first = new SslConnectionFactory(ssl, "http/1.1");
      // Else Jetty compares host names: clients call a VCH by its address, or by a name that its
      // certificate lacks.
      first.setEnsureSecureRequestCustomizer(false);
      connector = new TcpConnector(server, idle, first, http());
    } else {
      connector = new TcpConnector(server, idle, http());
    }
    try {
      connector.open(bound);
      start(connector, handler);
    } catch (IOException e) {
      stop(connector);
      bound.close();
      throw new IOException("cannot listen on " + bound + ": " + e.getMessage(), e);
    }
    return () -> stop(connector);
  }

  private HttpConnectionFactory http() {
    var config = new HttpConfiguration();
    config.setSendServerVersion(false);
    config.setRequestHeaderSize(HEAD_BYTES_MAX);
    config.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
    config.setOutputAggregationSize(0);
    config.setUseInputDirectByteBuffers(false); // cheap to make, for each request
    config.setUseOutputDirectByteBuffers(false);
    config.addCustomizer(new ReadableHead());
    config.setUriCompliance(ANY_PATH);
    // Docker's own clients name the socket's path as the host.
    config.setHttpCompliance(
        HttpCompliance.RFC7230.with(
            "docker", Violation.UNSAFE_HOST_HEADER, Violation.MISMATCHED_AUTHORITY));
    return new HttpConnectionFactory(config);
  }

  private void start(AbstractConnector connector, HttpHandler handler) throws IOException {
    dispatch.put(connector, handler);
    server.addConnector(connector);
    try {
      connector.start();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void stop(AbstractConnector connector) {
    try {
      connector.stop();
    } catch (Exception e) {
      System.getLogger("vch.api.http")
          .log(System.Logger.Level.WARNING, "a listener does not stop cleanly", e);
    } finally {
      server.removeConnector(connector);
      dispatch.remove(connector);
    }
  }

  /// Closes all listeners and cuts all connections.
  @Override
  public void close() {
    for (var connector : server.getConnectors()) {
      stop((AbstractConnector) connector);
    }
    try {
      server.stop();
    } catch (Exception e) {
      System.getLogger("vch.api.http")
          .log(System.Logger.Level.WARNING, "the HTTP server does not stop cleanly", e);
    }
  }

  /// An open listener.
  @FunctionalInterface
  public interface Listener extends AutoCloseable {
    /// Closes it and cuts its connections.
    @Override
    void close();
  }
}
