package vch.kernel.libc;

import java.util.concurrent.atomic.AtomicInteger;

/// Owner of a file descriptor. Closing it twice is the same as once. Whoever closes it while
/// another thread sits in a call with its number must have woken that thread first: the number may
/// be given to another file at once.
public final class Fd implements AutoCloseable {
  private static final int CLOSED = -1;

  private final AtomicInteger number;

  /// Takes ownership.
  public Fd(int number) {
    if (number < 0) {
      throw new IllegalArgumentException(number + " is no file descriptor");
    }
    this.number = new AtomicInteger(number);
  }

  /// The number, for a system call.
  ///
  /// @throws IllegalStateException it is closed
  public int number() {
    int n = number.get();
    if (n == CLOSED) {
      throw new IllegalStateException("the file descriptor is closed");
    }
    return n;
  }

  public boolean isOpen() {
    return number.get() != CLOSED;
  }

  /// `/proc/self/fd/N`: a path to what is open, as long as it is open.
  public String path() {
    return "/proc/self/fd/" + number();
  }

  @Override
  public void close() {
    int n = number.getAndSet(CLOSED);
    if (n != CLOSED) {
      Close.close(n);
    }
  }

  @Override
  public String toString() {
    return "fd " + number.get();
  }
}
