package vch.kernel.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A netlink message being written: `struct nlmsghdr` of linux/netlink.h (16 bytes: u32 length, u16
/// type, u16 flags, u32 sequence, u32 port), then what the protocol wants, then attributes. Numbers
/// in the machine's byte order unless a name says `be`. Attributes are padded to 4 bytes.
public final class Message {
  public static final int NLM_F_REQUEST = 1;
  public static final int NLM_F_ACK = 4;
  public static final int NLM_F_REPLACE = 0x100;
  public static final int NLM_F_DUMP = 0x300;
  public static final int NLM_F_EXCL = 0x200;
  public static final int NLM_F_CREATE = 0x400;
  static final int NLA_F_NESTED = 0x8000;

  private static final int HEADER_BYTES = 16;
  private static final int SEQUENCE_AT = 8;
  private static final int NESTED_BYTES_MAX = 0xffff;

  private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
  private final int flags;

  /// Begins a message.
  ///
  /// @param flags NLM_F_REQUEST is always added
  public Message(int type, int flags) {
    this.flags = flags | NLM_F_REQUEST;
    buffer.putInt(0).putShort((short) type).putShort((short) this.flags).putInt(0).putInt(0);
  }

  /// What is written between opening and closing a nest.
  @FunctionalInterface
  public interface Nested {
    void write(Message message);
  }

  public Message u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  public Message u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  public Message be16(int value) {
    room(2).put((byte) (value >> 8)).put((byte) value);
    return this;
  }

  public Message u32(int value) {
    room(4).putInt(value);
    return this;
  }

  /// An attribute of bytes.
  public Message attribute(int type, byte[] value) {
    room(4 + value.length + 3)
        .putShort((short) (4 + value.length))
        .putShort((short) type)
        .put(value);
    return align();
  }

  public Message attribute32(int type, int value) {
    room(8).putShort((short) 8).putShort((short) type).putInt(value);
    return this;
  }

  public Message attributeBe32(int type, int value) {
    return attribute32(
        type, buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
  }

  public Message attribute8(int type, int value) {
    return attribute(type, new byte[] {(byte) value});
  }

  /// An attribute of text with a closing zero.
  public Message text(int type, String value) {
    return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /// An attribute that holds attributes.
  public Message nest(int type, Nested inner) {
    return nestBare(type | NLA_F_NESTED, inner);
  }

  /// As [#nest], without the flag, for what is not made of attributes only.
  public Message nestBare(int type, Nested inner) {
    int at = buffer.position();
    room(4).putShort((short) 0).putShort((short) type);
    inner.write(this);
    int length = buffer.position() - at;
    if (length > NESTED_BYTES_MAX) {
      throw new IllegalArgumentException(
          "attribute " + type + " has " + length + " bytes, 65535 are possible");
    }
    buffer.putShort(at, (short) length);
    return align();
  }

  /// Bytes so far, header included.
  public int length() {
    return buffer.position();
  }

  int flags() {
    return flags;
  }

  /// The whole message.
  public byte[] encode(int sequence) {
    align();
    buffer.putInt(0, buffer.position()).putInt(SEQUENCE_AT, sequence);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private Message align() {
    while ((buffer.position() & 3) != 0) {
      room(1).put((byte) 0);
    }
    return this;
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      var old = buffer;
      buffer =
          ByteBuffer.allocate(Math.max(old.capacity() * 2, old.position() + bytes))
              .order(ByteOrder.nativeOrder());
      buffer.put(old.flip());
    }
    return buffer;
  }

  static int headerBytes() {
    return HEADER_BYTES;
  }
}
