package vch.engine.machine;

/// Name of a network namespace within a daemon. [#MACHINE] is the one that the daemon was started
/// in.
///
/// Endpoint namespaces are `e-<vch id>`, containers' are `c-<12 hex of the container id>-<run>`.
public record NamespaceName(String value) implements Comparable<NamespaceName> {
  public static final NamespaceName MACHINE = new NamespaceName("machine");

  @Override
  public int compareTo(NamespaceName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
