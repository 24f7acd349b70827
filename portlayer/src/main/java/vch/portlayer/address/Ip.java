package vch.portlayer.address;

import java.math.BigInteger;
import java.util.Optional;

/// An Internet Protocol address of either family, as an unsigned number: `high` holds the upper 64
/// bits (0 for IPv4), `low` the lower ones. Ordered by family, then by number.
public record Ip(Family family, long high, long low) implements Comparable<Ip> {
  public Ip {
    if (family == Family.IPV4 && (high != 0 || (low >>> 32) != 0)) {
      throw new IllegalArgumentException("not an IPv4 number: " + high + ":" + low);
    }
  }

  /// Parses the text form: dotted quad without leading zeros (RFC 6943 section 3.1.1, strict form),
  /// or RFC 4291 section 2.2 without zone. Never asks a name server.
  ///
  /// @throws IllegalArgumentException with one sentence when the text is no address
  public static Ip parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not an IP address"));
  }

  /// As [#parse(String)], empty instead of throwing.
  public static Optional<Ip> tryParse(String text) {
    return IpText.parse(text);
  }

  /// From 4 or 16 bytes in network order.
  public static Ip of(byte[] bytes) {
    var number = new BigInteger(1, bytes);
    return switch (bytes.length) {
      case 4 -> new Ip(Family.IPV4, 0, number.longValue());
      case 16 -> new Ip(Family.IPV6, number.shiftRight(64).longValue(), number.longValue());
      default ->
          throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
    };
  }

  /// 4 or 16 bytes in network order.
  public byte[] bytes() {
    var out = new byte[family.bits() / 8];
    long rest = low;
    for (int i = out.length - 1; i >= 0; i--) {
      out[i] = (byte) rest;
      rest = i == 8 ? high : rest >>> 8;
    }
    return out;
  }

  /// The address `count` above this one (below, when negative); wraps around within the family.
  public Ip plus(long count) {
    if (family == Family.IPV4) {
      return new Ip(family, 0, (low + count) & 0xffff_ffffL);
    }
    long sum = low + count;
    long carry =
        count >= 0
            ? (Long.compareUnsigned(sum, low) < 0 ? 1 : 0)
            : (Long.compareUnsigned(sum, low) > 0 ? -1 : 0);
    return new Ip(family, high + carry, sum);
  }

  /// This address with all bits after the first `length` cleared.
  public Ip masked(int length) {
    if (length < 0 || length > family.bits()) {
      throw new IllegalArgumentException(
          "prefix length " + length + " is outside 0.." + family.bits());
    }
    if (family == Family.IPV4) {
      return new Ip(
          family, 0, length == 0 ? 0 : low & (0xffff_ffffL << (32 - length)) & 0xffff_ffffL);
    }
    long h = length >= 64 ? high : length == 0 ? 0 : high & (-1L << (64 - length));
    long l = length <= 64 ? 0 : length == 128 ? low : low & (-1L << (128 - length));
    return new Ip(family, h, l);
  }

  /// This address with all bits after the first `length` set.
  public Ip filled(int length) {
    var first = masked(length);
    if (family == Family.IPV4) {
      return new Ip(family, 0, length == 32 ? first.low : first.low | (0xffff_ffffL >>> length));
    }
    long h = length >= 64 ? first.high : first.high | (length == 0 ? -1L : -1L >>> length);
    long l = length == 128 ? first.low : length <= 64 ? -1L : first.low | (-1L >>> (length - 64));
    return new Ip(family, h, l);
  }

  public boolean isIpv4() {
    return family == Family.IPV4;
  }

  public boolean isLoopback() {
    return family == Family.IPV4 ? (low >>> 24) == 127 : high == 0 && low == 1;
  }

  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  public boolean isMulticast() {
    return family == Family.IPV4 ? (low >>> 28) == 0xe : (high >>> 56) == 0xff;
  }

  @Override
  public int compareTo(Ip other) {
    if (family != other.family) {
      return family.compareTo(other.family);
    }
    int h = Long.compareUnsigned(high, other.high);
    return h != 0 ? h : Long.compareUnsigned(low, other.low);
  }

  /// Dotted quad, or the canonical text of RFC 5952.
  @Override
  public String toString() {
    return IpText.format(this);
  }
}
