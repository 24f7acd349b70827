package vch.portlayer.portgroup;

/// 12 lower-case hex digits.
public record PortGroupId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
