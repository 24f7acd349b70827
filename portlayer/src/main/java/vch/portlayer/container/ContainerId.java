package vch.portlayer.container;

/// 64 lower-case hex digits.
public record ContainerId(String value) implements Comparable<ContainerId> {
  /// The first 12 digits: also a name of the container.
  public String brief() {
    return value.substring(0, 12);
  }

  @Override
  public int compareTo(ContainerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
