package vch.portlayer.address;

import java.util.Optional;

/// An address of an interface together with its prefix length: `172.18.0.2/16`.
public record Cidr(Ip address, int length) implements Comparable<Cidr> {
  public Cidr {
    if (length < 0 || length > address.family().bits()) {
      throw new IllegalArgumentException(
          "prefix length " + length + " is outside 0.." + address.family().bits());
    }
  }

  /// Parses `address/length`.
  ///
  /// @throws IllegalArgumentException with one sentence when the text is not of that form
  public static Cidr parse(String text) {
    return tryParse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + text + "' is not in CIDR form, for example 172.16.0.0/12"));
  }

  /// As [#parse(String)], empty instead of throwing.
  public static Optional<Cidr> tryParse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || text.length() - slash > 4 || text.length() - slash < 2) {
      return Optional.empty();
    }
    var digits = text.substring(slash + 1);
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')
        || (digits.length() > 1 && digits.charAt(0) == '0')) {
      return Optional.empty();
    }
    int length = Integer.parseInt(digits);
    return Ip.tryParse(text.substring(0, slash))
        .filter(ip -> length <= ip.family().bits())
        .map(ip -> new Cidr(ip, length));
  }

  public Subnet subnet() {
    return new Subnet(address.masked(length), length);
  }

  @Override
  public int compareTo(Cidr other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
  }

  @Override
  public String toString() {
    return address + "/" + length;
  }
}
