package vch.engine.machine;

import java.util.Optional;

/// What became of one step. `error` is a sentence that names the call, the object and the kernel's
/// reason.
public record Outcome(Step step, Optional<String> error) {
  public boolean failed() {
    return error.isPresent();
  }
}
