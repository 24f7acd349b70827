package vch.build.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import vch.build.BuildFailed;
import vch.build.BuildRequest;
import vch.build.Containers;
import vch.build.Output;
import vch.build.Site;
import vch.engine.Lifecycle.Condition;
import vch.engine.compute.Images.Config;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// The containers of a build. Steps are one thread's; stopping may come from any.
final class Crew {
  private final Site site;
  private final Containers containers;
  private final Output out;
  private final BuildRequest request;
  private final List<ContainerId> made = new ArrayList<>();
  private Optional<ContainerId> running = Optional.empty(); // guarded by this
  private boolean stopped; // guarded by this

  Crew(Site site, Containers containers, Output out, BuildRequest request) {
    this.site = site;
    this.containers = containers;
    this.out = out;
    this.request = request;
  }

  /// Makes the container of a step.
  ContainerId create(String image, Config config) {
    check();
    var id = containers.create(image, config);
    made.add(id);
    out.text(" ---> Running in " + id.brief() + "\n");
    return id;
  }

  Container container(ContainerId id) {
    return site.engine()
        .image()
        .container(id)
        .orElseThrow(() -> new Refusal.NotFound("No such container: " + id));
  }

  /// Runs a container to its end and shows what it says.
  ///
  /// @param shown the program, for messages
  /// @throws BuildFailed it failed
  void run(ContainerId id, String shown) throws IOException {
    var end = site.lifecycle().await(id, Condition.NEXT_EXIT);
    try (var stdio = site.processes().attach(id)) {
      begin(id);
      site.lifecycle().start(id);
      if (stopped()) {
        kill(id); // asked for while it was starting
      }
      for (var chunk = stdio.read(); chunk.stream() != 0; chunk = stdio.read()) {
        var text = new String(chunk.bytes(), StandardCharsets.UTF_8);
        if (chunk.stream() == 2) {
          out.error(text);
        } else {
          out.text(text);
        }
      }
      int code = end.get().code();
      check();
      if (code != 0) {
        throw new BuildFailed(
            code, "The command '" + shown + "' returned a non-zero code: " + code);
      }
    } catch (ExecutionException e) {
      throw new Refusal.Failed("the end of the command '" + shown + "' was not seen");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("The build was broken off");
    } finally {
      end.cancel(false);
      synchronized (this) {
        running = Optional.empty();
      }
    }
  }

  private synchronized void begin(ContainerId id) {
    if (stopped) {
      throw gone();
    }
    running = Optional.of(id);
  }

  /// Refuses to go on once the build was stopped.
  synchronized void check() {
    if (stopped) {
      throw gone();
    }
  }

  private static Refusal gone() {
    return new Refusal.Failed("The build was cancelled: the client has gone");
  }

  private synchronized boolean stopped() {
    return stopped;
  }

  /// Ends the build at once.
  void stop() {
    Optional<ContainerId> now;
    synchronized (this) {
      stopped = true;
      now = running;
    }
    now.ifPresent(this::kill);
  }

  private void kill(ContainerId id) {
    try {
      site.lifecycle().kill(id, "KILL");
    } catch (Refusal _) {
      // It has ended, or is about to start: then whoever starts it looks again.
    }
  }

  /// After a step: removes its containers where that is wanted.
  void settle(boolean success) {
    if (stopped() || request.forceRemove() || (success && request.remove())) {
      for (var id : made) {
        site.lifecycle().remove(id, true, true);
        if (!stopped()) {
          out.text("Removing intermediate container " + id.brief() + "\n");
        }
      }
    }
    made.clear();
  }
}
