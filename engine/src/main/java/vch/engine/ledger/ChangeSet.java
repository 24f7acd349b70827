package vch.engine.ledger;

import java.util.List;
import vch.portlayer.state.Change;

/// The changes of one command.
///
/// @param revision of the image after them
public record ChangeSet(long revision, List<Change> changes) {
  public ChangeSet {
    changes = List.copyOf(changes);
  }
}
