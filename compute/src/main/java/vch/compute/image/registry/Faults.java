package vch.compute.image.registry;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import vch.compute.image.Json;

/// Failures of the network and answers of registries, in the words that Docker users know.
final class Faults {
  private Faults() {}

  /// `Get "https://host/v2/": dial tcp host: connect: connection refused`.
  ///
  /// @param verb as [#verb(String)]
  static RegistryException unreachable(String verb, URI uri, IOException e) {
    return new RegistryException("", verb + " \"" + uri + "\": " + reason(uri, e));
  }

  /// `Get` for GET, as Go writes methods in errors.
  static String verb(String method) {
    return method.charAt(0) + method.substring(1).toLowerCase(java.util.Locale.ROOT);
  }

  private static String reason(URI uri, IOException e) {
    var dial = "dial tcp " + uri.getHost() + ":" + port(uri);
    if (caused(e, UnresolvedAddressException.class) || caused(e, UnknownHostException.class)) {
      return "dial tcp: lookup " + uri.getHost() + ": no such host";
    }
    if (e instanceof SocketTimeoutException) {
      return dial + ": i/o timeout";
    }
    if (e instanceof Wire.Silent) {
      return "net/http: request canceled (Client.Timeout exceeded while awaiting headers)";
    }
    var said = Optional.ofNullable(e.getMessage()).orElse("");
    if (e instanceof ConnectException) {
      boolean refused = said.isEmpty() || said.contains("refused");
      return dial + ": connect: " + (refused ? "connection refused" : lower(said));
    }
    if (e instanceof SSLException) {
      return tls(e, uri);
    }
    if (caused(e, EOFException.class)
        || said.contains("EOF")
        || said.contains("header parser received no bytes")) {
      return "EOF";
    }
    return said.isEmpty() ? e.getClass().getSimpleName() : lower(said);
  }

  private static String tls(IOException e, URI uri) {
    var all = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      all.append(t.getMessage()).append('\n');
    }
    var text = all.toString();
    if (text.contains("nrecognized SSL message") || text.contains("not an SSL/TLS record")) {
      return "http: server gave HTTP response to HTTPS client";
    }
    if (text.contains("unable to find valid certification path") || text.contains("trustAnchors")) {
      return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    }
    if (text.contains("No subject alternative") || text.contains("No name matching")) {
      return "tls: failed to verify certificate: x509: certificate is not valid for "
          + uri.getHost();
    }
    if (text.contains("NotAfter") || text.contains("expired")) {
      return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
    }
    return "tls: " + Optional.ofNullable(e.getMessage()).orElse("handshake failed");
  }

  /// Whether the other side spoke, but no TLS.
  static boolean noTls(IOException e) {
    return e instanceof SSLException && !caused(e, java.security.cert.CertificateException.class);
  }

  /// An error that a registry answered: body of OCI distribution specification 1.1, "Error Codes".
  static RegistryException answered(String verb, int status, byte[] body, URI uri) {
    try {
      var errors = Json.elements(Json.object(body, "the answer"), "errors");
      if (!errors.isEmpty()) {
        var code = Json.textOrEmpty(errors.getFirst(), "code");
        var message = Json.textOrEmpty(errors.getFirst(), "message");
        var words = code.toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        return new RegistryException(
            code, message.isEmpty() ? words : words + ": " + clip(message));
      }
    } catch (Json.NotJson _) {
      // a proxy or a web server answered; the status is all there is
    }
    return switch (status) {
      case 401 -> new RegistryException("UNAUTHORIZED", "unauthorized: authentication required");
      case 403 ->
          new RegistryException("DENIED", "denied: requested access to the resource is denied");
      case 404 ->
          new RegistryException(
              "NOT_FOUND",
              verb + " \"" + uri + "\": received unexpected HTTP status: 404 Not Found");
      case 429 ->
          new RegistryException(
              "TOOMANYREQUESTS", "toomanyrequests: the registry asks to come back later");
      default ->
          new RegistryException(
              "", verb + " \"" + uri + "\": received unexpected HTTP status: " + status);
    };
  }

  private static String clip(String text) {
    return text.length() > 300 ? text.substring(0, 300) : text;
  }

  private static String lower(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + text.substring(1);
  }

  private static boolean caused(Throwable e, Class<? extends Throwable> kind) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (kind.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }
}
