package vch.portlayer.container;

import java.time.Instant;
import java.util.Optional;

/// The recorded life of a container.
///
/// @param run counts starts, from 1; 0 before the first. Names of host-side links carry it, so none
///   is reused
/// @param pid of the first process, 0 when none runs
/// @param exitCode of the last run
/// @param error why the last start failed, empty otherwise
/// @param restarts how often the restart policy started it again since the user did
/// @param stoppedByUser the user stopped it: `unless-stopped` and `on-failure` leave it alone
public record ContainerState(
    Phase phase,
    int run,
    long pid,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    int exitCode,
    String error,
    boolean oomKilled,
    int restarts,
    boolean stoppedByUser) {
  public static final ContainerState NEW =
      new ContainerState(
          Phase.CREATED, 0, 0, Optional.empty(), Optional.empty(), 0, "", false, 0, false);

  public ContainerState starting() {
    return new ContainerState(
        Phase.STARTING, run + 1, 0, startedAt, finishedAt, exitCode, "", false, restarts, false);
  }

  public ContainerState running(long pid, Instant at) {
    return new ContainerState(
        Phase.RUNNING, run, pid, Optional.of(at), finishedAt, 0, "", false, restarts, false);
  }

  public ContainerState exited(int code, Instant at, boolean oom) {
    return new ContainerState(
        Phase.EXITED,
        run,
        0,
        startedAt,
        Optional.of(at),
        code,
        error,
        oom,
        restarts,
        stoppedByUser);
  }

  /// The start did not happen. `code` 127: not found, 126: cannot be run, 128: anything else.
  public ContainerState failed(int code, String why) {
    var phase = startedAt.isPresent() ? Phase.EXITED : Phase.CREATED;
    return new ContainerState(
        phase, run, 0, startedAt, finishedAt, code, why, false, restarts, stoppedByUser);
  }

  public ContainerState with(Phase next) {
    return new ContainerState(
        next, run, pid, startedAt, finishedAt, exitCode, error, oomKilled, restarts, stoppedByUser);
  }

  public ContainerState stoppedByUser(boolean byUser) {
    return new ContainerState(
        phase, run, pid, startedAt, finishedAt, exitCode, error, oomKilled, restarts, byUser);
  }

  public ContainerState withRestarts(int count) {
    return new ContainerState(
        phase, run, pid, startedAt, finishedAt, exitCode, error, oomKilled, count, stoppedByUser);
  }
}
