package vch.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A connection after HTTP: bytes both ways, each way ended by itself. One thread may read while
/// another writes. Nothing times out.
public interface Duplex extends AutoCloseable {
  /// What the peer sends, from the first byte after the request; ends when the peer has ended its
  /// direction.
  InputStream input();

  /// What goes to the peer. Every write is on its way when it returns; it waits where the peer does
  /// not read.
  OutputStream output();

  /// Ends our direction; the peer may go on sending.
  void shutdownOutput() throws IOException;

  /// Ends both directions. A read that waits ends.
  @Override
  void close();
}
