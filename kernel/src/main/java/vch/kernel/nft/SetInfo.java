package vch.kernel.nft;

import java.util.ArrayList;
import java.util.List;
import vch.kernel.netlink.Reply;

/// A set or map as the kernel shows it.
///
/// @param keyType types of the parts of a key as nft(8) numbers them, six bits each, the last part
///   lowest
/// @param keyBytes of a whole key, each part of a concatenation padded to 4 bytes
/// @param dataType as `keyType`; 0 for sets
public record SetInfo(
    TableName table, String name, int flags, int keyType, int keyBytes, int dataType) {
  private static final int ANONYMOUS = 1;
  private static final int INTERVAL = 4;
  private static final int MAP = 8;
  private static final int TYPE_BITS = 6;

  static SetInfo of(Reply reply) {
    var a = reply.attributes(Nf.NFGENMSG_BYTES);
    return new SetInfo(
        new TableName(Nf.family(reply.body().get(0)), a.text(Nf.NFTA_SET_TABLE)),
        a.text(Nf.NFTA_SET_NAME),
        a.be32(Nf.NFTA_SET_FLAGS).orElse(0),
        a.be32(Nf.NFTA_SET_KEY_TYPE).orElse(0),
        a.be32(Nf.NFTA_SET_KEY_LEN).orElse(0),
        a.be32(Nf.NFTA_SET_DATA_TYPE).orElse(0));
  }

  public boolean isAnonymous() {
    return (flags & ANONYMOUS) != 0;
  }

  public boolean isInterval() {
    return (flags & INTERVAL) != 0;
  }

  public boolean isMap() {
    return (flags & MAP) != 0;
  }

  /// Types of the parts of a key, in order.
  public List<FieldType> keyTypes() {
    var types = new ArrayList<>(types(keyType));
    for (int i = 0; i < types.size() && size(types) > keyBytes; i++) {
      if (types.get(i) == FieldType.INTEGER) {
        types.set(i, FieldType.RAW_ETHER);
      }
    }
    return List.copyOf(types);
  }

  private static int size(List<FieldType> types) {
    return types.size() == 1
        ? types.getFirst().bytes()
        : types.stream().mapToInt(FieldType::paddedBytes).sum();
  }

  /// Types of the parts of the data of a map, in order.
  public List<FieldType> dataTypes() {
    return isMap() ? types(dataType) : List.of();
  }

  private static List<FieldType> types(int packed) {
    var out = new ArrayList<FieldType>();
    for (int rest = packed; rest != 0; rest >>>= TYPE_BITS) {
      out.addFirst(FieldType.of(rest & (1 << TYPE_BITS) - 1));
    }
    return out;
  }
}
