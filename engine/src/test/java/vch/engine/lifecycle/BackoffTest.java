package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void waits_double_from_100_ms_up_to_a_minute() {
    var waits = new ArrayList<Long>();
    var backoff = Backoff.NONE;
    for (int i = 0; i < 12; i++) {
      backoff = backoff.after(Duration.ofMillis(5));
      waits.add(backoff.delay().toMillis());
    }
    assertThat(waits)
        .containsExactly(
            100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 51200L, 60000L, 60000L);
  }

  @Test
  void a_run_that_lasted_begins_anew() {
    var backoff =
        Backoff.NONE.after(Duration.ZERO).after(Duration.ZERO).after(Duration.ofMillis(9999));
    assertThat(backoff.delay()).hasMillis(400);
    assertThat(backoff.after(Duration.ofSeconds(10)).delay()).hasMillis(100);
  }
}
