package vch.engine.lifecycle;

import vch.portlayer.container.ContainerId;

/// What is needed of whoever answers containers that ask for names.
@FunctionalInterface
public interface NameService {
  /// Answers inside the container's own namespace from now on, or no longer, as the latest image
  /// wants it: a container that is on container networks only has nobody else to ask. Returns when
  /// its programs can ask. Never throws: without names a container still runs.
  ///
  /// To be called before the first process of a run starts, whenever the networks of a running
  /// container have changed, and for containers that a new daemon finds running; for one container
  /// by one thread at a time.
  void follow(ContainerId container);
}
