package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vch.engine.Lifecycle.Condition;
import vch.engine.fake.Samples;
import vch.portlayer.container.Phase;
import vch.portlayer.container.RestartPolicy.When;
import vch.portlayer.refusal.Refusal;

class RemoveTest {
  private final House house = new House();

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void what_runs_is_not_removed_without_force() {
    var id = house.run(1);
    assertThatThrownBy(() -> house.lives.remove(id, false, false))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage(
            "cannot remove container \"c1\": container is running: stop the container before removing or force remove");
    house.lives.pause(id);
    assertThatThrownBy(() -> house.lives.remove(id, false, false))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage(
            "cannot remove container \"c1\": container is paused and must be unpaused first");
    house.lives.remove(id, true, false);
    assertThat(house.engine.image().containers()).isEmpty();
  }

  @Test
  void force_kills_then_removes() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    var removed = house.lives.await(id, Condition.REMOVED);
    house.processes.ignores(id, 15);
    house.happened();
    house.lives.remove(id, true, false);
    assertThat(removed.join().code()).isEqualTo(137);
    assertThat(house.event("kill").attributes()).containsEntry("signal", "9");
    assertThat(house.happened())
        .containsExactly(
            "container kill c1",
            "container die c1",
            "network disconnect bridge",
            "container destroy c1");
    assertThat(house.processes.prepared()).isEmpty();
    assertThat(house.machine.namespaceNames()).containsExactly("e-" + Samples.BLUE);
    assertThatThrownBy(() -> house.lives.remove(id, true, false))
        .isInstanceOf(Refusal.NotFound.class);
  }

  @Test
  void a_container_that_waits_for_its_restart_is_removed_by_force() {
    var id = house.run(1, w -> w.restart(When.ALWAYS, 0));
    house.processes.end(id, 1);
    house.time.settle();
    assertThatThrownBy(() -> house.lives.remove(id, false, false))
        .isInstanceOf(Refusal.Conflict.class);
    house.lives.remove(id, true, false);
    assertThat(house.time.delays()).isEmpty();
    assertThat(house.engine.image().containers()).isEmpty();
  }

  @Test
  void anonymous_volumes_go_only_when_asked_and_unused() {
    var one = house.create(1, w -> w.volume("", "/a").volume("named", "/b"));
    var anonymous = house.of(one).spec().mounts().getFirst().source();
    house.create(2, w -> w.volume(anonymous, "/a"));
    house.lives.remove(one, false, true);
    assertThat(house.volumes.names()).containsExactlyInAnyOrder(anonymous, "named");
    house.lives.remove(Samples.containerId(2), false, true);
    assertThat(house.volumes.names()).containsExactly("named");
    assertThat(house.engine.image().volume(Samples.BLUE, anonymous)).isEmpty();
  }

  @Test
  void a_removal_under_way_is_not_begun_again() {
    var id = house.run(1);
    house.processes.ignores(id, 9);
    var removal =
        CompletableFuture.runAsync(
            () -> house.lives.remove(id, true, false), Thread::startVirtualThread);
    house.time.awaitWaiting(1);
    assertThatThrownBy(() -> house.lives.remove(id, true, false))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage("removal of container c1 is already in progress");
    house.processes.end(id, 137);
    removal.join();
    assertThat(house.engine.image().containers()).isEmpty();
  }

  @Test
  void a_removal_that_cannot_be_recorded_is_refused_and_can_be_repeated() {
    var id = house.create(1);
    house.journal.full(true);
    assertThatThrownBy(() -> house.lives.remove(id, false, false))
        .isInstanceOf(Refusal.Failed.class);
    house.journal.full(false);
    assertThat(house.phase(id)).isEqualTo(Phase.CREATED);
    house.lives.remove(id, false, false);
  }

  @Test
  void prune_removes_what_does_not_run() {
    house.run(1);
    var two = house.create(2);
    var three = house.create(3, w -> w.labels(Map.of("keep", "yes")));
    var pruned = house.lives.prune(Samples.BLUE, c -> !c.labels().containsKey("keep"));
    assertThat(pruned.containers()).containsExactly(two);
    assertThat(house.phase(three)).isEqualTo(Phase.CREATED);
    assertThat(house.event("prune").attributes()).containsEntry("reclaimed", "0");
  }

  @Test
  void pause_and_unpause() {
    var id = house.run(1);
    house.happened();
    house.lives.pause(id);
    assertThat(house.processes.frozen(id)).isTrue();
    assertThatThrownBy(() -> house.lives.pause(id))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage("container " + id + " is already paused");
    house.lives.unpause(id);
    assertThat(house.processes.frozen(id)).isFalse();
    assertThatThrownBy(() -> house.lives.unpause(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage("Container " + id + " is not paused");
    assertThat(house.happened()).containsExactly("container pause c1", "container unpause c1");
    house.lives.kill(id, "");
    assertThatThrownBy(() -> house.lives.pause(id))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage("container " + id + " is not running");
  }

  @Test
  void rename_is_seen_in_the_event_and_refuses_what_is_taken() {
    var id = house.run(1);
    house.create(2);
    house.happened();
    house.lives.rename(id, "web");
    assertThat(house.event("rename").attributes())
        .containsEntry("oldName", "/c1")
        .containsEntry("name", "web");
    assertThatThrownBy(() -> house.lives.rename(id, "c2"))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessageContaining("is already in use by container");
  }
}
