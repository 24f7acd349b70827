package vch.portlayer.port;

/// One port of one protocol, as in `80/tcp`.
public record Port(int number, Protocol protocol) implements Comparable<Port> {
  public Port {
    if (number < 1 || number > 65535) {
      throw new IllegalArgumentException("port " + number + " is outside 1..65535");
    }
  }

  @Override
  public int compareTo(Port other) {
    return number != other.number
        ? Integer.compare(number, other.number)
        : protocol.compareTo(other.protocol);
  }

  @Override
  public String toString() {
    return number + "/" + protocol.text();
  }
}
