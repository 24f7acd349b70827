package vch.engine.lifecycle;

import java.time.Duration;

/// Does work beside the caller: at once, or when a time has passed. Tests have one whose clock they
/// move.
public interface Scheduler extends AutoCloseable {
  /// Does the work soon, on a thread of its own; the work may block.
  void soon(Runnable work);

  /// Does the work once `delay` has passed, on a thread of its own; the work may block.
  Pending after(Duration delay, Runnable work);

  /// Forgets all that waits; work under way is not interrupted.
  @Override
  void close();

  /// Work that waits for its time.
  interface Pending {
    /// Nothing happens if the work has begun or was cancelled before.
    void cancel();
  }
}
