package vch.kernel.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;

/// How the kernel answered one request.
///
/// @param errno 0: done
/// @param text the kernel's own words (extended acknowledgement), often empty
public record Ack(int errno, String text) {
  static final Ack DONE = new Ack(0, "");

  private static final int NLM_F_CAPPED = 0x100;
  private static final int NLM_F_ACK_TLVS = 0x200;
  private static final int NLMSGERR_ATTR_MSG = 1;
  private static final int HEADER_BYTES = 16;

  /// `struct nlmsgerr`: s32 -errno, the header of the request and, unless capped, its body, then
  /// attributes.
  static Ack of(Reply error) {
    int errno = -error.body().getInt(0);
    if ((error.flags() & NLM_F_ACK_TLVS) == 0) {
      return errno == 0 ? DONE : new Ack(errno, "");
    }
    int request =
        (error.flags() & NLM_F_CAPPED) != 0 ? HEADER_BYTES : (error.body().getInt(4) + 3) & ~3;
    int at = Math.min(4 + request, error.body().limit());
    ByteBuffer rest =
        error.body().slice(at, error.body().limit() - at).order(ByteOrder.nativeOrder());
    return new Ack(errno, new Attributes(rest).text(NLMSGERR_ATTR_MSG));
  }

  public boolean ok() {
    return errno == 0;
  }

  public boolean is(Errno other) {
    return errno == other.number();
  }

  /// `file exists (EEXIST)`, or with the kernel's words `invalid argument (EINVAL): ipv4: Invalid
  /// prefix length`.
  public String reason() {
    return Errno.of(errno) + (text.isEmpty() ? "" : ": " + text);
  }

  /// Throws unless it is done.
  public void check(String call, String detail) {
    if (!ok()) {
      throw new KernelException(
          call, Errno.of(errno), detail + (text.isEmpty() ? "" : " (" + text + ")"));
    }
  }
}
