package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vch.engine.compute.Processes.StartFailed;
import vch.engine.fake.FakeStdio;
import vch.engine.fake.Samples;
import vch.engine.health.Health;
import vch.engine.health.Health.Status;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.HealthCheck;
import vch.portlayer.container.RestartPolicy.When;

class HealthChecksTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final HealthCheck CHECK =
      new HealthCheck(
          List.of("/bin/sh", "-c", "look"),
          INTERVAL,
          TIMEOUT,
          Duration.ZERO,
          Duration.ofSeconds(5),
          2);

  private final House house = new House();

  @AfterEach
  void close() {
    house.close();
  }

  private Health health(ContainerId id) {
    return house.lives.health(house.of(id)).orElseThrow();
  }

  /// The next probe ends like this.
  private void next(int code, String says) {
    var stdio = new FakeStdio();
    stdio.says(1, says.getBytes(StandardCharsets.UTF_8));
    stdio.ends();
    house.processes.nextExec(stdio, CompletableFuture.completedFuture(code));
  }

  /// Lets the time of the next probe come, and waits for what it finds.
  private void probe(int code, String says) {
    next(code, says);
    house.time.advance(INTERVAL);
    house.time.awaitDelays(INTERVAL);
  }

  @Test
  void a_container_is_starting_then_healthy() {
    var id = house.run(1, w -> w.health(CHECK));
    assertThat(health(id)).isEqualTo(new Health(Status.STARTING, 0, List.of()));
    house.happened();
    probe(0, "fine\n");
    assertThat(health(id).status()).isEqualTo(Status.HEALTHY);
    var result = health(id).log().getFirst();
    assertThat(result.exitCode()).isZero();
    assertThat(result.output()).isEqualTo("fine\n");
    assertThat(result.start()).isEqualTo(house.time.instant());
    assertThat(house.event("exec_die").attributes())
        .containsEntry("exitCode", "0")
        .hasEntrySatisfying("execID", e -> assertThat(e).matches("[0-9a-f]{64}"));
    assertThat(house.happened())
        .containsExactly(
            "container exec_create: /bin/sh -c look c1",
            "container exec_start: /bin/sh -c look c1",
            "container exec_die c1",
            "container health_status: healthy c1");
    assertThat(house.processes.latestExec().orElseThrow().arguments())
        .containsExactly("/bin/sh", "-c", "look");
  }

  @Test
  void failures_one_after_the_other_make_it_unhealthy_and_a_success_well_again() {
    var id = house.run(1, w -> w.health(CHECK));
    probe(1, "");
    assertThat(health(id).status()).isEqualTo(Status.STARTING);
    assertThat(health(id).failingStreak()).isEqualTo(1);
    house.happened();
    probe(1, "");
    assertThat(house.happened()).endsWith("container health_status: unhealthy c1");
    probe(1, "");
    assertThat(house.happened()).endsWith("container exec_die c1"); // it is no news
    probe(0, "");
    assertThat(house.happened()).endsWith("container health_status: healthy c1");
    assertThat(health(id).failingStreak()).isZero();
  }

  @Test
  void output_is_cut() {
    var id = house.run(1, w -> w.health(CHECK));
    probe(0, "x".repeat(5000));
    assertThat(health(id).log().getFirst().output()).isEqualTo("x".repeat(4096) + "...");
  }

  @Test
  void a_probe_that_takes_too_long_is_killed() {
    var id = house.run(1, w -> w.health(CHECK));
    var stdio = new FakeStdio();
    var end = new CompletableFuture<Integer>();
    house.processes.nextExec(stdio, end);
    house.time.advance(INTERVAL);
    house.time.awaitDelays(TIMEOUT);
    house.time.advance(TIMEOUT);
    house.time.awaitDelays(INTERVAL);
    assertThat(end).isCompletedWithValue(137);
    var result = health(id).log().getFirst();
    assertThat(result.exitCode()).isEqualTo(-1);
    assertThat(result.output()).isEqualTo("Health check exceeded timeout (2s)");
    assertThat(Duration.between(result.start(), result.end())).isEqualTo(TIMEOUT);
    assertThat(house.event("exec_die").attributes()).containsEntry("exitCode", "137");
  }

  @Test
  void a_probe_that_cannot_be_run_has_failed() {
    var id = house.run(1, w -> w.health(CHECK));
    house.processes.failNextExec(new StartFailed(127, "exec: \"look\": not found"));
    house.time.advance(INTERVAL);
    house.time.awaitDelays(INTERVAL);
    var result = health(id).log().getFirst();
    assertThat(result.exitCode()).isEqualTo(-1);
    assertThat(result.output()).isEqualTo("exec: \"look\": not found");
  }

  @Test
  void a_frozen_container_is_not_probed_and_not_well() {
    var id = house.run(1, w -> w.health(CHECK));
    probe(0, "");
    house.lives.pause(id);
    assertThat(house.time.delays()).isEmpty();
    assertThat(health(id).status()).isEqualTo(Status.UNHEALTHY);
    house.time.advance(Duration.ofMinutes(5));
    house.lives.unpause(id);
    assertThat(health(id).status()).isEqualTo(Status.UNHEALTHY);
    house.happened();
    probe(0, "");
    assertThat(house.happened()).endsWith("container health_status: healthy c1");
  }

  @Test
  void what_a_probe_finds_after_the_end_is_nobodys_business() {
    var id = house.run(1, w -> w.health(CHECK));
    probe(0, "");
    var end = new CompletableFuture<Integer>();
    house.processes.nextExec(new FakeStdio(), end);
    house.time.advance(INTERVAL);
    house.time.awaitDelays(TIMEOUT);
    house.processes.end(id, 0);
    house.time.settle();
    assertThat(end).isCompletedWithValue(137);
    assertThat(house.time.delays()).isEmpty();
    assertThat(health(id).status()).isEqualTo(Status.UNHEALTHY);
    assertThat(health(id).log()).hasSize(1);
    house.lives.remove(id, false, false);
    assertThat(house.lives.health(Samples.container(1, 1))).isEmpty();
  }

  @Test
  void a_restart_begins_anew_and_keeps_what_was_found() {
    var id = house.run(1, w -> w.health(CHECK).restart(When.ALWAYS, 0));
    probe(0, "");
    house.processes.end(id, 1);
    house.time.settle();
    house.time.advance(Backoff.FIRST);
    assertThat(health(id).status()).isEqualTo(Status.STARTING);
    assertThat(health(id).log()).hasSize(1);
    assertThat(house.time.delays()).containsExactly(INTERVAL);
  }

  @Test
  void a_new_daemon_probes_what_it_finds() {
    var id = house.run(1, w -> w.health(CHECK));
    var frozen = house.run(2, w -> w.health(CHECK));
    house.lives.pause(frozen);
    house.run(3, w -> w.health(CHECK));
    house.lives.stop(Samples.containerId(3), java.util.Optional.empty(), "");
    house.restart();
    assertThat(health(id)).isEqualTo(new Health(Status.STARTING, 0, List.of()));
    assertThat(health(frozen).status()).isEqualTo(Status.STARTING);
    assertThat(health(Samples.containerId(3))).isEqualTo(Health.UNWATCHED);
    assertThat(house.time.delays()).containsExactly(INTERVAL);
    probe(0, "");
    assertThat(health(id).status()).isEqualTo(Status.HEALTHY);
    house.lives.unpause(frozen);
    assertThat(house.time.delays()).containsExactly(INTERVAL, INTERVAL);
  }

  @Test
  void without_a_check_there_is_no_health() {
    var id = house.run(1);
    assertThat(house.lives.health(house.of(id))).isEmpty();
    var made = house.create(2, w -> w.health(CHECK));
    assertThat(house.lives.health(house.of(made))).isEmpty();
  }
}
