package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vch.engine.Lifecycle.Condition;
import vch.engine.Lifecycle.Exit;
import vch.engine.fake.Samples;
import vch.portlayer.container.Phase;
import vch.portlayer.container.RestartPolicy.When;
import vch.portlayer.refusal.Refusal;

class EndTest {
  private final House house = new House();

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void an_end_is_recorded_then_told() {
    var id = house.run(1);
    var next = house.lives.await(id, Condition.NEXT_EXIT);
    var stopped = house.lives.await(id, Condition.NOT_RUNNING);
    house.happened();
    house.time.advance(Duration.ofMillis(7300));
    house.processes.end(id, 3);
    assertThat(next.join()).isEqualTo(new Exit(3, ""));
    assertThat(stopped.join()).isEqualTo(new Exit(3, ""));
    house.time.settle();
    var state = house.of(id).state();
    assertThat(state.phase()).isEqualTo(Phase.EXITED);
    assertThat(state.exitCode()).isEqualTo(3);
    assertThat(state.finishedAt()).contains(house.time.instant());
    assertThat(house.event("die").attributes())
        .containsEntry("exitCode", "3")
        .containsEntry("execDuration", "7");
    assertThat(house.happened()).containsExactly("container die c1", "network disconnect bridge");
    assertThat(house.machine.namespaceNames()).containsExactly("e-" + Samples.BLUE);
    assertThat(house.processes.observe()).isEmpty();
  }

  @Test
  void an_end_for_want_of_memory_says_so_first() {
    var id = house.run(1);
    house.happened();
    house.processes.end(id, 137, true);
    house.time.settle();
    assertThat(house.happened())
        .containsExactly("container oom c1", "container die c1", "network disconnect bridge");
    assertThat(house.of(id).state().oomKilled()).isTrue();
  }

  @Test
  void a_container_that_ends_at_once_is_not_missed() {
    var id = house.create(1);
    var exit = house.lives.await(id, Condition.NEXT_EXIT);
    house.processes.endsAtOnce(id, 5);
    assertThat(house.lives.start(id)).isTrue();
    assertThat(exit.join().code()).isEqualTo(5);
    house.time.settle();
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    assertThat(house.happened())
        .containsExactly(
            "container create c1",
            "network connect bridge",
            "container start c1",
            "container die c1",
            "network disconnect bridge");
  }

  @Test
  void an_end_that_cannot_be_recorded_is_tried_again() {
    var id = house.run(1);
    var exit = house.lives.await(id, Condition.NEXT_EXIT);
    house.journal.full(true);
    house.processes.end(id, 4);
    house.time.settle();
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    assertThat(exit).isNotDone();
    house.journal.full(false);
    house.time.advance(Exits.RECORD_AGAIN);
    assertThat(house.of(id).state().exitCode()).isEqualTo(4);
    assertThat(exit.join().code()).isEqualTo(4);
  }

  @Test
  void waiting_for_what_does_not_run_is_over_at_once() {
    var id = house.create(1);
    assertThat(house.lives.await(id, Condition.NOT_RUNNING).join()).isEqualTo(new Exit(0, ""));
    assertThat(house.lives.await(id, Condition.NEXT_EXIT)).isNotDone();
    assertThatThrownBy(() -> house.lives.await(Samples.containerId(9), Condition.NEXT_EXIT))
        .isInstanceOf(Refusal.NotFound.class);
  }

  @Test
  void auto_remove_removes_and_tells_the_exit_code() {
    var id = house.run(1, w -> w.autoRemove().volume("", "/tmp/x").volume("kept", "/kept"));
    var removed = house.lives.await(id, Condition.REMOVED);
    house.happened();
    house.processes.end(id, 9);
    assertThat(removed.join()).isEqualTo(new Exit(9, ""));
    house.time.settle();
    assertThat(house.engine.image().containers()).isEmpty();
    assertThat(house.volumes.names()).containsExactly("kept");
    var happened = house.happened();
    assertThat(happened.stream().map(e -> e.replaceAll("[0-9a-f]{64}", "ID")))
        .containsExactly(
            "container die c1",
            "network disconnect bridge",
            "volume unmount ID",
            "volume unmount kept",
            "volume destroy ID",
            "container destroy c1");
    assertThat(house.volumes.mounted()).isEmpty();
  }

  @Test
  void auto_remove_is_recorded_together_with_the_end() {
    var id = house.run(1, w -> w.autoRemove());
    var phases = new CopyOnWriteArrayList<String>();
    house.engine.listen(
        (_, after, _) ->
            phases.add(after.container(id).map(c -> c.state().phase().name()).orElse("gone")));
    house.processes.end(id, 9);
    house.time.settle();
    assertThat(phases).containsExactly("REMOVING", "gone");
  }

