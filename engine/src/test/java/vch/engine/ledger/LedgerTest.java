package vch.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.fake.Samples;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

class LedgerTest {
  /// Remembers how much was appended together, and fails or waits on demand.
  private static final class Trial implements Journal {
    private final MemoryJournal memory = new MemoryJournal();
    private final List<Integer> together = new ArrayList<>();
    private volatile boolean full;
    private volatile Optional<String> crowded = Optional.empty();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch arrived = new CountDownLatch(1);

    @Override
    public Image load() {
      return memory.load();
    }

    @Override
    public Optional<String> crowded() {
      return crowded;
    }

    @Override
    public void append(List<ChangeSet> sets) throws IOException {
      arrived.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (full) {
        throw new IOException("The record cannot be used: the disk is full.");
      }
      together.add(sets.size());
      memory.append(sets);
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  private static final Ledger.Listener NOBODY = (_, _, _) -> {};
  private final Trial journal = new Trial();
  private Ledger ledger;

  @BeforeEach
  void open() throws IOException {
    ledger = Ledger.open(journal);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private static Function<Image, Decision<Integer>> put(int n) {
    return _ -> Decision.of(n, Samples.put(Samples.container(n, 1)));
  }

  @Test
  void a_change_is_durable_before_it_is_visible() {
    var seen = new ArrayList<Boolean>();
    ledger.listen((_, after, _) -> seen.add(journal.load().revision() >= after.revision()));
    assertThat(ledger.submit(put(1), NOBODY).join()).isEqualTo(1);
    assertThat(seen).containsExactly(true);
    assertThat(ledger.image().containers()).hasSize(1);
    assertThat(ledger.image().revision()).isEqualTo(1);
  }

  @Test
  void a_full_disk_refuses_with_one_sentence_changes_nothing_and_work_goes_on() {
    ledger.submit(put(1), NOBODY).join();
    journal.full = true;
    assertThatThrownBy(() -> ledger.submit(put(2), NOBODY).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(Refusal.Failed.class)
        .hasMessageContaining(
            "The change cannot be recorded, so it was not made: The record cannot be used: the disk is full.");
    assertThat(ledger.image().containers()).hasSize(1);
    journal.full = false;
    ledger.submit(put(2), NOBODY).join();
    assertThat(ledger.image().containers()).hasSize(2);
    assertThat(journal.load().revision()).isEqualTo(2);
  }

  @Test
  void where_there_is_little_room_nothing_new_comes_and_what_is_there_changes_and_goes() {
    ledger.submit(put(1), NOBODY).join();
    journal.crowded = Optional.of("3 KiB are free.");
    assertThatThrownBy(() -> ledger.submit(put(2), NOBODY).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(Refusal.Failed.class)
        .hasMessageContaining(
            "Nothing new can be recorded, and nothing was changed: 3 KiB are free.");
    ledger.submit(put(1), NOBODY).join();
    var id = Samples.container(1, 1).id();
    ledger.submit(_ -> Decision.of(1, new Change.ContainerRemoved(id)), NOBODY).join();
    assertThat(ledger.image().containers()).isEmpty();
  }

  @Test
  void commands_that_wait_are_made_durable_together_and_see_each_other()
      throws InterruptedException {
    journal.gate = new CountDownLatch(1);
    var replies = new ArrayList<CompletableFuture<Integer>>();
    replies.add(ledger.submit(put(1), NOBODY));
    assertThat(journal.arrived.await(30, TimeUnit.SECONDS)).isTrue();
    for (int n = 2; n <= 10; n++) {
      int expected = n - 1;
      var put = put(n);
      replies.add(
          ledger.submit(
              image -> {
                assertThat(image.containers()).hasSize(expected);
                return put.apply(image);
              },
              NOBODY));
    }
    journal.gate.countDown();
    replies.forEach(CompletableFuture::join);
    assertThat(journal.together).containsExactly(1, 9);
    assertThat(journal.load().revision()).isEqualTo(10);
  }

  @Test
  void a_refusal_in_between_leaves_the_others_alone() throws InterruptedException {
    journal.gate = new CountDownLatch(1);
    var first = ledger.submit(put(1), NOBODY);
    assertThat(journal.arrived.await(30, TimeUnit.SECONDS)).isTrue();
    var refused =
        ledger.<Integer>submit(
            _ -> {
              throw new Refusal.Conflict("no");
            },
            NOBODY);
    var last = ledger.submit(put(2), NOBODY);
    journal.gate.countDown();
    assertThat(first.join()).isEqualTo(1);
    assertThat(last.join()).isEqualTo(2);
    assertThat(refused).isCompletedExceptionally();
  }

  @Test
  void a_decision_without_changes_writes_nothing() {
    assertThat(ledger.submit(_ -> Decision.of("same"), NOBODY).join()).isEqualTo("same");
    assertThat(journal.together).isEmpty();
    assertThat(ledger.image().revision()).isZero();
  }

  @Test
  void a_rule_that_fails_and_a_listener_that_fails_stop_nothing() {
    ledger.listen(
        (_, _, _) -> {
          throw new IllegalStateException("listener");
        });
    assertThatThrownBy(
            () ->
                ledger
                    .<Integer>submit(
                        _ -> {
                          throw new AssertionError("rule");
                        },
                        NOBODY)
                    .join())
        .hasCauseInstanceOf(AssertionError.class);
    assertThat(ledger.submit(put(1), NOBODY).join()).isEqualTo(1);
  }

  @Test
  void too_many_commands_that_wait_are_refused() throws InterruptedException {
    journal.gate = new CountDownLatch(1);
    ledger.submit(put(1), NOBODY);
    assertThat(journal.arrived.await(30, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < Ledger.COMMANDS_WAITING_MAX; i++) {
      ledger.submit(put(2), NOBODY);
    }
    assertThatThrownBy(() -> ledger.submit(put(3), NOBODY).join())
        .hasCauseInstanceOf(Refusal.Unavailable.class);
    journal.gate.countDown();
  }

  @Test
  void after_closing_commands_are_refused() {
    ledger.close();
    assertThatThrownBy(() -> ledger.submit(put(1), NOBODY).join())
        .hasCauseInstanceOf(Refusal.Unavailable.class)
        .hasMessageContaining("The daemon is stopping; nothing was changed.");
  }
}
