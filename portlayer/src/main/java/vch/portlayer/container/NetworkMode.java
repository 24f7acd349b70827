package vch.portlayer.container;

/// How a container gets its network namespace.
public sealed interface NetworkMode {
  /// Its own namespace, with a place on `network` (name or id as asked) and perhaps further scopes.
  record Scoped(String network) implements NetworkMode {}

  /// Its own namespace with loopback only.
  record None() implements NetworkMode {}

  /// The namespace of another container, by name or id; resolved at start.
  record Shared(String container) implements NetworkMode {}
}
