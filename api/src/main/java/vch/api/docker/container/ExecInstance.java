package vch.api.docker.container;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.engine.compute.Processes;
import vch.engine.compute.Processes.ExecSpec;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// One exec: what is to run, and how far it has come. Guarded by this.
final class ExecInstance {
  /// How long a resize waits for a start that is under way, seconds.
  private static final long RESIZE_WAIT_SECONDS = 10;

  private final String id;
  private final ContainerId container;
  private final int run;
  private final Wish wish;
  private final CompletableFuture<Processes.Exec> process = new CompletableFuture<>();
  private boolean begun;
  private Optional<Integer> exitCode = Optional.empty();

  /// What the client asked for at create.
  record Wish(
      ExecSpec spec,
      boolean stdin,
      boolean stdout,
      boolean stderr,
      DetachKeys detachKeys,
      boolean keysGiven) {}

  /// @param container whose present run the exec ends with, begun or not
  ExecInstance(String id, Container container, Wish wish) {
    this.id = id;
    this.container = container.id();
    this.run = container.state().run();
    this.wish = wish;
  }

  String id() {
    return id;
  }

  ContainerId container() {
    return container;
  }

  /// True while the run of the container lasts that it was made in.
  boolean belongsTo(Container now) {
    return now.state().run() == run && Status.running(now);
  }

  Wish wish() {
    return wish;
  }

  /// `sh -c 'ls'` as events say it.
  String command() {
    return wish.spec().arguments().getFirst()
        + " "
        + String.join(" ", wish.spec().arguments().subList(1, wish.spec().arguments().size()));
  }

  synchronized Optional<Integer> exitCode() {
    return exitCode;
  }

  synchronized boolean running() {
    return begun && exitCode.isEmpty();
  }

  /// It is started once.
  synchronized void begin() {
    if (exitCode.isPresent()) {
      throw new Refusal.Conflict("exec command " + id + " has already run");
    }
    if (begun) {
      throw new Refusal.Conflict("exec command " + id + " is already running");
    }
    begun = true;
  }

  void started(Processes.Exec exec) {
    process.complete(exec);
  }

  synchronized void ended(int code) {
    exitCode = Optional.of(code);
    process.completeExceptionally(new Refusal.Invalid("exec process is not started"));
  }

  void resize(int rows, int columns) {
    if (exitCode().isPresent() && !process.isCompletedExceptionally()) {
      throw new Refusal.NotFound("no such exec");
    }
    try {
      process.get(RESIZE_WAIT_SECONDS, TimeUnit.SECONDS).resize(rows, columns);
    } catch (TimeoutException _) {
      throw new Refusal.Failed("timeout waiting for exec session ready");
    } catch (ExecutionException _) {
      throw new Refusal.Invalid("exec process is not started");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("timeout waiting for exec session ready");
    }
  }

  /// `GET /exec/{id}/json`.
  synchronized ObjectNode json() {
    var spec = wish.spec();
    var out = Json.object();
    out.put("ID", id).put("Running", running());
    exitCode.ifPresentOrElse(code -> out.put("ExitCode", code), () -> out.putNull("ExitCode"));
    var config =
        out.putObject("ProcessConfig")
            .put("tty", spec.tty())
            .put("entrypoint", spec.arguments().getFirst());
    config.set("arguments", Json.array(spec.arguments().subList(1, spec.arguments().size())));
    config.put("privileged", spec.privileged());
    if (!spec.user().isEmpty()) {
      config.put("user", spec.user());
    }
    out.put("OpenStdin", wish.stdin())
        .put("OpenStderr", wish.stderr())
        .put("OpenStdout", wish.stdout());
    out.put("CanRemove", false).put("ContainerID", container.value());
    out.put("DetachKeys", wish.keysGiven() ? wish.detachKeys().base64() : "");
    boolean there = process.isDone() && !process.isCompletedExceptionally();
    return out.put("Pid", there ? process.join().pid() : 0); // still shown when it has ended
  }
}
