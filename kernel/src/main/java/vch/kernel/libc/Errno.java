package vch.kernel.libc;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// An error number of Linux (asm-generic/errno.h; the same on x86-64 and aarch64), with its name
/// and what strerror(3) says.
public record Errno(int number, String name, String text) {
  private static final Map<Integer, Errno> KNOWN =
      List.of(
              new Errno(1, "EPERM", "operation not permitted"),
              new Errno(2, "ENOENT", "no such file or directory"),
              new Errno(3, "ESRCH", "no such process"),
              new Errno(4, "EINTR", "interrupted system call"),
              new Errno(5, "EIO", "input/output error"),
              new Errno(6, "ENXIO", "no such device or address"),
              new Errno(7, "E2BIG", "argument list too long"),
              new Errno(8, "ENOEXEC", "exec format error"),
              new Errno(9, "EBADF", "bad file descriptor"),
              new Errno(10, "ECHILD", "no child processes"),
              new Errno(11, "EAGAIN", "resource temporarily unavailable"),
              new Errno(12, "ENOMEM", "cannot allocate memory"),
              new Errno(13, "EACCES", "permission denied"),
              new Errno(14, "EFAULT", "bad address"),
              new Errno(15, "ENOTBLK", "block device required"),
              new Errno(16, "EBUSY", "device or resource busy"),
              new Errno(17, "EEXIST", "file exists"),
              new Errno(18, "EXDEV", "invalid cross-device link"),
              new Errno(19, "ENODEV", "no such device"),
              new Errno(20, "ENOTDIR", "not a directory"),
              new Errno(21, "EISDIR", "is a directory"),
              new Errno(22, "EINVAL", "invalid argument"),
              new Errno(23, "ENFILE", "too many open files in system"),
              new Errno(24, "EMFILE", "too many open files"),
              new Errno(25, "ENOTTY", "inappropriate ioctl for device"),
              new Errno(26, "ETXTBSY", "text file busy"),
              new Errno(27, "EFBIG", "file too large"),
              new Errno(28, "ENOSPC", "no space left on device"),
              new Errno(29, "ESPIPE", "illegal seek"),
              new Errno(30, "EROFS", "read-only file system"),
              new Errno(31, "EMLINK", "too many links"),
              new Errno(32, "EPIPE", "broken pipe"),
              new Errno(33, "EDOM", "numerical argument out of domain"),
              new Errno(34, "ERANGE", "numerical result out of range"),
              new Errno(35, "EDEADLK", "resource deadlock avoided"),
              new Errno(36, "ENAMETOOLONG", "file name too long"),
              new Errno(37, "ENOLCK", "no locks available"),
              new Errno(38, "ENOSYS", "function not implemented"),
              new Errno(39, "ENOTEMPTY", "directory not empty"),
              new Errno(40, "ELOOP", "too many levels of symbolic links"),
              new Errno(54, "EXFULL", "exchange full"),
              new Errno(61, "ENODATA", "no data available"),
              new Errno(75, "EOVERFLOW", "value too large for defined data type"),
              new Errno(76, "ENOTUNIQ", "name not unique on network"),
              new Errno(87, "EUSERS", "too many users"),
              new Errno(88, "ENOTSOCK", "socket operation on non-socket"),
              new Errno(89, "EDESTADDRREQ", "destination address required"),
              new Errno(90, "EMSGSIZE", "message too long"),
              new Errno(91, "EPROTOTYPE", "protocol wrong type for socket"),
              new Errno(92, "ENOPROTOOPT", "protocol not available"),
              new Errno(93, "EPROTONOSUPPORT", "protocol not supported"),
              new Errno(95, "EOPNOTSUPP", "operation not supported"),
              new Errno(97, "EAFNOSUPPORT", "address family not supported by protocol"),
              new Errno(98, "EADDRINUSE", "address already in use"),
              new Errno(99, "EADDRNOTAVAIL", "cannot assign requested address"),
              new Errno(100, "ENETDOWN", "network is down"),
              new Errno(101, "ENETUNREACH", "network is unreachable"),
              new Errno(103, "ECONNABORTED", "software caused connection abort"),
              new Errno(104, "ECONNRESET", "connection reset by peer"),
              new Errno(105, "ENOBUFS", "no buffer space available"),
              new Errno(106, "EISCONN", "transport endpoint is already connected"),
              new Errno(107, "ENOTCONN", "transport endpoint is not connected"),
              new Errno(108, "ESHUTDOWN", "cannot send after transport endpoint shutdown"),
              new Errno(110, "ETIMEDOUT", "connection timed out"),
              new Errno(111, "ECONNREFUSED", "connection refused"),
              new Errno(112, "EHOSTDOWN", "host is down"),
              new Errno(113, "EHOSTUNREACH", "no route to host"),
              new Errno(114, "EALREADY", "operation already in progress"),
              new Errno(115, "EINPROGRESS", "operation now in progress"),
              new Errno(116, "ESTALE", "stale file handle"),
              new Errno(122, "EDQUOT", "disk quota exceeded"),
              new Errno(125, "ECANCELED", "operation canceled"))
          .stream()
          .collect(Collectors.toUnmodifiableMap(Errno::number, Function.identity()));

  public static final Errno EPERM = of(1);
  public static final Errno ENOENT = of(2);
  public static final Errno ESRCH = of(3);
  public static final Errno EINTR = of(4);
  public static final Errno EIO = of(5);
  public static final Errno ENXIO = of(6);
  public static final Errno EBADF = of(9);
  public static final Errno EAGAIN = of(11);
  public static final Errno ENOMEM = of(12);
  public static final Errno EACCES = of(13);
  public static final Errno EBUSY = of(16);
  public static final Errno EEXIST = of(17);
  public static final Errno ENODEV = of(19);
  public static final Errno ENOTDIR = of(20);
  public static final Errno EINVAL = of(22);
  public static final Errno ENOSPC = of(28);
  public static final Errno EPIPE = of(32);
  public static final Errno EROFS = of(30);
  public static final Errno ENAMETOOLONG = of(36);
  public static final Errno ENODATA = of(61);
  public static final Errno EMSGSIZE = of(90);
  public static final Errno EXFULL = of(54);
  public static final Errno EOPNOTSUPP = of(95);
  public static final Errno EADDRINUSE = of(98);
  public static final Errno EADDRNOTAVAIL = of(99);
  public static final Errno ENETDOWN = of(100);
  public static final Errno ENETUNREACH = of(101);
  public static final Errno ECONNRESET = of(104);
  public static final Errno ENOBUFS = of(105);
  public static final Errno EAFNOSUPPORT = of(97);
  public static final Errno ENOTCONN = of(107);
  public static final Errno ECONNREFUSED = of(111);

  /// The error with this number; one without a name here is called by its number.
  public static Errno of(int number) {
    var known = KNOWN.get(number);
    return known != null ? known : new Errno(number, "E" + number, "error number " + number);
  }

  /// `file exists (EEXIST)`.
  @Override
  public String toString() {
    return text + " (" + name + ")";
  }
}
