package vch.api.http;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/// Tells when the client closes its end while an answer is on its way. Without reading nobody would
/// notice until the next write but one, and an answer that follows a quiet container might never
/// write again.
final class GoneWatch implements Callback {
  private final EndPoint endPoint;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Runnable onGone;
  private final ByteBuffer unwanted = BufferUtil.allocate(1024);

  GoneWatch(EndPoint endPoint, Runnable onGone) {
    this.endPoint = endPoint;
    this.onGone = onGone;
  }

  void begin() {
    endPoint.tryFillInterested(this);
  }

  void end() {
    over.set(true);
  }

  @Override
  public void succeeded() {
    try {
      int filled;
      do {
        BufferUtil.clear(unwanted);
        filled = endPoint.fill(unwanted);
      } while (filled > 0 && !over.get());
      if (filled < 0) {
        gone();
      } else if (!over.get()) {
        endPoint.tryFillInterested(this);
      }
    } catch (java.io.IOException _) { // reset by the client: gone as well
      gone();
    }
  }

  @Override
  public void failed(Throwable failure) {
    gone();
  }

  private void gone() {
    if (over.compareAndSet(false, true)) {
      Thread.ofVirtual().name("gone").start(onGone);
    }
  }
}
