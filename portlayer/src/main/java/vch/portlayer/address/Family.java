package vch.portlayer.address;

/// The two families of Internet Protocol addresses.
public enum Family {
  IPV4(32),
  IPV6(128);

  private final int bits;

  Family(int bits) {
    this.bits = bits;
  }

  /// Width of an address of this family, in bits.
  public int bits() {
    return bits;
  }
}
