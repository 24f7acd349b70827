package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.AT;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Mount;
import vch.portlayer.container.Phase;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

/// From start to removal: what is refused when, and what follows an exit.
class ContainerLifeTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");
  private final ContainerRefusals refuses = new ContainerRefusals(world, blue);

  @Test
  void start_is_refused_in_the_wrong_phase_and_empty_when_it_runs() {
    var web = world.run(blue, "web");
    assertThat(ContainerRules.starting(world.image, web.id(), true, new Random(1)).changes())
        .isEmpty();
    world.decide(
        i ->
            vch.portlayer.state.Decision.of(
                web,
                new vch.portlayer.state.Change.ContainerPut(
                    web.with(web.state().with(Phase.PAUSED)))));
    refuses.start(
        Refusal.Conflict.class, "cannot start a paused container, try unpause instead", web);
    refused(
        world,
        Refusal.Conflict.class,
        "cannot remove container \"web\": container is paused and must be unpaused first",
        i -> ContainerRules.remove(i, web.id(), false));
    var gone = world.create(blue, "gone");
    world.decide(i -> ContainerRules.removing(i, gone.id()));
    refuses.start(
        Refusal.Conflict.class, "container is marked for removal and cannot be started", gone);
    refused(
        world,
        Refusal.Conflict.class,
        "removal of container gone is already in progress",
        i -> ContainerRules.removing(i, gone.id()));
    refuses.start(Refusal.NotFound.class, "No such container: " + "0".repeat(64), unknown());
  }

  private Container unknown() {
    var c = world.create(blue, "unknown");
    return Parts.of(c).set("id", new ContainerId("0".repeat(64))).made();
  }

  @Test
  void a_start_that_failed_says_why_and_can_be_tried_again() {
    var web = world.create(blue, "web");
    world.decide(i -> ContainerRules.starting(i, web.id(), true, new Random(1)));
    var failed = world.decide(i -> ContainerRules.failed(i, web.id(), 127, "no such file"));
    assertThat(failed.state().phase()).isEqualTo(Phase.CREATED);
    assertThat(failed.state().exitCode()).isEqualTo(127);
    assertThat(failed.state().error()).isEqualTo("no such file");
    assertThat(world.decide(i -> ContainerRules.started(i, web.id(), 5, AT)).live()).isFalse();
    assertThat(world.start(web).state().error()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NO 0 0 EXITED",
        "NO 0 1 EXITED",
        "ALWAYS 0 0 RESTARTING",
        "UNLESS_STOPPED 0 1 RESTARTING",
        "ON_FAILURE 0 0 EXITED",
        "ON_FAILURE 0 1 RESTARTING"
      })
  void the_restart_policy_decides(String text) {
    var parts = text.split(" ", -1);
    var web = withPolicy(parts[0], Integer.parseInt(parts[1]));
    var after =
        world.decide(
            i -> ContainerRules.exited(i, web.id(), Integer.parseInt(parts[2]), false, AT));
    assertThat(after.state().phase()).hasToString(parts[3]);
    assertThat(after.state().exitCode()).isEqualTo(Integer.parseInt(parts[2]));
  }

  private Container withPolicy(String when, int retries) {
    return world.run(
        blue,
        "web",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.valueOf(when), retries),
                  false,
                  List.of(),
                  Map.of());
          return w;
        });
  }

  @Test
  void retries_are_counted_and_the_user_starts_anew() {
    var web = withPolicy("ON_FAILURE", 2);
    for (int restarts = 1; restarts <= 2; restarts++) {
      assertThat(
              world.decide(i -> ContainerRules.exited(i, web.id(), 1, false, AT)).state().phase())
          .isEqualTo(Phase.RESTARTING);
      var again = world.decide(i -> ContainerRules.starting(i, web.id(), false, new Random(1)));
      assertThat(again.state().restarts()).isEqualTo(restarts);
      world.decide(i -> ContainerRules.started(i, web.id(), 7, AT));
    }
    assertThat(world.decide(i -> ContainerRules.exited(i, web.id(), 1, true, AT)).state().phase())
        .isEqualTo(Phase.EXITED);
    assertThat(world.container(web.id()).state().oomKilled()).isTrue();
    assertThat(world.start(web).state().restarts()).isZero();
  }

  @Test
  void a_container_that_the_user_stops_stays_stopped() {
    var web = withPolicy("ALWAYS", 0);
    assertThat(world.stop(web).state().phase()).isEqualTo(Phase.EXITED);
    world.start(web);
    world.decide(i -> ContainerRules.exited(i, web.id(), 1, false, AT));
    assertThat(world.decide(i -> ContainerRules.stopping(i, web.id())).state().phase())
        .isEqualTo(Phase.EXITED);
    assertThat(ContainerRules.exited(world.image, web.id(), 1, false, AT).changes()).isEmpty();
  }

  @Test
  void remove_takes_anonymous_volumes_that_nobody_else_mounts() {
    world.decide(i -> VolumeRules.create(i, blue.id(), "anon", Map.of(), Map.of(), true, AT));
    world.decide(i -> VolumeRules.create(i, blue.id(), "both", Map.of(), Map.of(), true, AT));
    var web = world.run(blue, "web", w -> mounting(w, "anon", "both", "named"));
    world.create(blue, "db", w -> mounting(w, "both"));
    assertThat(world.image.volume(blue.id(), "named")).isPresent(); // made with the container
    refused(
        world,
        Refusal.Conflict.class,
        "cannot remove container \"web\": container is running: stop the container before removing or force remove",
        i -> ContainerRules.remove(i, web.id(), true));
    world.stop(web);
    world.remove(web);
    assertThat(world.image.volumes(blue.id()).map(v -> v.name())).containsExactly("both", "named");
  }

  private static World.Wish mounting(World.Wish wish, String... volumes) {
    var mounts =
        java.util.Arrays.stream(volumes)
            .map(v -> new Mount(Mount.Kind.VOLUME, v, "/" + v, false, List.of(), ""))
            .toList();
    wish.spec = World.spec(RestartPolicy.NEVER, false, mounts, Map.of());
    return wish;
  }
}
