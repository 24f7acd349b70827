package vch.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;

/// The connection after a hijack. Reads belong to one thread, writes to one other.
final class RawConnection extends AbstractConnection implements Connection.UpgradeTo, Duplex {
  private static final int BUFFER_BYTES = 64 * 1024;

  /// Completes when the connection is ours.
  final CompletableFuture<Duplex> opened = new CompletableFuture<>();

  private final ByteBuffer buffer =
      BufferUtil.allocateDirect(BUFFER_BYTES); // in flush mode, owned by the reader
  private ByteBuffer early = BufferUtil.EMPTY_BUFFER; // bytes that came with the request
  private final InputStream in = new Input();
  private final OutputStream out = new Output();

  RawConnection(EndPoint endPoint, java.util.concurrent.Executor executor) {
    super(endPoint, executor);
  }

  @Override
  public void onUpgradeTo(ByteBuffer bytes) {
    early = bytes;
  }

  @Override
  public void onOpen() {
    super.onOpen();
    getEndPoint().setIdleTimeout(0);
    opened.complete(this);
  }

  @Override
  public void onFillable() {
    throw new IllegalStateException("fill interest is registered with a callback of its own");
  }

  @Override
  public InputStream input() {
    return in;
  }

  @Override
  public OutputStream output() {
    return out;
  }

  @Override
  public void shutdownOutput() {
    getEndPoint().shutdownOutput();
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (early.hasRemaining()) {
        return take(early, bytes, offset, length);
      }
      while (!buffer.hasRemaining()) {
        int filled = getEndPoint().fill(buffer);
        if (filled < 0) {
          return -1;
        }
        if (filled == 0) {
          try (var wait = Blocker.callback()) {
            getEndPoint().fillInterested(wait);
            wait.block();
          }
        }
      }
      return take(buffer, bytes, offset, length);
    }

    private int take(ByteBuffer from, byte[] bytes, int offset, int length) {
      int count = Math.min(length, from.remaining());
      from.get(bytes, offset, count);
      return count;
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try (var wait = Blocker.callback()) {
        getEndPoint().write(wait, ByteBuffer.wrap(bytes, offset, length));
        wait.block();
      }
    }

    @Override
    public void close() {
      getEndPoint().shutdownOutput();
    }
  }
}
