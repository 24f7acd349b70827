package vch.kernel.libc;

/// The kernel refused. The message reads `open /run/x: no such file or directory (ENOENT)`.
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final transient Errno errno;
  private final String detail;

  /// Says what the kernel refused.
  ///
  /// @param call man page or netlink message
  /// @param detail what the call was about
  public KernelException(String call, Errno errno, String detail) {
    super(call + (detail.isEmpty() ? "" : " " + detail) + ": " + errno);
    this.call = call;
    this.errno = errno;
    this.detail = detail;
  }

  public String call() {
    return call;
  }

  public Errno errno() {
    return errno;
  }

  public String detail() {
    return detail;
  }

  public boolean is(Errno other) {
    return errno.number() == other.number();
  }
}
