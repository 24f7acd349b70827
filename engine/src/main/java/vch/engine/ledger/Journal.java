package vch.engine.ledger;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import vch.portlayer.state.Image;

/// Keeps the image. Owned by one thread at a time.
public interface Journal extends AutoCloseable {
  /// The image as it was after the last append that returned; [Image#EMPTY] for a new journal.
  /// Called once, first.
  ///
  /// @throws IOException one sentence that says what is wrong with which file and what to do
  Image load() throws IOException;

  /// Makes the change sets durable, all or none: when this returns they survive a power loss.
  /// Revisions follow each other without gap.
  ///
  /// @throws IOException nothing has been written; the journal can be used again
  void append(List<ChangeSet> sets) throws IOException;

  /// Sees to it that what is there can be stopped and removed on a disk that is full: else whoever
  /// fills it could not be. Called between appends.
  default void keepRoom() {}

  /// Why nothing new should be appended, though it might be possible: one sentence. Else empty.
  default Optional<String> crowded() {
    return Optional.empty();
  }

  @Override
  void close();
}
