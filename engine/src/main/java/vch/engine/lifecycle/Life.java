package vch.engine.lifecycle;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// What the daemon remembers of one container between two calls, and nothing that must survive it.
/// All fields belong to who holds `lock`, but `removing`, which is read without it to refuse at
/// once.
final class Life {
  final ReentrantLock lock = new ReentrantLock();

  /// A first process was started or adopted and its end has not been dealt with.
  boolean process;

  /// The root file system is known to be ready.
  boolean prepared;

  /// Restarts asked for by users and under way: an end in between is nobody else's reason to start
  /// or to remove.
  int restartsByUser;

  /// Somebody is removing the container.
  volatile boolean removing;

  Backoff backoff = Backoff.NONE;

  /// The start that the restart policy waits for.
  Optional<Scheduler.Pending> restart = Optional.empty();

  /// Gives up the start that the restart policy waits for.
  void cancelRestart() {
    restart.ifPresent(Scheduler.Pending::cancel);
    restart = Optional.empty();
  }
}
