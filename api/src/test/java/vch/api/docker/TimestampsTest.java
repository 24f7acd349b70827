package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import vch.portlayer.refusal.Refusal;

class TimestampsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void writes_as_go_does() {
    assertThat(Timestamps.rfc3339(NOW)).isEqualTo("2026-11-21T12:00:00Z");
    assertThat(Timestamps.rfc3339(NOW.plusNanos(120_000_000))).isEqualTo("2026-11-21T12:00:00.12Z");
    assertThat(Timestamps.rfc3339(NOW.plusNanos(1))).isEqualTo("2026-11-21T12:00:00.000000001Z");
  }

  @Test
  void reads_unix_times() {
    assertThat(Timestamps.unix("since", "")).isEmpty();
    assertThat(Timestamps.unix("since", "0")).isEmpty();
    assertThat(Timestamps.unix("since", "10.5")).hasValue(Instant.ofEpochSecond(10, 500_000_000));
    assertThat(Timestamps.unix("since", "10.000000001")).hasValue(Instant.ofEpochSecond(10, 1));
    assertThatThrownBy(() -> Timestamps.unix("since", "1h")).isInstanceOf(Refusal.Invalid.class);
    assertThatThrownBy(() -> Timestamps.unix("since", "9".repeat(40)))
        .isInstanceOf(Refusal.Invalid.class);
  }

  @Test
  void reads_durations_and_dates() {
    assertThat(Timestamps.any("until", "1h30m", NOW))
        .isEqualTo(Instant.parse("2026-11-21T10:30:00Z"));
    assertThat(Timestamps.any("until", "1.5s", NOW)).isEqualTo(NOW.minusMillis(1500));
    assertThat(Timestamps.any("until", "2026-01-02", NOW))
        .isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
    assertThat(Timestamps.any("until", "2026-01-02T03:04", NOW))
        .isEqualTo(Instant.parse("2026-01-02T03:04:00Z"));
    assertThat(Timestamps.any("until", "2026-01-02T03:04:05.5+01:00", NOW))
        .isEqualTo(Instant.parse("2026-01-02T02:04:05.5Z"));
    for (var bad : new String[] {"", "soon", "1x", "h", "2026-13-01", "999999999999h"}) {
      assertThatThrownBy(() -> Timestamps.any("until", bad, NOW))
          .isInstanceOf(Refusal.Invalid.class);
    }
  }
}
