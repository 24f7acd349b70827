package vch.api.docker.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.http.Duplex;
import vch.engine.compute.LogQuery;
import vch.portlayer.container.Container;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;

/// `POST /containers/{id}/attach`. A client that attaches before the start sees everything from the
/// first byte on.
final class AttachRoute {
  private static final String ERROR_TYPE = "application/vnd.docker.raw-stream";

  private final DockerHost host;

  AttachRoute(DockerHost host) {
    this.host = host;
  }

  /// `GET /containers/{id}/attach/ws`: the same by web socket, whose messages carry the streams as
  /// they are.
  void websocket(Call call) throws IOException {
    var keys = DetachKeys.parse(call.query().text("detachKeys"), "detach");
    var container = Containers.of(host, call);
    requireAttachable(container, call.variable("id"));
    attach(call, container, keys, call.exchange()::websocket, true);
  }

  void run(Call call) throws IOException {
    Container container;
    DetachKeys keys;
    try {
      keys = DetachKeys.parse(call.query().text("detachKeys"), "detach");
      container = Containers.of(host, call);
      requireAttachable(container, call.variable("id"));
    } catch (Refusal.NotFound e) {
      error(call, 404, e);
      return;
    } catch (Refusal.Conflict e) {
      error(call, 409, e);
      return;
    } catch (Refusal.Invalid e) {
      error(call, 400, e);
      return;
    }
    var tty = container.spec().tty();
    attach(call, container, keys, () -> call.exchange().hijack(Framing.hijackType(call, tty)), tty);
  }

  /// Clients read these as text behind the status line, as they would read the stream.
  private static void error(Call call, int status, Refusal refusal) throws IOException {
    call.exchange()
        .respond(
            status, ERROR_TYPE, (refusal.getMessage() + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void requireAttachable(Container container, String term) {
    if (container.state().phase() == Phase.PAUSED) {
      throw new Refusal.Conflict(
          "container " + term + " is paused, unpause the container before attach");
    }
    if (container.state().phase() == Phase.RESTARTING) {
      throw new Refusal.Conflict(
          "container " + term + " is restarting, wait until the container is running");
    }
  }

  private interface Opening {
    Duplex open() throws IOException;
  }

  /// @param raw standard output and standard error are not told apart
  private void attach(Call call, Container container, DetachKeys keys, Opening opening, boolean raw)
      throws IOException {
    var query = call.query();
    var spec = container.spec();
    boolean stream = query.flag("stream");
    var wish =
        new Pump.Wish(
            query.flag("stdin") && spec.stdinOpen(),
            query.flag("stdout"),
            query.flag("stderr"),
            spec.stdinOnce() && !spec.tty(),
            spec.tty() ? Optional.of(keys) : Optional.empty());
    // Before the answer: the client starts the container when it has it.
    var stdio = host.processes().attach(container.id());
    boolean detached = false;
    try (var duplex = opening.open()) {
      Containers.publish(host, container, "attach", Map.of());
      var framing = new Framing(duplex.output(), raw);
      if (query.flag("logs")) {
        past(container, wish, framing);
      }
      if (stream) {
        detached = new Pump(duplex, stdio, wish).run(framing);
      }
      duplex.shutdownOutput();
    } finally {
      stdio.close();
    }
    if (detached) {
      Containers.publish(host, container, "detach", Map.of());
    }
  }

  private void past(Container container, Pump.Wish wish, Framing framing) throws IOException {
    var all =
        new LogQuery(false, wish.stdout(), wish.stderr(), Optional.empty(), Optional.empty(), -1);
    try (var logs = host.processes().logs(container, all)) {
      for (var line = logs.next(); line.stream() != 0; line = logs.next()) {
        framing.write(line.stream(), line.text());
      }
    }
  }
}
