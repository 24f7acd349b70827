package vch.portlayer.container;

/// When a container that ended is started again. `maximumRetries` counts for ON_FAILURE only; 0: no
/// bound.
public record RestartPolicy(When when, int maximumRetries) {
  public static final RestartPolicy NEVER = new RestartPolicy(When.NO, 0);

  /// The four policies.
  public enum When {
    NO,
    ALWAYS,
    UNLESS_STOPPED,
    ON_FAILURE
  }
}
