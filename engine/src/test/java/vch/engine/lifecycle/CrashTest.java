package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vch.engine.compute.Processes.StartFailed;
import vch.engine.fake.Cuts;
import vch.engine.fake.Samples;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Phase;
import vch.portlayer.container.RestartPolicy.When;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// Kills the daemon before and after every append, stage of a plan, and call to the processes of a
/// story, begins a new one, and holds what it finds against the invariants.
@Timeout(120)
class CrashTest {
  private static final ContainerId ONE = Samples.containerId(1);

  /// More steps than any story has.
  private static final int STEPS_MAX = 400;

  /// Things that users and processes do. What comes before the cut is in `before`.
  enum Story {
    CREATE(_ -> {}, h -> h.create(1, w -> w.volume("", "/a").volume("data", "/b"))),
    START(
        h ->
            h.create(
                1,
                w ->
                    w.publishing(
                        new PublishRequest(
                            Protocol.TCP,
                            PortRange.of(80),
                            Optional.empty(),
                            Optional.of(PortRange.of(8080))))),
        h -> h.lives.start(ONE)),
    FAILED_START(
        h -> {
          h.create(1);
          h.processes.failNextStart(ONE, new StartFailed(127, "not found"));
        },
        h -> h.lives.start(ONE)),
    START_OF_ONE_THAT_ENDS_AT_ONCE(
        h -> {
          h.create(1);
          h.processes.endsAtOnce(ONE, 3);
        },
        h -> h.lives.start(ONE)),
    STOP(h -> h.run(1), h -> h.lives.stop(ONE, Optional.empty(), "")),
    END(h -> h.run(1), h -> h.processes.end(ONE, 3)),
    END_OF_ONE_THAT_IS_RESTARTED(
        h -> h.run(1, w -> w.restart(When.ON_FAILURE, 5)),
        h -> {
          h.processes.end(ONE, 3);
          h.time.settle();
          h.time.advance(Duration.ofSeconds(1));
        }),
    END_OF_ONE_THAT_GOES(
        h -> h.run(1, w -> w.autoRemove().volume("", "/a")), h -> h.processes.end(ONE, 3)),
    RESTART(
        h -> h.run(1, w -> w.restart(When.UNLESS_STOPPED, 0)),
        h -> h.lives.restart(ONE, Optional.empty(), "")),
    REMOVE(h -> h.create(1, w -> w.volume("", "/a")), h -> h.lives.remove(ONE, false, true)),
    REMOVE_BY_FORCE(h -> h.run(1), h -> h.lives.remove(ONE, true, true)),
    PAUSE(h -> h.run(1), h -> h.lives.pause(ONE)),
    UNPAUSE(
        h -> {
          h.run(1);
          h.lives.pause(ONE);
        },
        h -> h.lives.unpause(ONE)),
    STOP_OF_A_PAUSED_ONE(
        h -> {
          h.run(1);
          h.lives.pause(ONE);
        },
        h -> h.lives.stop(ONE, Optional.empty(), "")),
    CONNECT(
        h -> {
          h.scope(7, "back");
          h.run(1);
        },
        h -> h.lives.attachments().connect(ONE, House.request(77, "back"))),
    DISCONNECT(
        h -> h.run(1), h -> h.lives.attachments().disconnect(ONE, Samples.scopeId(1), false)),
    RENAME(h -> h.run(1), h -> h.lives.rename(ONE, "other"));

    private final Consumer<House> before;
    private final Consumer<House> cut;

