package vch.engine.fake;

import java.io.IOException;
import java.util.List;
import vch.engine.ledger.ChangeSet;
import vch.engine.ledger.Journal;
import vch.portlayer.state.Image;

/// A journal whose daemon can be killed before and after every append, and whose disk can be full.
public final class CutJournal implements Journal {
  private final Journal journal;
  private final Cuts cuts;
  private volatile boolean full;

  public CutJournal(Journal journal, Cuts cuts) {
    this.journal = journal;
    this.cuts = cuts;
  }

  public void full(boolean isFull) {
    full = isFull;
  }

  @Override
  public Image load() throws IOException {
    return journal.load();
  }

  @Override
  public void append(List<ChangeSet> sets) throws IOException {
    if (full) {
      throw new IOException("no space left on device");
    }
    try {
      cuts.step("before an append");
      journal.append(sets);
      cuts.step("after an append");
    } catch (Cuts.Killed e) {
      throw new IOException("killed", e);
    }
  }

  @Override
  public void close() {
    journal.close();
  }
}
