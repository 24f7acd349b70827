package vch.portlayer.address;

import java.math.BigInteger;
import java.util.Optional;
import java.util.stream.IntStream;

/// The addresses from `first` to `last`, both included, of one family.
public record Range(Ip first, Ip last) {
  public Range {
    if (first.family() != last.family()) {
      throw new IllegalArgumentException(first + "-" + last + " mixes IPv4 and IPv6");
    }
    if (first.compareTo(last) > 0) {
      throw new IllegalArgumentException(first + "-" + last + " ends before it begins");
    }
  }

  /// The range from its text, `a-b`.
  ///
  /// @throws IllegalArgumentException the text is something else
  public static Range parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException("'" + text + "' is not a range of addresses");
    }
    return new Range(Ip.parse(text.substring(0, dash)), Ip.parse(text.substring(dash + 1)));
  }

  /// The block that has exactly these addresses, if there is one.
  public Optional<Subnet> subnet() {
    return IntStream.rangeClosed(0, first.family().bits())
        .filter(l -> first.equals(first.masked(l)) && last.equals(first.filled(l)))
        .mapToObj(l -> new Subnet(first, l))
        .findFirst();
  }

  /// How many addresses.
  public BigInteger size() {
    var from = new BigInteger(1, first.bytes());
    return new BigInteger(1, last.bytes()).subtract(from).add(BigInteger.ONE);
  }

  public boolean contains(Ip address) {
    return address.family() == first.family()
        && first.compareTo(address) <= 0
        && address.compareTo(last) <= 0;
  }

  public boolean overlaps(Range other) {
    return contains(other.first) || other.contains(first);
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
