package vch.kernel.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A message that the kernel sent.
///
/// @param port of the socket whose request it answers or reports; 0 where the kernel does not say
/// @param body what follows `struct nlmsghdr`, at the machine's byte order
public record Reply(int type, int flags, int sequence, int port, ByteBuffer body) {
  /// Attributes after a protocol header of so many bytes.
  public Attributes attributes(int headerBytes) {
    int from = Math.min(headerBytes, body.limit());
    return new Attributes(body.slice(from, body.limit() - from));
  }

  /// Cuts what was received into messages.
  static void each(byte[] received, int length, java.util.function.Consumer<Reply> to) {
    var all = ByteBuffer.wrap(received, 0, length).slice().order(ByteOrder.nativeOrder());
    for (int at = 0; at + Message.headerBytes() <= length; ) {
      int size = all.getInt(at);
      if (size < Message.headerBytes() || at + size > length) {
        return;
      }
      to.accept(
          new Reply(
              Short.toUnsignedInt(all.getShort(at + 4)),
              Short.toUnsignedInt(all.getShort(at + 6)),
              all.getInt(at + 8),
              all.getInt(at + 12),
              all.slice(at + 16, size - 16).order(ByteOrder.nativeOrder())));
      at += (size + 3) & ~3;
    }
  }
}
