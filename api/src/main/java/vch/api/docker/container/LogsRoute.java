package vch.api.docker.container;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Timestamps;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;
import vch.portlayer.container.Container;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;

/// `GET /containers/{id}/logs`.
final class LogsRoute {
  /// RFC 3339 with nine digits, so that lines align.
  private static final DateTimeFormatter AT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final DockerHost host;

  LogsRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    var query = query(call);
    var container = Containers.of(host, call);
    if (container.state().phase() == Phase.REMOVING) {
      throw new Refusal.Conflict(
          "can not get logs from container which is dead or marked for removal");
    }
    if ("none".equals(container.spec().logOptions().get("driver"))) {
      throw new Refusal.Unsupported("configured logging driver does not support reading");
    }
    boolean raw = container.spec().tty();
    try (var logs = host.processes().logs(container, query)) {
      try (var out = call.exchange().stream(200, Framing.type(call, raw), logs::close)) {
        write(call, container, logs, new Framing(out, raw));
      } catch (UncheckedIOException | IOException e) {
        leave(e);
      }
    }
  }

  /// The client has left: nobody is to be told.
  private static void leave(Exception e) {
    System.getLogger("vch.api.docker").log(System.Logger.Level.DEBUG, "a client left its logs", e);
  }

  private static LogQuery query(Call call) {
    var query = call.query();
    if (!query.flag("stdout") && !query.flag("stderr")) {
      throw new Refusal.Invalid("Bad parameters: you must choose at least one stream");
    }
    var tail = query.text("tail");
    return new LogQuery(
        query.flag("follow"),
        query.flag("stdout"),
        query.flag("stderr"),
        Timestamps.unix("since", query.text("since")),
        call.since(35) ? Timestamps.unix("until", query.text("until")) : Optional.empty(),
        tail.matches("[0-9]{1,9}") ? Integer.parseInt(tail) : -1);
  }

  private static void write(Call call, Container container, Logs logs, Framing framing)
      throws IOException {
    boolean timestamps = call.query().flag("timestamps");
    boolean details = call.query().flag("details");
    var attributes = details ? LogAttributes.text(container) : "";
    for (var line = logs.next(); line.stream() != 0; line = logs.next()) {
      framing.write(line.stream(), text(line, timestamps, details, attributes));
    }
  }

  private static byte[] text(
      Logs.Line line, boolean timestamps, boolean details, String attributes) {
    if (!timestamps && !details) {
      return line.text();
    }
    var out = new ByteArrayOutputStream();
    if (timestamps) {
      out.writeBytes((at(line.at()) + " ").getBytes(StandardCharsets.US_ASCII));
    }
    if (details) {
      out.writeBytes((attributes + " ").getBytes(StandardCharsets.UTF_8));
    }
    out.writeBytes(line.text());
    return out.toByteArray();
  }

  static String at(Instant at) {
    return AT.format(at);
  }
}
