package vch.compute.runtime;

import java.util.Optional;
import vch.engine.compute.Processes.Ended;

/// A container's run as the daemon knows it: immutable, exchanged as a whole in [Runs].
///
/// @param ended empty while it goes on
record Run(RunRecord record, Bundle bundle, Optional<Ended> ended) {
  /// conmon and perhaps a first process are there.
  boolean live() {
    return ended.isEmpty();
  }

  boolean started() {
    return record.process().isPresent();
  }

  long pid() {
    return live() ? record.process().map(ProcessKey::pid).orElse(0L) : 0;
  }

  Run with(RunRecord next) {
    return new Run(next, bundle, ended);
  }

  Run with(Ended end) {
    return new Run(record, bundle, Optional.of(end));
  }
}
