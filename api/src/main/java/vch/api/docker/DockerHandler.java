package vch.api.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.api.http.Exchange;
import vch.api.http.HttpHandler;
import vch.api.http.HttpProblem;
import vch.api.http.Route;
import vch.api.http.Router;
import vch.portlayer.refusal.Refusal;

/// Serves a route table as Docker does: with and without a version in the path, with its headers on
/// every answer, and with refusals as `{"message": …}`.
public final class DockerHandler implements HttpHandler {
  /// What the JDK tells of ENOSPC: the words of strerror(3).
  private static final String DISK_FULL = "No space left on device";

  private static final System.Logger LOG = System.getLogger("vch.api.docker");
  private static final int UNWANTED_BODY_BYTES_MAX = 64 << 10;
  private static final Pattern VERSIONED = Pattern.compile("/v([0-9.]+)(/.*)", Pattern.DOTALL);

  private final Router<Operation> router;
  private final String server;

  /// @param version of the engine, for the `Server` header
  public DockerHandler(String version, List<Route<Operation>> routes) {
    router = new Router<>(routes);
    server = "Docker/" + version + " (linux)";
  }

  /// The table, for the reference.
  public List<Route<Operation>> routes() {
    return router.routes();
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    exchange.setHeader("Api-Version", ApiVersion.MAX.toString());
    exchange.setHeader("Docker-Experimental", "false");
    exchange.setHeader("Ostype", "linux");
    exchange.setHeader("Server", server);
    var versioned = VERSIONED.matcher(exchange.path());
    boolean given = versioned.matches();
    var version = given ? ApiVersion.parse(versioned.group(1)) : ApiVersion.MAX;
    var path = given ? versioned.group(2) : exchange.path();
    var match = router.find(exchange.method(), path);
    boolean old = version.compareTo(ApiVersion.MIN) < 0; // clients as old as that read plain text
    if (match.isEmpty()) {
      if (old) {
        plain(exchange, 404, "page not found");
      } else {
        error(exchange, 404, "page not found");
      }
      return;
    }
    if (old) {
      plain(
          exchange,
          400,
          "client version "
              + versioned.group(1)
              + " is too old. Minimum supported API version is "
              + ApiVersion.MIN
              + ", please upgrade your client to a newer version");
      return;
    }
    if (version.compareTo(ApiVersion.MAX) > 0) {
      error(
          exchange,
          400,
          "client version "
              + versioned.group(1)
              + " is too new. Maximum supported API version is "
              + ApiVersion.MAX);
      return;
    }
    run(match.get().route().action(), new Call(exchange, version, match.get().variables()));
  }

  private static void run(Operation operation, Call call) throws Exception {
    var exchange = call.exchange();
    try {
      operation.run(call);
    } catch (Refusal refusal) {
      if (exchange.answered()) {
        throw refusal;
      }
      error(exchange, DockerStatus.of(refusal), text(refusal));
    } catch (HttpProblem problem) {
      if (exchange.answered()) {
        throw problem;
      }
      error(exchange, problem.status(), text(problem));
    } catch (IOException | RuntimeException e) {
      if (exchange.answered()) {
        throw e;
      }
      var what = "cannot serve " + exchange.method() + " " + exchange.path();
      if (text(e).contains(DISK_FULL)) { // that is not ours to mend
        var why = text(e).replace(DISK_FULL, "no space left on device");
        LOG.log(System.Logger.Level.WARNING, what + ": " + why);
        error(exchange, 500, why);
        return;
      }
      LOG.log(System.Logger.Level.ERROR, what, e);
      error(exchange, 500, what + ": " + text(e));
    }
  }

  private static String text(Exception e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }

  private static void plain(Exchange exchange, int status, String message) throws IOException {
    exchange.respond(
        status, "text/plain; charset=utf-8", (message + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Reads a small body that nobody wanted: a client that is cut off while it still writes never
  /// reads the answer.
  private static void drop(Exchange exchange) {
    if (exchange.bodyLength() > 0 && exchange.bodyLength() <= UNWANTED_BODY_BYTES_MAX) {
      try {
        exchange.body(UNWANTED_BODY_BYTES_MAX);
      } catch (IOException | HttpProblem e) {
        LOG.log(System.Logger.Level.DEBUG, "a body that is not wanted does not come", e);
      }
    }
  }

  /// Answers `{"message": …}`.
  static void error(Exchange exchange, int status, String message) throws IOException {
    drop(exchange);
    var body = Json.text(Json.object().put("message", message)) + "\n";
    exchange.respond(status, Call.JSON, body.getBytes(StandardCharsets.UTF_8));
  }
}
