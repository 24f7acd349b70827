package vch.compute.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import vch.engine.compute.Images;
import vch.portlayer.refusal.Refusal;

/// Fetches one file by HTTP, for `docker import URL` and ADD of a URL.
final class Fetch {
  private static final int REDIRECTS_MAX = 10;

  private Fetch() {}

  static Images.Fetched open(URI from, Trust trust, Dialer dialer) throws IOException {
    check(from);
    var wire = Wire.open(trust.verified(String.valueOf(from.getAuthority())), dialer);
    try {
      var at = from;
      for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
        var answer = send(wire, at);
        var location = answer.header("Location");
        if (answer.status() / 100 == 3 && location.isPresent()) {
          answer.close();
          at = at.resolve(location.get());
          check(at);
          continue;
        }
        if (answer.status() != 200) {
          throw new Refusal.Failed(
              "failed to download file from " + at + ": unexpected HTTP status " + answer.status());
        }
        return new Images.Fetched(
            stream(wire, answer.body()), answer.header("Last-Modified").flatMap(Fetch::time));
      }
      throw new Refusal.Failed(
          "Get \"" + from + "\": stopped after " + REDIRECTS_MAX + " redirects");
    } catch (IOException | RuntimeException e) {
      wire.close();
      throw e;
    }
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static void check(URI uri) {
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw new Refusal.Invalid("\"" + uri + "\" is no http or https address");
    }
  }

  private static Wire.Answer send(Wire wire, URI at) throws IOException {
    try {
      return wire.send("GET", at, Map.of());
    } catch (java.io.InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new Refusal.Failed(String.valueOf(Faults.unreachable("Get", at, e).getMessage()));
    }
  }

  private static InputStream stream(Wire wire, InputStream body) {
    return new FilterInputStream(body) {
      @Override
      public void close() throws IOException {
        try {
          super.close();
        } finally {
          wire.close();
        }
      }
    };
  }
}
