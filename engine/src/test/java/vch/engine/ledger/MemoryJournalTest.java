package vch.engine.ledger;

class MemoryJournalTest extends JournalContract {
  private final MemoryJournal journal = new MemoryJournal();

  @Override
  Journal open() {
    return journal;
  }
}
