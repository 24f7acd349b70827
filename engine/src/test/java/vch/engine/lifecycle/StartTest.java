package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vch.engine.Lifecycle.Condition;
import vch.engine.compute.Processes.StartFailed;
import vch.engine.fake.Samples;
import vch.portlayer.container.Phase;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;

class StartTest {
  private final House house = new House();

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void create_lays_out_the_root_file_system_and_the_volumes() {
    var id = house.create(1, w -> w.volume("data", "/data").volume("", "/cache"));
    assertThat(house.processes.prepared()).containsExactly(id);
    var mounts = house.of(id).spec().mounts();
    assertThat(mounts.get(0).source()).isEqualTo("data");
    assertThat(mounts.get(1).source()).matches("[0-9a-f]{64}");
    assertThat(house.volumes.names()).containsExactlyInAnyOrder("data", mounts.get(1).source());
    assertThat(house.engine.image().volume(Samples.BLUE, "data").orElseThrow().anonymous())
        .isFalse();
    assertThat(
            house
                .engine
                .image()
                .volume(Samples.BLUE, mounts.get(1).source())
                .orElseThrow()
                .anonymous())
        .isTrue();
    assertThat(house.happened())
        .containsExactly(
            "volume create data", "volume create " + mounts.get(1).source(), "container create c1");
  }

  @Test
  void create_says_image_name_and_labels_in_its_event() {
    var id = house.create(1, w -> w.labels(Map.of("tier", "front")));
    var event = house.event("create");
    assertThat(event.actor()).isEqualTo(id.value());
    assertThat(event.attributes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("image", "busybox", "name", "c1", "tier", "front"));
  }

  @Test
  void a_create_that_cannot_be_laid_out_leaves_nothing() {
    house.journal.full(true);
    assertThatThrownBy(() -> house.create(1)).isInstanceOf(Refusal.Failed.class);
    house.journal.full(false);
    assertThat(house.engine.image().containers()).isEmpty();
    assertThat(house.processes.prepared()).isEmpty();
    assertThat(house.happened()).isEmpty();
    house.create(1);
  }

  @Test
  void the_network_is_there_before_the_process() {
    var seen = new ArrayList<String>();
    house.processes.watchStarts(
        s -> {
          seen.add(s.namespace().getFileName().toString());
          assertThat(house.machine.namespaceNames())
              .contains(s.namespace().getFileName().toString());
        });
    var id =
        house.run(
            1,
            w ->
                w.publishing(
                    new PublishRequest(
                        Protocol.TCP,
                        PortRange.of(80),
                        Optional.empty(),
                        Optional.of(PortRange.of(8080)))));
    assertThat(seen).containsExactly("c-" + id.brief() + "-1");
    assertThat(house.machine.text()).contains("8080");
    assertThat(house.of(id).state().pid()).isPositive();
    assertThat(house.happened())
        .containsExactly("container create c1", "network connect bridge", "container start c1");
    assertThat(house.lives.namespace(house.of(id)))
        .hasValueSatisfying(
            p -> assertThat(p).endsWithRaw(java.nio.file.Path.of("c-" + id.brief() + "-1")));
  }

  @Test
  void a_network_event_names_network_driver_and_container() {
    var id = house.run(1);
    var event = house.event("connect");
    assertThat(event.type()).isEqualTo("network");
    assertThat(event.actor()).isEqualTo(Samples.scopeId(1).value());
    assertThat(event.attributes())
        .isEqualTo(Map.of("name", "bridge", "type", "bridge", "container", id.value()));
  }

  @Test
  void volumes_are_mounted_before_the_process_and_unmounted_after_the_network_is_left() {
    var id = house.run(1, w -> w.volume("data", "/data"));
    assertThat(house.event("mount").attributes())
        .isEqualTo(
            Map.of(
                "driver",
                "local",
                "container",
                id.value(),
                "destination",
                "/data",
                "read/write",
                "true",
                "propagation",
                ""));
    assertThat(house.happened())
        .endsWith("network connect bridge", "volume mount data", "container start c1");
    house.processes.end(id, 0);
    house.time.settle();
    assertThat(house.event("unmount").attributes())
        .isEqualTo(Map.of("driver", "local", "container", id.value()));
    assertThat(house.happened())
        .containsExactly("container die c1", "network disconnect bridge", "volume unmount data");
  }

  @Test
  void mode_none_has_a_namespace_and_the_event_of_the_null_driver() {
    var id = house.run(1, w -> w.none());
    assertThat(house.machine.namespaceNames()).contains("c-" + id.brief() + "-1");
    assertThat(house.event("connect").attributes())
        .containsEntry("type", "null")
        .containsEntry("name", "none");
  }

  @Test
  void what_runs_is_not_started_again() {
    var id = house.run(1);
    assertThat(house.lives.start(id)).isFalse();
    house.lives.pause(id);
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage("cannot start a paused container, try unpause instead");
  }

