package vch.kernel.nft;

import java.util.List;

/// An element of a set or map, as fields in network order, each of the bytes of its type, without
/// padding.
///
/// @param data empty for sets
public record SetElement(List<Field> key, List<Field> data) {
  public SetElement {
    key = List.copyOf(key);
    data = List.copyOf(data);
  }

  /// One field: everything from `first` to `last`, both included; one value when they are equal.
  @SuppressWarnings("ArrayRecordComponent") // compared by the caller as what they mean
  public record Field(byte[] first, byte[] last) {
    public static Field of(byte[] value) {
      return new Field(value, value);
    }
  }
}
