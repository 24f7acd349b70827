package vch.engine.ledger;

import java.util.List;
import vch.portlayer.state.Image;

/// Keeps the image as long as this object lives: for tests and trials. Closing it keeps what it
/// holds, so that a test can load it again. Safe for use by one thread after the other.
public final class MemoryJournal implements Journal {
  private volatile Image kept;

  public MemoryJournal() {
    this(Image.EMPTY);
  }

  /// Begins with `image`.
  public MemoryJournal(Image image) {
    this.kept = image;
  }

  @Override
  public Image load() {
    return kept;
  }

  @Override
  public void append(List<ChangeSet> sets) {
    var next = kept;
    for (var set : sets) {
      next = next.after(set.changes()).at(set.revision());
    }
    kept = next;
  }

  @Override
  public void close() {
    // nothing is open
  }
}
