package vch.kernel.libc;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// A socket's descriptor that threads use while another closes it. Its number is never closed (and
/// given to another file) under them: closing wakes them by shutdown first, then waits for them.
public final class SharedSocket implements AutoCloseable {
  private final Fd fd;
  private final String name;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

  /// Takes ownership.
  ///
  /// @param name for messages
  public SharedSocket(Fd fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /// To be held while the number is used. Open or closed, the descriptor stays so.
  public Lock using() {
    return use.readLock();
  }

  public boolean isOpen() {
    return fd.isOpen();
  }

  /// The number, for a system call.
  ///
  /// @throws IllegalStateException it is closed
  public int number() {
    return fd.number();
  }

  /// Ends reading, writing or both, and wakes who waits in them; nothing when it is closed.
  ///
  /// @param how [Socket#SHUT_WR] or [Socket#SHUT_RDWR]
  public void shutdown(int how) {
    using().lock();
    try {
      if (fd.isOpen()) {
        Socket.shutdown(fd, name, how);
      }
    } catch (KernelException e) {
      // Without a connection, or without one any more; it wakes them all the same.
      if (!e.is(Errno.ENOTCONN)) {
        throw e;
      }
    } finally {
      using().unlock();
    }
  }

  /// What it had, such as a port, is free when this returns.
  @Override
  public void close() {
    shutdown(Socket.SHUT_RDWR);
    use.writeLock().lock();
    try {
      fd.close();
    } finally {
      use.writeLock().unlock();
    }
  }
}
