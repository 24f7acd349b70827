package vch.api.docker.container;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Filters;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.docker.Pruning;
import vch.api.docker.Timestamps;
import vch.api.http.Route;
import vch.engine.Lifecycle.Condition;
import vch.engine.Lifecycle.Exit;
import vch.engine.lifecycle.Signals;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// Routes that lead containers through their lives.
final class LifeRoutes {
  /// What an empty JSON object or less takes; more is a body, which start has not taken since API
  /// 1.24.
  private static final long START_BODY_BYTES_MAX = 7;

  private final DockerHost host;
  private final Pruning pruning = new Pruning();

  LifeRoutes(DockerHost host) {
    this.host = host;
  }

  List<Route<Operation>> routes() {
    return List.of(
        new Route<>("POST", "/containers/prune", "removes containers that do not run", this::prune),
        new Route<>("POST", "/containers/{id}/start", "starts a container", this::start),
        new Route<>("POST", "/containers/{id}/stop", "stops a container", this::stop),
        new Route<>("POST", "/containers/{id}/restart", "restarts a container", this::restart),
        new Route<>("POST", "/containers/{id}/kill", "sends a signal", this::kill),
        new Route<>("POST", "/containers/{id}/pause", "freezes a container", this::pause),
        new Route<>("POST", "/containers/{id}/unpause", "thaws a container", this::unpause),
        new Route<>("POST", "/containers/{id}/rename", "renames a container", this::rename),
        new Route<>(
            "POST", "/containers/{id}/wait", "waits for the end of a container", this::await),
        new Route<>("POST", "/containers/{id}/resize", "resizes the terminal", this::resize),
        new Route<>("DELETE", "/containers/{id:.*}", "removes a container", this::remove));
  }

  private void start(Call call) throws IOException {
    long length = call.exchange().bodyLength();
    if (length > START_BODY_BYTES_MAX || length < 0) {
      throw new Refusal.Invalid(
          "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24");
    }
    if (!call.query().text("checkpoint").isEmpty()) {
      throw new Refusal.Unsupported("checkpoints are not offered: start the container without one");
    }
    var container = Containers.of(host, call);
    boolean started = host.lifecycle().start(container.id());
    if (started) {
      consoleSize(container);
    }
    call.reply(started ? 204 : 304);
  }

  /// The size that the client's terminal had at create; clients say it again when they attach.
  private void consoleSize(Container container) {
    var size = Document.of(container).hostConfig().path("ConsoleSize");
    int rows = size.path(0).asInt(0);
    int columns = size.path(1).asInt(0);
    if (container.spec().tty() && rows > 0 && columns > 0) {
      try {
        host.processes().resize(container.id(), rows, columns);
      } catch (
          RuntimeException
              e) { // it has started, perhaps ended already: that is what the client is to hear
        System.getLogger("vch.api.docker")
            .log(System.Logger.Level.DEBUG, "the terminal of a container has no size yet", e);
      }
    }
  }

  private static Optional<Integer> seconds(Call call) {
    return call.query().number("t");
  }

  private static String signal(Call call) {
    return call.since(42) ? call.query().text("signal") : "";
  }

  private void stop(Call call) throws IOException {
    var seconds = seconds(call);
    var container = Containers.of(host, call);
    call.reply(host.lifecycle().stop(container.id(), seconds, signal(call)) ? 204 : 304);
  }

  private void restart(Call call) throws IOException {
    var seconds = seconds(call);
    host.lifecycle().restart(Containers.of(host, call).id(), seconds, signal(call));
    call.reply(204);
  }

  private void kill(Call call) throws IOException {
    var heading = "cannot kill container: " + call.variable("id") + ": ";
    var signal = call.query().text("signal");
    Container container;
    try {
      if (!signal.isEmpty()) {
        Signals.parse(signal);
      }
      container = Containers.of(host, call);
    } catch (Refusal.Invalid e) {
      throw new Refusal.Invalid(heading + e.getMessage());
    } catch (Refusal.NotFound e) {
      throw new Refusal.NotFound(heading + e.getMessage());
    }
    host.lifecycle().kill(container.id(), signal);
    call.reply(204);
  }

