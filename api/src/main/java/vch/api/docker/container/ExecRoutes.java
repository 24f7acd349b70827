package vch.api.docker.container;

import java.io.IOException;
import java.lang.System.Logger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.http.Duplex;
import vch.api.http.Route;
import vch.engine.compute.Processes;
import vch.engine.compute.Processes.ExecSpec;
import vch.engine.lifecycle.LinkEnvironment;
import vch.portlayer.container.Container;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ExternalRules;

/// Additional processes in running containers.
final class ExecRoutes {
  private static final Logger LOG = System.getLogger("vch.api.docker");

  /// Of a process that could not be started for a reason that has no code of its own.
  private static final int CANNOT_RUN = 126;

  private final DockerHost host;
  private final Execs execs;

  ExecRoutes(DockerHost host, Execs execs) {
    this.host = host;
    this.execs = execs;
  }

  List<Route<Operation>> routes() {
    return List.of(
        new Route<>("POST", "/containers/{id}/exec", "makes an exec", this::create),
        new Route<>("POST", "/exec/{id}/start", "runs an exec", this::start),
        new Route<>("POST", "/exec/{id}/resize", "resizes the terminal of an exec", this::resize),
        new Route<>(
            "GET", "/exec/{id}/json", "shows an exec", call -> call.reply(200, of(call).json())));
  }

  private ExecInstance of(Call call) {
    var exec = execs.get(call.variable("id"));
    if (host.image().container(exec.container()).isEmpty()) {
      execs.forget(exec.container());
      throw Execs.noSuch(exec.id());
    }
    return exec;
  }

  private void create(Call call) throws IOException {
    var body = (ObjectNode) Shapes.EXEC.read(call.body().raw(), "ExecConfig");
    var arguments = Shape.Read.texts(body, "Cmd");
    if (arguments.isEmpty()) {
      throw new Refusal.Invalid("No exec command specified");
    }
    var container = Containers.of(host, call);
    requireLive(container);
    ExternalRules.checkExec(host.image(), container, Shape.Read.flag(body, "Privileged"));
    var keys = Shape.Read.text(body, "DetachKeys");
    var spec =
        new ExecSpec(
            arguments,
            Shape.Read.texts(body, "Env"),
            call.since(35) ? Shape.Read.text(body, "WorkingDir") : "",
            Shape.Read.text(body, "User"),
            Shape.Read.flag(body, "Tty"),
            Shape.Read.flag(body, "AttachStdin"),
            Shape.Read.flag(body, "Privileged"));
    var wish =
        new ExecInstance.Wish(
            spec,
            Shape.Read.flag(body, "AttachStdin"),
            Shape.Read.flag(body, "AttachStdout"),
            Shape.Read.flag(body, "AttachStderr"),
            DetachKeys.parse(keys, "escape"),
            !keys.isEmpty());
    var exec = new ExecInstance(host.newId(), container, wish);
    execs.add(exec);
    publish(container, exec, "exec_create: " + exec.command(), Map.of());
    call.reply(201, Json.object().put("Id", exec.id()));
  }

  private static void requireLive(Container container) {
    Containers.requireRunning(container);
    if (container.state().phase() == Phase.PAUSED) {
      throw new Refusal.Conflict(
          "Container " + container.id() + " is paused, unpause the container before exec");
    }
  }

  private void publish(
      Container container, ExecInstance exec, String action, Map<String, String> more) {
    var attributes = new HashMap<>(more);
    attributes.put("execID", exec.id());
    Containers.publish(host, container, action, attributes);
  }

  private void start(Call call) throws IOException {
    var exec = of(call);
    var body = (ObjectNode) Shapes.EXEC_START.read(call.body().raw(), "ExecStartConfig");
    var container =
        host.image()
            .container(exec.container())
            .filter(exec::belongsTo)
            .orElseThrow(() -> Execs.noSuch(exec.id()));
    requireLive(container);
    ExternalRules.checkExec(host.image(), container, exec.wish().spec().privileged());
    exec.begin();
    if (Shape.Read.flag(body, "Detach")) {
      var process = run(container, exec);
      process.stdio().close();
      Thread.ofVirtual()
          .name("exec-" + exec.id().substring(0, 12))
          .start(() -> await(container, exec, process));
      call.reply(200);
      return;
    }
    boolean tty = exec.wish().spec().tty();
    try (var duplex = call.exchange().hijack(Framing.hijackType(call, tty))) {
      attached(container, exec, duplex, new Framing(duplex.output(), tty), body);
      duplex.shutdownOutput();
    }
  }

  private void attached(
      Container container, ExecInstance exec, Duplex duplex, Framing framing, ObjectNode body)
      throws IOException {
    Processes.Exec process;
    try {
      process = run(container, exec);
    } catch (
        RuntimeException e) { // the answer has begun: the client finds the reason in the stream
      framing.write(Framing.STDOUT, (e.getMessage() + "\r\n").getBytes(StandardCharsets.UTF_8));
      return;
    }
    var wish = exec.wish();
    boolean tty = wish.spec().tty();
    var keys = tty && wish.stdin() ? Optional.of(wish.detachKeys()) : Optional.<DetachKeys>empty();
    // Whoever ends first, the end is recorded by somebody who does not depend on the client.
    var end =
        Thread.ofVirtual()
            .name("exec-" + exec.id().substring(0, 12))
            .start(() -> await(container, exec, process));
    resize(process, body);
    boolean detached;
    try (var stdio = process.stdio()) {
      detached =
          new Pump(
                  duplex,
                  stdio,
                  new Pump.Wish(wish.stdin(), wish.stdout(), wish.stderr(), !tty, keys))
              .run(framing);
      if (detached) {
        publish(container, exec, "exec_detach", Map.of());
        return;
      }
    }
    join(end); // clients ask for the exit code as soon as the stream ends
  }

  private static void resize(Processes.Exec process, ObjectNode body) {
    int rows = body.path("ConsoleSize").path(0).asInt(0);
    int columns = body.path("ConsoleSize").path(1).asInt(0);
    if (rows > 0 && columns > 0) {
      try {
        process.resize(rows, columns);
      } catch (
          RuntimeException
              e) { // the answer has begun; clients say the size again when they have it
        LOG.log(Logger.Level.DEBUG, "the terminal of an exec has no size yet", e);
      }
    }
  }

  private Processes.Exec run(Container container, ExecInstance exec) {
    publish(container, exec, "exec_start: " + exec.command(), Map.of());
    try {
      var process =
          host.processes()
              .exec(LinkEnvironment.dressed(host.image(), container), exec.wish().spec());
      exec.started(process);
      return process;
    } catch (Processes.StartFailed e) {
      exec.ended(e.exitCode());
      throw new Refusal.Invalid(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      exec.ended(CANNOT_RUN);
      throw e;
    }
  }

  private void await(Container container, ExecInstance exec, Processes.Exec process) {
    int code;
    try {
      code = process.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.WARNING, "the end of exec " + exec.id() + " is not known", e);
      code = -1;
    }
    exec.ended(code);
    publish(container, exec, "exec_die", Map.of("exitCode", Integer.toString(code)));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void resize(Call call) throws IOException {
    int rows = LifeRoutes.size(call, "height", "h");
    int columns = LifeRoutes.size(call, "width", "w");
    of(call).resize(rows, columns);
    call.reply(200);
  }
}
