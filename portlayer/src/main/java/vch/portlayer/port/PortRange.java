package vch.portlayer.port;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Port numbers from `first` to `last`, both included, each 1 to 65535.
public record PortRange(int first, int last) implements Comparable<PortRange> {
  private static final Pattern TEXT = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?");

  public PortRange {
    if (first < 1 || last > 65535 || first > last) {
      throw new IllegalArgumentException(
          "ports " + first + "-" + last + " are not a range within 1-65535");
    }
  }

  public static PortRange of(int port) {
    return new PortRange(port, port);
  }

  /// Parses `80` or `8000-8010`.
  public static Optional<PortRange> tryParse(String text) {
    var parts = text.split("-", -1);
    try {
      if (parts.length > 2 || !TEXT.matcher(text).matches()) {
        return Optional.empty();
      }
      int first = Integer.parseInt(parts[0]);
      int last = parts.length == 1 ? first : Integer.parseInt(parts[1]);
      return first < 1 || last > 65535 || first > last
          ? Optional.empty()
          : Optional.of(new PortRange(first, last));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /// The runs of numbers that are set, each as long as can be.
  ///
  /// @param numbers each 1 to 65535
  public static List<PortRange> runs(BitSet numbers) {
    var out = new ArrayList<PortRange>();
    for (int first = numbers.nextSetBit(0); first >= 0; ) {
      int end = numbers.nextClearBit(first);
      out.add(new PortRange(first, end - 1));
      first = numbers.nextSetBit(end);
    }
    return out;
  }

  /// How many ports.
  public int size() {
    return last - first + 1;
  }

  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  public boolean overlaps(PortRange other) {
    return first <= other.last && other.first <= last;
  }

  @Override
  public int compareTo(PortRange other) {
    return first != other.first
        ? Integer.compare(first, other.first)
        : Integer.compare(last, other.last);
  }

  /// `80` or `8000-8010`.
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
