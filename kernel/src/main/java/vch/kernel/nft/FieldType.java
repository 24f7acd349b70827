package vch.kernel.nft;

/// Types of fields of set elements, with nft's number for them (include/datatype.h of nftables) and
/// their size on the wire.
public enum FieldType {
  IPV4_ADDR(7, 4),
  IPV6_ADDR(8, 16),
  ETHER_ADDR(9, 6),
  /// Raw bytes of a packet (`typeof … @th,64,128`). Ours are an IPv6 address, or the next.
  INTEGER(4, 16),
  /// An Ethernet address as raw bytes of a packet (`typeof @ll,48,48`), to nft the same type. Which
  /// of the two it is tells the size of the key; in one with both these come first.
  RAW_ETHER(4, 6),
  INET_PROTO(12, 1),
  INET_SERVICE(13, 2),
  IFNAME(41, 16),
  OTHER(0, 4);

  private final int number;
  private final int bytes;

  FieldType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }

  /// In a concatenation, where each field is filled up to 4 bytes.
  int paddedBytes() {
    return (bytes + 3) & ~3;
  }

  static FieldType of(int number) {
    for (var type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    return OTHER;
  }
}
