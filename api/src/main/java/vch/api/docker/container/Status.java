package vch.api.docker.container;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.engine.health.Health;
import vch.portlayer.container.Container;

/// The state of a container in Docker's words.
final class Status {
  private Status() {}

  /// The seven words of the `status` filter, and of `State.Status`.
  static String word(Container container) {
    var state = container.state();
    return switch (state.phase()) {
      case CREATED -> "created";
      case STARTING -> state.startedAt().isPresent() ? "exited" : "created";
      case RUNNING -> "running";
      case PAUSED -> "paused";
      case RESTARTING -> "restarting";
      case EXITED -> "exited";
      case REMOVING -> "removing";
    };
  }

  /// True when Docker would say that it runs: paused and restarting ones do.
  static boolean running(Container container) {
    return switch (container.state().phase()) {
      case RUNNING, PAUSED, RESTARTING -> true;
      case CREATED, STARTING, EXITED, REMOVING -> false;
    };
  }

  /// What `docker ps` shows: `Up 3 seconds (healthy)`, `Exited (0) 2 minutes ago`.
  static String text(Container container, Optional<Health> health, Instant now) {
    var state = container.state();
    var up =
        "Up "
            + state
                .startedAt()
                .map(at -> human(Duration.between(at, now)))
                .orElse("Less than a second");
    var ago = state.finishedAt().map(at -> human(Duration.between(at, now)) + " ago").orElse("");
    return switch (state.phase()) {
      case RUNNING -> up + health.map(h -> " (" + shown(h) + ")").orElse("");
      case PAUSED -> up + " (Paused)";
      case RESTARTING -> "Restarting (" + state.exitCode() + ") " + ago;
      case REMOVING -> "Removal In Progress";
      case CREATED -> "Created";
      case STARTING, EXITED -> {
        if (state.startedAt().isEmpty()) {
          yield "Created";
        }
        yield state.finishedAt().isEmpty() ? "" : "Exited (" + state.exitCode() + ") " + ago;
      }
    };
  }

  private static String shown(Health health) {
    return health.status() == Health.Status.STARTING ? "health: starting" : word(health);
  }

  /// The words of the `health` filter, and of `State.Health.Status`.
  static String word(Health health) {
    return switch (health.status()) {
      case STARTING -> "starting";
      case HEALTHY -> "healthy";
      case UNHEALTHY -> "unhealthy";
    };
  }

  /// As Docker rounds: about an hour from 30 minutes before to 30 after.
  static String human(Duration time) {
    long seconds = time.toSeconds();
    long minutes = time.toMinutes();
    long hours = time.plusMinutes(30).toHours();
    if (seconds < 1) {
      return "Less than a second";
    }
    if (seconds == 1) {
      return "1 second";
    }
    if (seconds < 60) {
      return seconds + " seconds";
    }
    if (minutes == 1) {
      return "About a minute";
    }
    if (minutes < 60) {
      return minutes + " minutes";
    }
    if (hours == 1) {
      return "About an hour";
    }
    if (hours < 48) {
      return hours + " hours";
    }
    if (hours < 24 * 7 * 2) {
      return hours / 24 + " days";
    }
    if (hours < 24 * 30 * 2) {
      return hours / 24 / 7 + " weeks";
    }
    if (hours < 24 * 365 * 2) {
      return hours / 24 / 30 + " months";
    }
    return time.toHours() / 24 / 365 + " years";
  }

  /// `State` of inspect.
  static ObjectNode json(Container container, Optional<Health> health) {
    var state = container.state();
    var word = word(container);
    var out = Json.object();
    out.put("Status", word)
        .put("Running", running(container))
        .put("Paused", word.equals("paused"))
        .put("Restarting", word.equals("restarting"))
        .put("OOMKilled", state.oomKilled())
        .put("Dead", false)
        .put("Pid", state.pid())
        .put("ExitCode", state.exitCode())
        .put("Error", state.error())
        .put("StartedAt", state.startedAt().map(Timestamps::rfc3339).orElse(Timestamps.ZERO))
        .put("FinishedAt", state.finishedAt().map(Timestamps::rfc3339).orElse(Timestamps.ZERO));
    health.ifPresent(h -> out.set("Health", json(h)));
    return out;
  }

  private static ObjectNode json(Health health) {
    var out =
        Json.object().put("Status", word(health)).put("FailingStreak", health.failingStreak());
    var log = out.putArray("Log");
    for (var result : health.log()) {
      log.addObject()
          .put("Start", Timestamps.rfc3339(result.start()))
          .put("End", Timestamps.rfc3339(result.end()))
          .put("ExitCode", result.exitCode())
          .put("Output", result.output());
    }
    return out;
  }
}
