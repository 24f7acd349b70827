package vch.portlayer.scope;

/// 64 lower-case hex digits, as Docker writes network ids.
public record ScopeId(String value) implements Comparable<ScopeId> {
  /// The first 12 digits.
  public String brief() {
    return value.substring(0, 12);
  }

  @Override
  public int compareTo(ScopeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
