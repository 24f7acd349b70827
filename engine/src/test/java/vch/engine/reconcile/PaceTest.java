package vch.engine.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import vch.engine.machine.NamespaceName;

class PaceTest {
  private static final NamespaceName A = new NamespaceName("e-a");
  private static final NamespaceName B = new NamespaceName("e-b");
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final Pace pace = new Pace(now);

  private void later(Duration time) {
    now = now.plus(time);
  }

  @Test
  void everything_is_looked_at_every_few_minutes() {
    assertThat(pace.rest(now)).isEqualTo(Pace.EVERYTHING);
    later(Pace.EVERYTHING.minusNanos(1));
    assertThat(pace.everythingDue(now)).isFalse();
    later(Duration.ofNanos(1));
    assertThat(pace.everythingDue(now)).isTrue();
    assertThat(pace.rest(now)).isZero();
    pace.settled(now);
    assertThat(pace.rest(now)).isEqualTo(Pace.EVERYTHING);
  }

  @Test
  void a_touch_is_looked_at_soon_and_with_those_that_follow_it_at_once() {
    pace.touched(A, now);
    assertThat(pace.rest(now)).isEqualTo(Pace.TOUCH_SETTLES);
    assertThat(pace.takeTouched(now)).isEmpty();
    later(Pace.TOUCH_SETTLES.dividedBy(2));
    pace.touched(B, now);
    later(Pace.TOUCH_SETTLES.dividedBy(2));
    assertThat(pace.takeTouched(now)).containsExactlyInAnyOrder(A, B);
    assertThat(pace.rest(now)).isGreaterThan(Duration.ofMinutes(4));
  }

  @Test
  void looks_are_some_time_apart() {
    pace.touched(A, now);
    later(Pace.TOUCH_SETTLES);
    assertThat(pace.takeTouched(now)).isNotEmpty();
    pace.touched(A, now);
    assertThat(pace.rest(now)).isEqualTo(Pace.LOOKS_APART);
  }

  @Test
  void our_own_echo_waits_longer_but_is_not_ignored() {
    pace.changed(A, now);
    later(Duration.ofMillis(10));
    pace.touched(A, now);
    assertThat(pace.rest(now)).isEqualTo(Pace.ECHO_LOOK);
    pace.touched(B, now);
    assertThat(pace.rest(now)).isEqualTo(Pace.TOUCH_SETTLES);
    later(Pace.ECHO);
    pace.touched(A, now);
    assertThat(pace.takeTouched(now)).containsExactlyInAnyOrder(A, B);
  }

  @Test
  void failures_are_tried_again_with_growing_pauses() {
    var expected = Pace.RETRY_FIRST;
    for (int i = 0; i < 10; i++) {
      pace.failed(now);
      assertThat(pace.rest(now)).isEqualTo(expected);
      later(expected);
      assertThat(pace.everythingDue(now)).isTrue();
      expected =
          expected.multipliedBy(2).compareTo(Pace.RETRY_LONGEST) > 0
              ? Pace.RETRY_LONGEST
              : expected.multipliedBy(2);
    }
    pace.settled(now);
    pace.failed(now);
    assertThat(pace.rest(now)).isEqualTo(Pace.RETRY_FIRST);
  }
}
