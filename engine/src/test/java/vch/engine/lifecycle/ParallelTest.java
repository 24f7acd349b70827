package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;

@Timeout(60)
class ParallelTest {
  private final House house = new House();

  @AfterEach
  void close() {
    house.close();
  }

  private static void together(List<Runnable> works) {
    CompletableFuture.allOf(
            works.stream()
                .map(w -> CompletableFuture.runAsync(w, Thread::startVirtualThread))
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  @Test
  void sixty_four_start_at_once() {
    var ids = IntStream.rangeClosed(1, 64).mapToObj(house::create).toList();
    together(
        ids.stream()
            .<Runnable>map(id -> () -> assertThat(house.lives.start(id)).isTrue())
            .toList());
    assertThat(ids).allSatisfy(id -> assertThat(house.phase(id)).isEqualTo(Phase.RUNNING));
    Invariants.hold(house, "64 starts");
  }

  @Test
  void one_container_started_by_many_is_started_once() {
    var id = house.create(1);
    var started = new ArrayList<CompletableFuture<Boolean>>();
    for (int i = 0; i < 50; i++) {
      started.add(
          CompletableFuture.supplyAsync(() -> house.lives.start(id), Thread::startVirtualThread));
    }
    assertThat(started.stream().filter(CompletableFuture::join)).hasSize(1);
    assertThat(house.of(id).state().run()).isEqualTo(1);
  }

  @Test
  void a_hundred_starts_against_a_hundred_stops() {
    var ids = IntStream.rangeClosed(1, 10).mapToObj(house::create).toList();
    var works = new ArrayList<Runnable>();
    for (int i = 0; i < 100; i++) {
      var id = ids.get(i % ids.size());
      works.add(() -> house.lives.start(id));
      works.add(() -> house.lives.stop(id, Optional.of(1), ""));
    }
    together(works);
    house.time.settle();
    Invariants.hold(house, "starts against stops");
    together(
        ids.stream().<Runnable>map(id -> () -> house.lives.stop(id, Optional.of(1), "")).toList());
    house.time.settle();
    assertThat(ids).allSatisfy(id -> assertThat(house.phase(id)).isIn(Phase.EXITED, Phase.CREATED));
    Invariants.hold(house, "all stopped");
  }

  @Test
  void everything_against_everything() {
    var scope = house.scope(7, "back");
    var ids = IntStream.rangeClosed(1, 12).mapToObj(n -> house.create(n)).toList();
    var works = new ArrayList<Runnable>();
    for (int i = 0; i < 240; i++) {
      int n = i;
      var id = ids.get(i % ids.size());
      works.add(
          () -> {
            try {
              act(n / ids.size(), id, scope);
            } catch (Refusal _) {
              // the state of the moment does not allow it
            }
          });
    }
    together(works);
    house.time.settle();
    house.time.advance(Duration.ofMinutes(2));
    Invariants.hold(house, "everything");
  }

  private void act(int what, ContainerId id, vch.portlayer.scope.ScopeId scope) {
    switch (what % 10) {
      case 0, 1 -> house.lives.start(id);
      case 2 -> house.lives.stop(id, Optional.of(1), "");
      case 3 -> house.lives.restart(id, Optional.of(1), "");
      case 4 -> house.lives.kill(id, "");
      case 5 -> house.lives.pause(id);
      case 6 -> house.lives.unpause(id);
      case 7 ->
          house
              .lives
              .attachments()
              .connect(
                  id, House.request(700 + what * 100 + Math.floorMod(id.hashCode(), 97), "back"));
      case 8 -> house.lives.attachments().disconnect(id, scope, false);
      default -> {
        if (what >= 10) {
          house.lives.remove(id, true, true);
        } else {
          house.processes.end(id, 4);
        }
      }
    }
  }
}
