package vch.linux;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import vch.kernel.packet.PacketSocket;

/// Closes packet sockets without waiting for it. The kernel keeps the thread that closes one for a
/// grace period, about 12 ms, whatever the socket was used for; several threads wait for the same
/// one. Safe for all threads.
final class SocketCloser implements AutoCloseable {
  /// Sockets that are closed at once; when there are more, they wait for their turn.
  private static final int THREADS_MAX = 8;

  private static final int IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS_MAX,
          THREADS_MAX,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> Thread.ofPlatform().daemon().name("socket-closer").unstarted(task),
          (task, _) -> task.run()); // after the end

  SocketCloser() {
    threads.allowCoreThreadTimeOut(true);
  }

  /// Has the socket closed soon; nobody uses it any more.
  void close(PacketSocket socket) {
    threads.execute(socket::close);
  }

  /// Returns when all are closed.
  @Override
  public void close() {
    threads.close();
  }
}
