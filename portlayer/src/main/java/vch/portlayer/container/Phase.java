package vch.portlayer.container;

/// Where in its life a container is.
public enum Phase {
  /// Never started.
  CREATED,
  /// Asked to run; its network is being made, no process yet.
  STARTING,
  RUNNING,
  PAUSED,
  /// Ended, waiting for its restart policy to start it again. Keeps its network.
  RESTARTING,
  EXITED,
  /// Being removed; cannot be started or connected.
  REMOVING;

  /// True when the container's network must exist.
  public boolean live() {
    return this == STARTING || this == RUNNING || this == PAUSED || this == RESTARTING;
  }
}