  @Test
  void a_restart_policy_waits_longer_each_time() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    for (long wait : List.of(100, 200, 400, 800)) {
      house.processes.end(id, 1);
      house.time.settle();
      assertThat(house.phase(id)).isEqualTo(Phase.RESTARTING);
      assertThat(house.time.delays()).containsExactly(Duration.ofMillis(wait));
      house.time.advance(Duration.ofMillis(wait - 1));
      assertThat(house.phase(id)).isEqualTo(Phase.RESTARTING);
      house.time.advance(Duration.ofMillis(1));
      assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    }
    house.time.advance(Backoff.LASTING);
    house.processes.end(id, 1);
    house.time.settle();
    assertThat(house.time.delays()).containsExactly(Duration.ofMillis(100));
    house.time.advance(Duration.ofMillis(100));
    assertThat(house.of(id).state().restarts()).isEqualTo(5);
    assertThat(house.of(id).state().run()).isEqualTo(6);
    assertThat(house.machine.namespaceNames())
        .containsExactlyInAnyOrder("e-" + Samples.BLUE, "c-" + id.brief() + "-6");
  }

  @Test
  void on_failure_restarts_failures_and_counts() {
    var id = house.run(1, w -> w.restart(When.ON_FAILURE, 2));
    for (int i = 0; i < 2; i++) {
      house.processes.end(id, 1);
      house.time.settle();
      house.time.advance(Duration.ofMinutes(1));
      assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    }
    house.processes.end(id, 1);
    house.time.settle();
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    house.lives.start(id);
    house.processes.end(id, 0);
    house.time.settle();
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
  }

  @Test
  void each_end_completes_the_wait_even_when_it_is_restarted() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    var exit = house.lives.await(id, Condition.NOT_RUNNING);
    house.processes.end(id, 6);
    assertThat(exit.join().code()).isEqualTo(6);
  }

  @Test
  void a_restart_that_fails_is_the_end() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    house.processes.end(id, 6);
    house.time.settle();
    house.processes.failNextStart(id, new IllegalStateException("no room"));
    house.time.advance(Backoff.FIRST);
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    assertThat(house.of(id).state().error()).isEqualTo("no room");
    assertThat(house.machine.namespaceNames()).containsExactly("e-" + Samples.BLUE);
  }

  @Test
  void a_container_whose_shared_network_is_about_to_return_waits_for_it() {
    var id = house.run(2, w -> w.restart(When.ALWAYS, 0));
    var sharer = house.run(1, w -> w.sharing("c2").restart(When.ALWAYS, 0));
    house.processes.end(sharer, 1);
    house.time.settle();
    house.processes.end(id, 1);
    house.time.settle();
    house.time.advance(Duration.ofSeconds(1));
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    assertThat(house.phase(sharer)).isEqualTo(Phase.RUNNING);
  }

  @Test
  void stop_sends_the_stop_signal_and_waits() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0).stopSignal("SIGQUIT"));
    house.happened();
    assertThat(house.lives.stop(id, Optional.empty(), "")).isTrue();
    assertThat(house.of(id).state().exitCode()).isEqualTo(131);
    assertThat(house.event("kill").attributes()).containsEntry("signal", "3");
    assertThat(house.happened())
        .containsExactly(
            "container kill c1",
            "container die c1",
            "network disconnect bridge",
            "container stop c1");
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    assertThat(house.lives.stop(id, Optional.empty(), "")).isFalse();
    assertThat(house.time.delays()).isEmpty();
  }

  @Test
  void stop_kills_what_does_not_obey_in_time() {
    var id = house.run(1);
    house.processes.ignores(id, 15);
    house.happened();
    var stop = beside(() -> house.lives.stop(id, Optional.of(3), ""));
    house.time.awaitWaiting(1);
    assertThat(house.time.delays()).containsExactly(Duration.ofSeconds(3));
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    house.lives.kill(id, "USR1"); // nobody is held up
    house.time.advance(Duration.ofSeconds(3));
    assertThat(stop.join()).isTrue();
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
  }

  @Test
  void stop_kills_after_ten_seconds_by_itself() {
    var id = house.run(1);
    house.processes.ignores(id, 15);
    house.happened();
    var stop = beside(() -> house.lives.stop(id, Optional.empty(), ""));
    house.time.awaitWaiting(1);
    house.time.advance(Duration.ofMillis(9999));
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    house.time.advance(Duration.ofMillis(1));
    assertThat(stop.join()).isTrue();
    assertThat(house.of(id).state().exitCode()).isEqualTo(137);
    assertThat(house.happened())
        .containsExactly(
            "container kill c1",
            "container kill c1",
            "container die c1",
            "network disconnect bridge",
            "container stop c1");
  }

  @Test
  void stop_with_a_negative_timeout_waits_for_ever() {
    var id = house.run(1);
    house.processes.ignores(id, 15);
    house.happened();
    var stop = beside(() -> house.lives.stop(id, Optional.of(-1), ""));
    awaitEvent("kill");
    house.time.advance(Duration.ofDays(1));
    assertThat(stop).isNotDone();
    house.processes.end(id, 0);
    assertThat(stop.join()).isTrue();
  }

  @Test
  void what_even_kill_does_not_end_is_said() {
    var id = house.run(1);
    house.processes.ignores(id, 15);
    house.processes.ignores(id, 9);
    var stop = beside(() -> house.lives.stop(id, Optional.of(1), ""));
    house.time.awaitWaiting(1);
    house.time.advance(Duration.ofSeconds(1));
    house.time.awaitWaiting(1);
    house.time.advance(Stops.KILL_TIMEOUT);
    assertThatThrownBy(stop::join)
        .hasRootCauseMessage(
            "cannot stop container: c1: tried to kill container, but did not receive an exit event");
    house.processes.end(id, 137);
  }

  @Test
  void a_paused_container_is_thawed_to_obey() {
    var id = house.run(1);
    house.lives.pause(id);
    assertThat(house.phase(id)).isEqualTo(Phase.PAUSED);
    assertThat(house.lives.stop(id, Optional.empty(), "")).isTrue();
    assertThat(house.of(id).state().exitCode()).isEqualTo(143);
  }

  @Test
  void kill_takes_names_and_numbers_and_refuses_others() {
    var id = house.run(1, w -> w.restart(When.UNLESS_STOPPED, 0));
    assertThatThrownBy(() -> house.lives.kill(id, "FOO"))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("cannot kill container: c1: invalid signal: FOO");
    house.lives.kill(id, "");
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    assertThatThrownBy(() -> house.lives.kill(id, ""))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage("cannot kill container: c1: container " + id + " is not running");
  }

  @Test
  void a_signal_that_is_not_to_end_it_leaves_the_policy_alone() {
    var id = house.run(1, w -> w.restart(When.UNLESS_STOPPED, 0));
    house.processes.ignores(id, 1);
    house.lives.kill(id, "HUP");
    assertThat(house.of(id).state().stoppedByUser()).isFalse();
    house.processes.end(id, 0);
    house.time.settle();
    assertThat(house.phase(id)).isEqualTo(Phase.RESTARTING);
  }

  @Test
  void stop_of_a_container_that_waits_for_its_restart_ends_the_wait() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    house.processes.end(id, 2);
    house.time.settle();
    assertThat(house.lives.start(id)).isFalse();
    var exit = house.lives.await(id, Condition.NOT_RUNNING);
    assertThat(house.lives.stop(id, Optional.empty(), "")).isTrue();
    assertThat(exit.join().code()).isEqualTo(2);
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    house.time.advance(Duration.ofMinutes(2));
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
    assertThat(house.machine.namespaceNames()).containsExactly("e-" + Samples.BLUE);
  }

  @Test
  void restart_stops_and_starts() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    house.happened();
    house.lives.restart(id, Optional.empty(), "");
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    assertThat(house.of(id).state().run()).isEqualTo(2);
    assertThat(house.of(id).state().restarts()).isZero();
    assertThat(house.happened())
        .containsExactly(
            "container kill c1",
            "container die c1",
            "network disconnect bridge",
            "container stop c1",
            "network connect bridge",
            "container start c1",
            "container restart c1");
    assertThat(house.time.delays()).isEmpty();
  }

  @Test
  void restart_starts_what_does_not_run_and_keeps_what_would_go_when_it_ends() {
    var id = house.create(1, w -> w.autoRemove());
    house.lives.restart(id, Optional.empty(), "");
    house.lives.restart(id, Optional.empty(), "");
    assertThat(house.phase(id)).isEqualTo(Phase.RUNNING);
    house.processes.end(id, 0);
    house.time.settle();
    assertThat(house.engine.image().containers()).isEmpty();
  }

  @Test
  void a_restart_that_cannot_start_says_so() {
    var id = house.run(1);
    house.processes.failNextStart(id, new IllegalStateException("no room"));
    assertThatThrownBy(() -> house.lives.restart(id, Optional.empty(), ""))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage("Cannot restart container c1: no room");
    assertThat(house.phase(id)).isEqualTo(Phase.EXITED);
  }

  private CompletableFuture<Boolean> beside(java.util.function.Supplier<Boolean> work) {
    return CompletableFuture.supplyAsync(work, Thread::startVirtualThread);
  }

  private void awaitEvent(String action) {
    try (var subscription = new Watch(action)) {
      subscription.seen.join();
    }
  }

  private final class Watch implements AutoCloseable {
    private final CompletableFuture<Boolean> seen = new CompletableFuture<>();
    private final Runnable cancel;

    Watch(String action) {
      var subscription =
          house
              .engine
              .events()
              .subscribe(
                  e -> {
                    if (e.action().equals(action)) {
                      seen.complete(true);
                    }
                  });
      cancel = subscription.cancel();
      if (subscription.past().stream().anyMatch(e -> e.action().equals(action))) {
        seen.complete(true);
      }
    }

    @Override
    public void close() {
      cancel.run();
    }
  }
}
