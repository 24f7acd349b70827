package vch.api.http;

import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Retainable;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;

/// Buffers that are made anew for each use. Jetty (12.1.10 to 12.1.13) answers a malformed head on
/// one thread while another has the request's buffer still, and both may give it back
/// (jetty.project issue 12939): from a pool it could then serve two connections at once.
final class UnpooledBuffers implements ByteBufferPool {
  @Override
  public RetainableByteBuffer.Mutable acquire(int bytes, boolean direct) {
    return RetainableByteBuffer.wrap(BufferUtil.allocate(bytes, direct), new Uses());
  }

  @Override
  public void clear() {
    // nothing is kept
  }

  /// As Jetty's own counter, but to be given back once too often is no fault.
  private static final class Uses implements Retainable {
    private final AtomicInteger uses = new AtomicInteger(1);

    @Override
    public boolean canRetain() {
      return uses.get() > 0;
    }

    @Override
    public boolean isRetained() {
      return uses.get() > 1;
    }

    @Override
    public void retain() {
      if (uses.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
        throw new IllegalStateException("a buffer that was given back is wanted again");
      }
    }

    @Override
    public boolean release() {
      return uses.updateAndGet(n -> Math.max(0, n - 1)) == 0;
    }
  }
}
