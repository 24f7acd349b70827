package vch.portlayer.port;

import java.util.Optional;

/// Consecutive ports of one protocol, as in `8000-8999/tcp`.
public record Ports(PortRange range, Protocol protocol) implements Comparable<Ports> {
  public static Ports of(Port port) {
    return new Ports(PortRange.of(port.number()), port.protocol());
  }

  /// Parses `80/tcp` and `8000-8999/udp`.
  public static Optional<Ports> tryParse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : PortRange.tryParse(text.substring(0, slash))
            .flatMap(
                range ->
                    Protocol.tryParse(text.substring(slash + 1))
                        .map(protocol -> new Ports(range, protocol)));
  }

  @Override
  public int compareTo(Ports other) {
    int byRange = range.compareTo(other.range);
    return byRange != 0 ? byRange : protocol.compareTo(other.protocol);
  }

  @Override
  public String toString() {
    return range + "/" + protocol.text();
  }
}
