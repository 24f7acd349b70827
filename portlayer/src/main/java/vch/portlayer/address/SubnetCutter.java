package vch.portlayer.address;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Cuts subnets for new networks out of an IPv4 range. Whole blocks of the width asked for come
/// first, the lowest free one. The last whole block is not given away as a whole: it is cut into
/// blocks of /24, and the last half of it into blocks of /28, so that a range takes thousands of
/// networks and always gives while addresses are left.
public final class SubnetCutter {
  /// Prefix length of blocks when whole ones run out.
  public static final int SMALLER_LENGTH = 24;

  /// Prefix length of blocks when these run out too.
  public static final int SMALLEST_LENGTH = 28;

  /// Longer prefixes have no room for a gateway and a container.
  public static final int USABLE_LENGTH_MAX = 30;

  private SubnetCutter() {}

  /// The block for the next network; empty when nothing of /30 or larger is left.
  ///
  /// @param range where blocks come from
  /// @param width prefix length of a whole block
  /// @param taken subnets that the new one must not overlap, in any order, inside the range or not
  public static Optional<Subnet> cut(Subnet range, int width, Collection<Subnet> taken) {
    var free = free(range, taken);
    long left = free.stream().mapToLong(SubnetCutter::size).sum();
    long reserve = sizeOf(width) / 2;
    if (left - sizeOf(width) >= reserve) {
      var whole = lowest(free, width);
      if (whole.isPresent()) {
        return whole;
      }
    }
    if (width < SMALLER_LENGTH && left - sizeOf(SMALLER_LENGTH) >= reserve) {
      var smaller = tightest(free, SMALLER_LENGTH);
      if (smaller.isPresent()) {
        return smaller;
      }
    }
    for (int length = Math.max(width, SMALLEST_LENGTH); length <= USABLE_LENGTH_MAX; length++) {
      var smallest = tightest(free, length);
      if (smallest.isPresent()) {
        return smallest;
      }
    }
    return Optional.empty();
  }

  /// The lowest block of that length which overlaps nothing; of either family, and at no cost for
  /// what is free.
  public static Optional<Subnet> lowest(Subnet range, int length, Collection<Subnet> taken) {
    var at = new Subnet(range.first(), length);
    for (var other : taken.stream().filter(range::overlaps).sorted().toList()) {
      if (other.overlaps(at)) {
        var last = other.length() < length ? other.last() : at.last();
        if (last.compareTo(range.last()) >= 0) {
          return Optional.empty();
        }
        at = new Subnet(last.plus(1), length);
      }
    }
    return Optional.of(at);
  }

  /// The block of that length with the lowest address.
  private static Optional<Subnet> lowest(List<Subnet> free, int length) {
    return free.stream()
        .filter(b -> b.length() <= length)
        .findFirst()
        .map(b -> new Subnet(b.first(), length));
  }

  /// A block of that length out of the smallest free one, so that large ones stay whole.
  private static Optional<Subnet> tightest(List<Subnet> free, int length) {
    return free.stream()
        .filter(b -> b.length() <= length)
        .max(
            Comparator.comparingInt(Subnet::length)
                .thenComparing(Subnet::first, Comparator.reverseOrder()))
        .map(b -> new Subnet(b.first(), length));
  }

  /// What is free of the range as the fewest aligned blocks, in the order of addresses.
  private static List<Subnet> free(Subnet range, Collection<Subnet> taken) {
    var inOrder =
        taken.stream()
            .filter(t -> t.family() == range.family() && t.overlaps(range))
            .sorted()
            .toList();
    var out = new ArrayList<Subnet>();
    long at = range.first().low();
    long end = range.last().low() + 1;
    for (var t : inOrder) {
      blocks(at, Math.min(t.first().low(), end), out);
      at = Math.max(at, t.last().low() + 1);
    }
    blocks(at, end, out);
    return out;
  }

  private static void blocks(long from, long end, List<Subnet> out) {
    long at = from;
    while (at < end) {
      int bits = at == 0 ? 32 : Math.min(32, Long.numberOfTrailingZeros(at));
      while (at + (1L << bits) > end) {
        bits--;
      }
      out.add(new Subnet(new Ip(Family.IPV4, 0, at), 32 - bits));
      at += 1L << bits;
    }
  }

  private static long size(Subnet block) {
    return sizeOf(block.length());
  }

  private static long sizeOf(int length) {
    return 1L << (32 - length);
  }
}
