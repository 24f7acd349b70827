package vch.engine.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.engine.health.Health.Result;
import vch.engine.health.Health.Status;
import vch.portlayer.container.HealthCheck;

class HealthTest {
  private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");
  private static final HealthCheck CHECK =
      new HealthCheck(
          List.of("look"),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          2);

  private static Result result(int seconds, int code) {
    var at = START.plusSeconds(seconds);
    return new Result(at, at, code, "");
  }

  private static Health after(Health health, int seconds, int code) {
    return health.after(result(seconds, code), CHECK, START);
  }

  @Test
  void failures_in_the_start_period_do_not_count() {
    var health = after(after(Health.UNWATCHED.starting(), 1, 1), 9, 1);
    assertThat(health.status()).isEqualTo(Status.STARTING);
    assertThat(health.failingStreak()).isZero();
    health = after(health, 10, 1);
    assertThat(health.failingStreak()).isEqualTo(1);
    assertThat(after(health, 11, -1).status()).isEqualTo(Status.UNHEALTHY);
  }

  @Test
  void the_first_success_ends_the_start_period() {
    var health = after(Health.UNWATCHED.starting(), 1, 0);
    assertThat(health.status()).isEqualTo(Status.HEALTHY);
    health = after(health, 2, 1);
    assertThat(health.status()).isEqualTo(Status.HEALTHY);
    assertThat(health.failingStreak()).isEqualTo(1);
    health = after(health, 3, 1);
    assertThat(health.status()).isEqualTo(Status.UNHEALTHY);
    health = after(health, 4, 0);
    assertThat(health).isEqualTo(new Health(Status.HEALTHY, 0, health.log()));
  }

  @Test
  void five_results_are_kept_also_over_runs() {
    var health = Health.UNWATCHED.starting();
    for (int i = 1; i <= 7; i++) {
      health = after(health, i, 0);
    }
    assertThat(health.log())
        .extracting(r -> r.start().getEpochSecond() - START.getEpochSecond())
        .containsExactly(3L, 4L, 5L, 6L, 7L);
    assertThat(health.unwatched().status()).isEqualTo(Status.UNHEALTHY);
    assertThat(health.starting().log()).hasSize(5);
  }

  @Test
  void probes_follow_each_other_faster_while_it_starts() {
    var starting = Health.UNWATCHED.starting();
    assertThat(starting.pause(CHECK, START, START.plusSeconds(9))).isEqualTo(Duration.ofSeconds(1));
    assertThat(starting.pause(CHECK, START, START.plusSeconds(10)))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(after(starting, 1, 0).pause(CHECK, START, START.plusSeconds(2)))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void a_probe_that_took_too_long_says_what_it_wrote() {
    assertThat(Health.tooLong(CHECK, "")).isEqualTo("Health check exceeded timeout (2s)");
    assertThat(Health.tooLong(CHECK, "half")).isEqualTo("Health check exceeded timeout (2s): half");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.000000001S, 1ns",
    "PT0.0000015S, 1.5µs",
    "PT0.02S, 20ms",
    "PT1.5S, 1.5s",
    "PT30S, 30s",
    "PT1M, 1m0s",
    "PT1M30S, 1m30s",
    "PT1H0.5S, 1h0m0.5s"
  })
  void durations_are_written_as_go_does(Duration time, String text) {
    assertThat(Health.goText(time)).isEqualTo(text);
  }
}
