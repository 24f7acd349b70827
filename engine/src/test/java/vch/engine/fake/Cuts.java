package vch.engine.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Kills the daemon of a test at a chosen step: from then on nothing that it does has an effect.
/// Safe for any number of threads.
public final class Cuts {
  private final List<String> passed = new ArrayList<>(); // guarded by this, as are the others
  private int left = -1;
  private boolean dead;
  private CompletableFuture<Boolean> death = new CompletableFuture<>();

  /// The daemon was killed: thrown out of the call that it was in, and of all that follow.
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed(String where) {
      super("killed " + where, null, false, false);
    }
  }

  /// The daemon is killed after `steps` more steps.
  public synchronized void after(int steps) {
    left = steps;
  }

  /// A step of the daemon, where it can be killed.
  public synchronized void step(String what) {
    if (!dead && left == 0) {
      dead = true;
      death.complete(true);
    }
    if (dead) {
      throw new Killed(what);
    }
    passed.add(what);
    if (left > 0) {
      left--;
    }
  }

  public synchronized boolean dead() {
    return dead;
  }

  /// Completes when the daemon is killed.
  public synchronized CompletableFuture<Boolean> death() {
    return death;
  }

  /// Steps that were passed since the last revival.
  public synchronized List<String> passed() {
    return List.copyOf(passed);
  }

  /// A new daemon begins.
  public synchronized void revive() {
    dead = false;
    death = new CompletableFuture<>();
    left = -1;
    passed.clear();
  }
}
