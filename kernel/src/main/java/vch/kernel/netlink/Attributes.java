package vch.kernel.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Attributes that were received: `struct nlattr`, u16 length with the 4 bytes of its own, u16
/// type, value, padding. The upper two bits of the type are flags. Views of the buffer, nothing is
/// copied until it is read. What is cut short is treated as not there.
public final class Attributes {
  private static final int TYPE_MASK = 0x3fff;

  private final ByteBuffer all;

  /// Reads the attributes in the buffer.
  ///
  /// @param all from its position to its limit
  public Attributes(ByteBuffer all) {
    this.all = all.slice().order(ByteOrder.nativeOrder());
  }

  /// What to do with each attribute.
  @FunctionalInterface
  public interface Visitor {
    void attribute(int type, ByteBuffer value);
  }

  public void each(Visitor visitor) {
    for (int at = 0; at + 4 <= all.limit(); ) {
      int length = Short.toUnsignedInt(all.getShort(at));
      if (length < 4 || at + length > all.limit()) {
        return;
      }
      visitor.attribute(
          all.getShort(at + 2) & TYPE_MASK,
          all.slice(at + 4, length - 4).order(ByteOrder.nativeOrder()));
      at += (length + 3) & ~3;
    }
  }

  private Optional<ByteBuffer> find(int wanted) {
    for (int at = 0; at + 4 <= all.limit(); ) {
      int length = Short.toUnsignedInt(all.getShort(at));
      if (length < 4 || at + length > all.limit()) {
        return Optional.empty();
      }
      if ((all.getShort(at + 2) & TYPE_MASK) == wanted) {
        return Optional.of(all.slice(at + 4, length - 4).order(ByteOrder.nativeOrder()));
      }
      at += (length + 3) & ~3;
    }
    return Optional.empty();
  }

  public Optional<byte[]> bytes(int type) {
    return find(type).map(Attributes::copy);
  }

  public OptionalInt u8(int type) {
    var value = find(type).filter(v -> v.limit() >= 1);
    return value.isPresent()
        ? OptionalInt.of(Byte.toUnsignedInt(value.get().get(0)))
        : OptionalInt.empty();
  }

  public OptionalInt u32(int type) {
    var value = find(type).filter(v -> v.limit() >= 4);
    return value.isPresent() ? OptionalInt.of(value.get().getInt(0)) : OptionalInt.empty();
  }

  public OptionalInt be16(int type) {
    var value = find(type).filter(v -> v.limit() >= 2);
    return value.isPresent()
        ? OptionalInt.of(Short.toUnsignedInt(value.get().order(ByteOrder.BIG_ENDIAN).getShort(0)))
        : OptionalInt.empty();
  }

  public OptionalInt be32(int type) {
    var value = find(type).filter(v -> v.limit() >= 4);
    return value.isPresent()
        ? OptionalInt.of(value.get().order(ByteOrder.BIG_ENDIAN).getInt(0))
        : OptionalInt.empty();
  }

  /// Text up to its closing zero; empty text where the attribute is missing.
  public String text(int type) {
    return find(type).map(v -> text(copy(v))).orElse("");
  }

  public boolean has(int type) {
    return find(type).isPresent();
  }

  /// The attributes within this one; none where it is missing.
  public Attributes nested(int type) {
    return new Attributes(find(type).orElseGet(() -> ByteBuffer.allocate(0)));
  }

  /// The attributes of each element of a list.
  public List<Attributes> list(int type) {
    var out = new ArrayList<Attributes>();
    nested(type).each((_, value) -> out.add(new Attributes(value)));
    return out;
  }

  /// Copies all bytes of the value.
  public static byte[] copy(ByteBuffer value) {
    var out = new byte[value.remaining()];
    value.get(value.position(), out);
    return out;
  }

  private static String text(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
