package vch.portlayer.vch;

/// 12 lower-case hex digits.
public record VchId(String value) implements Comparable<VchId> {
  @Override
  public int compareTo(VchId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