    Story(Consumer<House> before, Consumer<House> cut) {
      this.before = before;
      this.cut = cut;
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_daemon_killed_anywhere_leaves_what_the_next_one_can_go_on_with(Story story) {
    int step = 0;
    while (play(story, step)) {
      step++;
      assertThat(step).isLessThan(STEPS_MAX);
    }
    assertThat(step).as("steps of " + story).isPositive();
  }

  /// @return false when the story came to its end before that step
  private static boolean play(Story story, int step) {
    try (var house = new House()) {
      house.run(2); // a bystander
      story.before.accept(house);
      house.time.settle();
      house.cuts.after(step);
      boolean acknowledged = false;
      var asked =
          CompletableFuture.runAsync(() -> story.cut.accept(house), Thread::startVirtualThread);
      CompletableFuture.anyOf(asked.exceptionally(_ -> null), house.cuts.death()).join();
      house.time.settleQuietly();
      if (house.cuts.dead()) {
        house.lives.close(); // whoever waits for an answer of the dead is told
      }
      try {
        asked.join();
        house.time.settleQuietly();
        acknowledged = !house.cuts.dead();
      } catch (CompletionException e) {
        assertThat(e.getCause()).isInstanceOfAny(Cuts.Killed.class, Refusal.class);
      }
      boolean cut = house.cuts.dead();
      house.processes.startsWell(ONE);
      house.restart();
      house.time.advance(Duration.ofMinutes(5));
      var where = story + " cut at step " + step;
      Invariants.hold(house, where);
      assertThat(house.phase(Samples.containerId(2)))
          .as(where + ": bystander")
          .isEqualTo(Phase.RUNNING);
      assertThat(house.of(Samples.containerId(2)).state().run())
          .as(where + ": bystander")
          .isEqualTo(1);
      outcome(house, story, where, acknowledged);
      useAgain(house, where);
      return cut;
    }
  }

  private static void outcome(House house, Story story, String where, boolean acknowledged) {
    var record = house.engine.image().container(ONE);
    switch (story) {
      case CREATE -> assertThat(record.isPresent() || !acknowledged).as(where).isTrue();
      case START ->
          assertThat(house.phase(ONE))
              .as(where)
              .isIn(acknowledged ? List.of(Phase.RUNNING) : List.of(Phase.RUNNING, Phase.CREATED));
      case FAILED_START -> assertThat(house.phase(ONE)).as(where).isEqualTo(Phase.CREATED);
      case START_OF_ONE_THAT_ENDS_AT_ONCE -> {
        if (house.phase(ONE) == Phase.EXITED) {
          assertThat(house.of(ONE).state().exitCode()).as(where).isEqualTo(3);
        } else {
          assertThat(house.phase(ONE)).as(where).isEqualTo(Phase.CREATED);
        }
      }
      case STOP -> {
        if (house.phase(ONE) != Phase.RUNNING) {
          assertThat(house.of(ONE).state().exitCode()).as(where).isEqualTo(143);
        }
      }
      case END -> {
        assertThat(house.phase(ONE)).as(where).isEqualTo(Phase.EXITED);
        assertThat(house.of(ONE).state().exitCode()).as(where).isEqualTo(3);
      }
      case END_OF_ONE_THAT_IS_RESTARTED, RESTART -> {
        boolean untouched = story == Story.RESTART && house.of(ONE).state().run() == 1;
        assertThat(house.phase(ONE)).as(where).isEqualTo(Phase.RUNNING);
        assertThat(house.of(ONE).state().run() >= 2 || untouched).as(where).isTrue();
      }
      case END_OF_ONE_THAT_GOES -> assertThat(record).as(where).isEmpty();
      case REMOVE -> {
        assertThat(record.isEmpty() || !acknowledged).as(where).isTrue();
        record.ifPresentOrElse(
            c ->
                assertThat(house.volumes.names())
                    .as(where)
                    .contains(c.spec().mounts().getFirst().source()),
            () ->
                assertThat(house.engine.image().volumes(Samples.BLUE))
                    .as(where + ": its anonymous volume")
                    .isEmpty());
      }
      case REMOVE_BY_FORCE -> assertThat(record.isEmpty() || !acknowledged).as(where).isTrue();
      case PAUSE -> assertThat(house.phase(ONE)).as(where).isIn(Phase.RUNNING, Phase.PAUSED);
      case UNPAUSE -> assertThat(house.phase(ONE)).as(where).isIn(Phase.RUNNING, Phase.PAUSED);
      case STOP_OF_A_PAUSED_ONE -> {
        if (house.phase(ONE) == Phase.EXITED) {
          assertThat(house.of(ONE).state().exitCode()).as(where).isEqualTo(143);
        }
      }
      case CONNECT -> {
        assertThat(house.phase(ONE)).as(where).isEqualTo(Phase.RUNNING);
        assertThat(house.of(ONE).endpoints().size() == 2 || !acknowledged).as(where).isTrue();
      }
      case DISCONNECT, RENAME -> assertThat(house.phase(ONE)).as(where).isEqualTo(Phase.RUNNING);
    }
  }

  /// What is left can be started, stopped and removed as if nothing had been.
  private static void useAgain(House house, String where) {
    if (house.engine.image().container(ONE).isEmpty()) {
      house.create(1);
    }
    if (house.phase(ONE) == Phase.PAUSED) {
      house.lives.unpause(ONE);
    }
    house.lives.start(ONE);
    house.time.settle();
    Invariants.hold(house, where + ", started");
    house.lives.stop(ONE, Optional.empty(), "");
    house.time.settle();
    house.lives.remove(ONE, true, true);
    Invariants.hold(house, where + ", removed");
  }

  @Test
  void the_next_daemon_knows_what_happened_meanwhile() {
    try (var house = new House()) {
      var ended = house.run(1);
      var lives = house.run(2);
      var policy = house.run(3, w -> w.restart(When.ALWAYS, 0));
      var goes = house.run(4, w -> w.autoRemove());
      house.kill();
      house.time.advance(Duration.ofSeconds(90));
      house.processes.end(ended, 17);
      house.processes.end(policy, 1);
      house.processes.end(goes, 0);
      var at = house.time.instant();
      house.time.advance(Duration.ofSeconds(90));
      house.begin();
      assertThat(house.of(ended).state().exitCode()).isEqualTo(17);
      assertThat(house.of(ended).state().finishedAt()).contains(at);
      assertThat(house.phase(lives)).isEqualTo(Phase.RUNNING);
      assertThat(house.of(lives).state().run()).isEqualTo(1);
      assertThat(house.phase(policy)).isEqualTo(Phase.RESTARTING);
      assertThat(house.engine.image().container(goes)).isEmpty();
      house.time.advance(Duration.ofSeconds(1));
      assertThat(house.phase(policy)).isEqualTo(Phase.RUNNING);
      Invariants.hold(house, "the next daemon");
      var exit = house.lives.await(lives, vch.engine.Lifecycle.Condition.NEXT_EXIT);
      house.processes.end(lives, 5);
      assertThat(exit.join().code()).isEqualTo(5);
    }
  }

  @Test
  void processes_that_no_record_speaks_of_are_taken_away() {
    try (var house = new House()) {
      var running = house.run(1);
      var ended = house.run(2);
      house.engine.decide(
          _ ->
              Decision.of(
                  "", new Change.ContainerRemoved(running), new Change.ContainerRemoved(ended)));
      house.kill();
      house.processes.end(ended, 0);
      house.begin();
      house.time.settle();
      assertThat(house.processes.prepared()).isEmpty();
      assertThat(house.processes.runs(running)).isFalse();
      Invariants.hold(house, "strays");
    }
  }

  @Test
  void after_a_power_loss_policies_bring_back_what_they_must() {
    try (var house = new House()) {
      var plain = house.run(1);
      var always = house.run(2, w -> w.restart(When.ALWAYS, 0));
      var unless = house.run(3, w -> w.restart(When.UNLESS_STOPPED, 0));
      var stoppedAlways = house.run(4, w -> w.restart(When.ALWAYS, 0));
      var stoppedUnless = house.run(5, w -> w.restart(When.UNLESS_STOPPED, 0));
      var never = house.create(6, w -> w.restart(When.ALWAYS, 0));
      var shared = house.run(7, w -> w.sharing("c2").restart(When.ALWAYS, 0));
      var linked =
          house.run(1000, w -> w.on("bridge").link("c3", "x").restart(When.UNLESS_STOPPED, 0));
      house.lives.stop(stoppedAlways, Optional.empty(), "");
      house.lives.stop(stoppedUnless, Optional.empty(), "");
      house.kill();
      house.processes.powerLoss();
      house.begin();
      house.time.advance(Duration.ofMinutes(1));
      assertThat(house.phase(plain)).isEqualTo(Phase.EXITED);
      assertThat(house.of(plain).state().exitCode()).isEqualTo(Recovery.UNSEEN);
      assertThat(house.phase(always)).isEqualTo(Phase.RUNNING);
      assertThat(house.phase(unless)).isEqualTo(Phase.RUNNING);
      assertThat(house.phase(stoppedAlways)).isEqualTo(Phase.RUNNING);
      assertThat(house.phase(stoppedUnless)).isEqualTo(Phase.EXITED);
      assertThat(house.phase(never)).isEqualTo(Phase.CREATED);
      assertThat(house.phase(shared)).isEqualTo(Phase.RUNNING);
      assertThat(house.phase(linked)).isEqualTo(Phase.RUNNING);
      assertThat(house.of(linked).state().restarts()).isZero();
    }
  }
}
