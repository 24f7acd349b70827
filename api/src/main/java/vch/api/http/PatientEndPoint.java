package vch.api.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/// A connection that may rest long between requests, but not within one. Docker never closes a
/// connection at rest, and clients with a pool of them rely on it. Its state changes on the thread
/// that reads the connection and on that of the request, one after the other.
final class PatientEndPoint extends SocketChannelEndPoint {
  private volatile State state = State.NEW;
  private volatile long since = System.nanoTime(); // when the state was entered

  private enum State {
    /// Nothing has come yet.
    NEW,
    /// A request has begun to come in.
    HEAD,
    /// A handler has the request.
    HANDLED,
    /// The last request is over.
    RESTING
  }

  PatientEndPoint(
      SocketChannel channel,
      ManagedSelector selector,
      SelectionKey key,
      Scheduler scheduler,
      Duration idle) {
    super(channel, selector, key, scheduler);
    setIdleTimeout(idle.toMillis());
  }

  /// The connection under a request's, which TLS may lie between.
  static PatientEndPoint below(EndPoint endPoint) {
    return switch (endPoint) {
      case PatientEndPoint it -> it;
      case EndPoint.Wrapper wrapper -> below(wrapper.unwrap());
      default -> throw new IllegalStateException("a connection of an unknown kind: " + endPoint);
    };
  }

  private void enter(State next) {
    since = System.nanoTime();
    state = next;
  }

  /// The head of a request is complete.
  void requestBegun() {
    enter(State.HANDLED);
  }

  /// To be called before the end of the answer is on its way, since the next request may follow it
  /// at once.
  void requestEnded() {
    enter(State.RESTING);
  }

  private boolean longerThan(Duration time) {
    return System.nanoTime() - since > time.toNanos();
  }

  @Override
  public int fill(ByteBuffer buffer) throws IOException {
    int filled = super.fill(buffer);
    if (filled > 0) {
      switch (state) {
        case NEW, RESTING -> enter(State.HEAD);
        case HEAD -> {
          if (longerThan(HttpServer.HEAD_TIMEOUT)) { // byte by byte: never idle, never complete
            close(
                new TimeoutException(
                    "the head of a request took longer than " + HttpServer.HEAD_TIMEOUT));
            return -1;
          }
        }
        case HANDLED -> {}
      }
    }
    return filled;
  }

  @Override
  protected void onIdleExpired(TimeoutException timeout) {
    if (state == State.RESTING && !longerThan(HttpServer.REST_TIMEOUT)) {
      return; // asked again after the next idle time
    }
    super.onIdleExpired(timeout);
  }
}
