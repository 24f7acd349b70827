package vch.compute.image;

import java.util.function.Consumer;
import vch.engine.compute.Images.Progress;

/// Lets threads report progress one at a time, and thins out the bars.
public final class ProgressGate {
  /// Between two lines of one bar, unless it is small.
  private static final long STEP_BYTES = 512 * 1024;

  /// Or so many lines for a whole bar.
  private static final long STEPS = 100;

  private final Consumer<Progress> out; // guarded by this

  public ProgressGate(Consumer<Progress> out) {
    this.out = out;
  }

  public synchronized void line(String id, String status) {
    out.accept(Progress.line(id, status));
  }

  /// A bar for one thread.
  public Bar bar(String id, String status, long total) {
    return new Bar(id, status, total);
  }

  /// Shows how far one thing is. For one thread.
  public final class Bar {
    private final String id;
    private final String status;
    private final long total;
    private final long step;
    private long shown = -1;

    private Bar(String id, String status, long total) {
      this.id = id;
      this.status = status;
      this.total = total;
      this.step = Math.max(STEP_BYTES, total / STEPS);
    }

    public void at(long current) {
      if (shown >= 0 && current - shown < step && current != total) {
        return;
      }
      if (current == shown) {
        return;
      }
      shown = current;
      synchronized (ProgressGate.this) {
        out.accept(new Progress(id, status, current, total));
      }
    }
  }
}
