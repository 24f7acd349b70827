package vch.api.docker.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import vch.api.docker.Call;

/// GET and HEAD /_ping
final class Ping {
  private static final String TEXT = "text/plain; charset=utf-8";

  private Ping() {}

  static void run(Call call) throws IOException {
    var exchange = call.exchange();
    exchange.setHeader("Cache-Control", "no-cache, no-store, must-revalidate");
    exchange.setHeader("Pragma", "no-cache");
    exchange.setHeader(
        "Builder-Version", "1"); // 2 would make clients build through /session, which is not here
    exchange.setHeader("Swarm", "inactive");
    exchange.respond(
        200,
        TEXT,
        exchange.method().equals("HEAD") ? new byte[0] : "OK".getBytes(StandardCharsets.US_ASCII));
  }
}
