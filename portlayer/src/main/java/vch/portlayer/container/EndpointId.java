package vch.portlayer.container;

/// 64 lower-case hex digits.
public record EndpointId(String value) implements Comparable<EndpointId> {
  public String brief() {
    return value.substring(0, 12);
  }

  @Override
  public int compareTo(EndpointId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
