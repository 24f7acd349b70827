package vch.portlayer.address;

import java.util.Optional;

/// A block of addresses, always written from its first address: `10.4.0.0/16`, never `10.4.7.9/16`.
public record Subnet(Ip first, int length) implements Comparable<Subnet> {
  public Subnet {
    if (length < 0 || length > first.family().bits()) {
      throw new IllegalArgumentException(
          "prefix length " + length + " is outside 0.." + first.family().bits());
    }
    if (!first.equals(first.masked(length))) {
      throw new IllegalArgumentException(
          first
              + "/"
              + length
              + " has host bits set; it should be "
              + first.masked(length)
              + "/"
              + length);
    }
  }

  /// Parses `address/length`; host bits are refused.
  public static Subnet parse(String text) {
    var cidr = Cidr.parse(text);
    return new Subnet(cidr.address(), cidr.length());
  }

  /// As [#parse(String)], empty instead of throwing.
  public static Optional<Subnet> tryParse(String text) {
    return Cidr.tryParse(text)
        .filter(c -> c.address().equals(c.address().masked(c.length())))
        .map(Cidr::subnet);
  }

  public Family family() {
    return first.family();
  }

  /// The last address of the block (the broadcast address of an IPv4 subnet).
  public Ip last() {
    return first.filled(length);
  }

  public boolean contains(Ip address) {
    return address.family() == first.family() && address.masked(length).equals(first);
  }

  public boolean contains(Subnet other) {
    return other.length >= length && contains(other.first);
  }

  /// Full interval test: true when any address lies in both.
  public boolean overlaps(Subnet other) {
    return contains(other.first) || other.contains(first);
  }

  public Range range() {
    return new Range(first, last());
  }

  /// True when the address may be given to a host: inside, and for IPv4 subnets shorter than /31
  /// neither the network nor the broadcast address (RFC 3021 lifts that for /31); for IPv6 not the
  /// subnet-router anycast address.
  public boolean isHost(Ip address) {
    if (!contains(address)) {
      return false;
    }
    int hostBits = first.family().bits() - length;
    if (hostBits <= 1) {
      return true;
    }
    return !address.equals(first) && !(first.isIpv4() && address.equals(last()));
  }

  @Override
  public int compareTo(Subnet other) {
    int byFirst = first.compareTo(other.first);
    return byFirst != 0 ? byFirst : Integer.compare(length, other.length);
  }

  @Override
  public String toString() {
    return first + "/" + length;
  }
}
