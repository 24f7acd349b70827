package vch.app.compat.differential;

/// Where the two answered differently.
///
/// @param operation of the step
/// @param version of the API, `v1.41`
/// @param place `status`, `message`, `header.x`, `body.State.Pid`, `events`, `event[container
///   die].Actor.Attributes.exitCode`; `[]` stands for any place of a list, `*` for an id
record Difference(String operation, String version, String place, String dockerd, String ours) {
  @Override
  public String toString() {
    return operation
        + (version.isEmpty() ? "" : " " + version)
        + ": "
        + place
        + "\n    dockerd: "
        + dockerd
        + "\n    ours:    "
        + ours;
  }
}