  @Test
  void an_unknown_container_is_not_found() {
    assertThatThrownBy(() -> house.lives.start(Samples.containerId(9)))
        .isInstanceOf(Refusal.NotFound.class)
        .hasMessage("No such container: " + Samples.containerId(9));
  }

  @Test
  void a_command_that_is_not_there_is_refused_as_invalid_and_recorded_with_127() {
    var id = house.create(1);
    house.happened();
    house.processes.failNextStart(
        id, new StartFailed(127, "exec: \"nosuch\": executable file not found in $PATH"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessageContaining("executable file not found");
    var state = house.of(id).state();
    assertThat(state.phase()).isEqualTo(Phase.CREATED);
    assertThat(state.exitCode()).isEqualTo(127);
    assertThat(state.error()).contains("nosuch");
    assertThat(house.machine.namespaceNames()).containsExactly("e-" + Samples.BLUE);
    assertThat(house.happened())
        .containsExactly("network connect bridge", "network disconnect bridge");
    assertThat(house.lives.start(id)).isTrue();
    assertThat(house.of(id).state().error()).isEmpty();
  }

  @Test
  void what_the_runtime_cannot_do_is_a_failure_with_128() {
    var id = house.create(1);
    house.processes.failNextStart(id, new StartFailed(128, "cgroup is full"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage("cgroup is full");
    assertThat(house.of(id).state().exitCode()).isEqualTo(128);
    house.processes.failNextStart(id, new IllegalStateException("a bug"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage("a bug");
    assertThat(house.phase(id)).isEqualTo(Phase.CREATED);
  }

  @Test
  void a_failed_start_of_an_auto_remove_container_removes_it() {
    var id = house.create(1, w -> w.autoRemove());
    var removed = house.lives.await(id, Condition.REMOVED);
    house.processes.failNextStart(id, new StartFailed(126, "permission denied"));
    assertThatThrownBy(() -> house.lives.start(id)).isInstanceOf(Refusal.Invalid.class);
    assertThat(removed.join().code()).isEqualTo(126);
    assertThat(house.engine.image().containers()).isEmpty();
    assertThat(house.processes.prepared()).isEmpty();
  }

  @Test
  void a_network_that_the_machine_cannot_make_fails_the_start_and_leaves_nothing() {
    var id = house.create(1);
    house.machine.refuse(s -> s.object().namespace().value().startsWith("c-"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageContaining("injected fault");
    assertThat(house.phase(id)).isEqualTo(Phase.CREATED);
    house.machine.refuse(_ -> false);
    assertThat(house.lives.start(id)).isTrue();
  }

  @Test
  void a_refused_start_changes_nothing() {
    var one =
        house.run(
            1,
            w ->
                w.publishing(
                    new PublishRequest(
                        Protocol.TCP,
                        PortRange.of(80),
                        Optional.empty(),
                        Optional.of(PortRange.of(8080)))));
    var two =
        house.create(
            2,
            w ->
                w.publishing(
                    new PublishRequest(
                        Protocol.TCP,
                        PortRange.of(80),
                        Optional.empty(),
                        Optional.of(PortRange.of(8080)))));
    var before = house.of(two);
    assertThatThrownBy(() -> house.lives.start(two))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageContaining("port is already allocated");
    assertThat(house.of(two)).isEqualTo(before);
    assertThat(house.phase(one)).isEqualTo(Phase.RUNNING);
  }

  @Test
  void a_start_that_cannot_be_recorded_leaves_no_process() {
    var id = house.create(1);
    house.processes.watchStarts(_ -> house.journal.full(true));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageContaining("no space left");
    house.time.settle();
    assertThat(house.processes.runs(id)).isFalse();
    house.journal.full(false);
    house.processes.watchStarts(_ -> {});
    house.time.advance(Exits.RECORD_AGAIN);
    assertThat(house.phase(id)).isIn(Phase.CREATED, Phase.EXITED);
    assertThat(house.lives.start(id)).isTrue();
  }

  @Test
  void a_shared_network_is_that_of_the_other_container() {
    var owner = house.run(1, w -> w.hostname("db", "example.org"));
    var id = house.run(2, w -> w.sharing("c1"));
    var start = house.processes.latest(id).orElseThrow();
    assertThat(start.namespace()).endsWithRaw(java.nio.file.Path.of("c-" + owner.brief() + "-1"));
    assertThat(start.container().hostname()).isEqualTo("db");
    assertThat(start.files()).isEqualTo(house.processes.latest(owner).orElseThrow().files());
    assertThat(house.lives.namespace(house.of(id)))
        .isEqualTo(house.lives.namespace(house.of(owner)));
  }

  @Test
  void a_shared_network_needs_its_owner_running() {
    house.create(1);
    var id = house.create(2, w -> w.sharing("c1"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage(
            "cannot join network namespace of a non running container: container c1 is created");
    var lost = house.create(3, w -> w.sharing("nobody"));
    assertThatThrownBy(() -> house.lives.start(lost))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage("joining network namespace of container: No such container: nobody");
    assertThat(List.of(house.phase(id), house.phase(lost))).containsOnly(Phase.CREATED);
  }
}
