package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SystemSchedulerTest {
  @Test
  void work_is_done_soon_and_later_on_virtual_threads() {
    try (var scheduler = new SystemScheduler()) {
      var soon = new CompletableFuture<Boolean>();
      var later = new CompletableFuture<Boolean>();
      scheduler.soon(() -> soon.complete(Thread.currentThread().isVirtual()));
      scheduler.after(
          Duration.ofMillis(1), () -> later.complete(Thread.currentThread().isVirtual()));
      assertThat(soon.join()).isTrue();
      assertThat(later.join()).isTrue();
    }
  }

  @Test
  void what_is_cancelled_or_closed_is_never_done() {
    var done = new CompletableFuture<Boolean>();
    var scheduler = new SystemScheduler();
    scheduler.after(Duration.ofDays(1), () -> done.complete(true)).cancel();
    scheduler.close();
    scheduler.after(Duration.ZERO, () -> done.complete(true)).cancel();
    assertThat(done).isNotDone();
  }
}