  private void pause(Call call) throws IOException {
    host.lifecycle().pause(Containers.of(host, call).id());
    call.reply(204);
  }

  private void unpause(Call call) throws IOException {
    host.lifecycle().unpause(Containers.of(host, call).id());
    call.reply(204);
  }

  private void rename(Call call) throws IOException {
    host.lifecycle().rename(Containers.of(host, call).id(), call.query().text("name"));
    call.reply(204);
  }

  private void remove(Call call) throws IOException {
    if (call.query().flag("link")) {
      host.lifecycle().unlink(host.vch(), call.variable("id"));
      call.reply(204);
      return;
    }
    var container = Containers.of(host, call);
    host.lifecycle().remove(container.id(), call.query().flag("force"), call.query().flag("v"));
    call.reply(204);
  }

  private void resize(Call call) throws IOException {
    int rows = size(call, "height", "h");
    int columns = size(call, "width", "w");
    var container = Containers.of(host, call);
    Containers.requireRunning(container);
    host.processes().resize(container.id(), rows, columns);
    Containers.publish(
        host,
        container,
        "resize",
        Map.of("height", Integer.toString(rows), "width", Integer.toString(columns)));
    call.reply(200);
  }

  /// A size of a terminal in characters, 0 to 65535.
  static int size(Call call, String word, String key) {
    var text = call.query().text(key);
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
      var why = text.matches("-?[0-9]+") ? "value out of range" : "invalid syntax";
      throw new Refusal.Invalid("invalid resize " + word + " \"" + text + "\": " + why);
    }
    return Integer.parseInt(text);
  }

  private void await(Call call) throws IOException {
    var container = Containers.of(host, call);
    var word = call.since(30) ? call.query().text("condition") : "";
    var condition =
        switch (word) {
          case "", "not-running" -> Condition.NOT_RUNNING;
          case "next-exit" -> Condition.NEXT_EXIT;
          case "removed" -> Condition.REMOVED;
          default -> {
            if (call.since(42)) {
              throw new Refusal.Invalid("invalid condition: \"" + word + "\"");
            }
            yield Condition.NOT_RUNNING;
          }
        };
    var end = host.lifecycle().await(container.id(), condition);
    if (!call.since(30)) {
      call.reply(200, json(exit(end)));
      return;
    }
    // The headers say that the wait is registered: clients start the container only then.
    try (var out = call.exchange().stream(200, Call.JSON, () -> end.cancel(false))) {
      out.write(Json.bytes(json(exit(end))));
      out.write('\n');
    } catch (CancellationException _) {
      return; // the client has left
    }
  }

  private static Exit exit(CompletableFuture<Exit> end) {
    try {
      return end.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Exit(-1, "the wait was interrupted");
    } catch (ExecutionException e) {
      return new Exit(-1, String.valueOf(e.getCause()));
    }
  }

  private static ObjectNode json(Exit exit) {
    var out = Json.object().put("StatusCode", exit.code());
    if (!exit.error().isEmpty()) {
      out.putObject("Error").put("Message", exit.error());
    }
    return out;
  }

  private void prune(Call call) throws IOException {
    var filters =
        Filters.parse(call.query().text("filters"), java.util.Set.of("label", "label!", "until"));
    if (filters.get("until").size() > 1) {
      throw new Refusal.Invalid("more than one until filter specified");
    }
    var now = host.clock().instant();
    var until = filters.get("until").stream().map(t -> Timestamps.any("until", t, now)).toList();
    call.reply(
        200,
        pruning.alone(
            () -> {
              var pruned =
                  host.lifecycle()
                      .prune(
                          host.vch(),
                          c ->
                              filters.labels("label", c.labels())
                                  && filters.withoutLabels("label!", c.labels())
                                  && until.stream().allMatch(u -> c.created().isBefore(u)));
              var out = Json.object();
              NetworksView.texts(
                  out,
                  "ContainersDeleted",
                  pruned.containers().stream().map(c -> c.value()).toList());
              return out.put("SpaceReclaimed", pruned.bytes());
            }));
  }
}
