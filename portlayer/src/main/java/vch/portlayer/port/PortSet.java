package vch.portlayer.port;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A set of ports, kept as ranges: fifty thousand consecutive ones are one value. Equal sets are
/// equal values.
///
/// @param ranges as long as can be, in order, none touching another of its protocol
public record PortSet(List<Ports> ranges) {
  public static final PortSet EMPTY = new PortSet(List.of());

  public PortSet {
    ranges = joined(ranges);
  }

  public static PortSet of(Port... ports) {
    return new PortSet(Stream.of(ports).map(Ports::of).toList());
  }

  private static List<Ports> joined(Collection<Ports> some) {
    if (some.size() < 2) {
      return List.copyOf(some);
    }
    var numbers = new EnumMap<Protocol, BitSet>(Protocol.class);
    for (var each : some) {
      numbers
          .computeIfAbsent(each.protocol(), _ -> new BitSet())
          .set(each.range().first(), each.range().last() + 1);
    }
    var out = new ArrayList<Ports>();
    numbers.forEach(
        (protocol, set) ->
            PortRange.runs(set).forEach(range -> out.add(new Ports(range, protocol))));
    out.sort(null);
    return List.copyOf(out);
  }

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /// One by one, by number, then protocol. For where each port is a thing of its own.
  public Stream<Port> ports() {
    return ranges.stream()
        .flatMap(
            r ->
                IntStream.rangeClosed(r.range().first(), r.range().last())
                    .mapToObj(n -> new Port(n, r.protocol())))
        .sorted();
  }

  @Override
  public String toString() {
    return ranges.toString();
  }
}
