package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A TCP connection both of whose ends a test holds, in namespaces of its choice.
record Connection(SocketChannel caller, SocketChannel called) implements AutoCloseable {
  private static final int ARRIVES_MILLIS_MAX = 1000;

  /// True when what the caller says now is heard at the other end.
  boolean carriesThere() {
    return carries(caller, called);
  }

  /// True when what the called one says now is heard at the other end.
  boolean carriesBack() {
    return carries(called, caller);
  }

  private static boolean carries(SocketChannel from, SocketChannel to) {
    try {
      from.write(ByteBuffer.wrap(new byte[] {1}));
      to.socket().setSoTimeout(ARRIVES_MILLIS_MAX);
      return to.socket().getInputStream().read() == 1;
    } catch (SocketTimeoutException _) { // it was cut
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (caller;
        called) {
      assert true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
