package vch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.desired.Desired;
import vch.engine.fake.FakeMachine;
import vch.engine.fake.Samples;
import vch.engine.ledger.MemoryJournal;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

class RunningEngineTest {
  private final MemoryJournal journal = new MemoryJournal();
  private final FakeMachine machine = new FakeMachine();
  private RunningEngine engine;

  @BeforeEach
  void start() throws IOException {
    engine = RunningEngine.start(journal, machine, InstantSource.system());
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private void put(Change... changes) {
    engine.decide(_ -> new Decision<>(List.of(changes), ""));
  }

  private void create() {
    engine.decide(_ -> new Decision<>(Samples.blueCreated(), ""));
  }

  private void isAsWanted() {
    assertThat(engine.plan()).isEmpty();
    var wanted =
        Desired.all(engine.image()).values().stream()
            .flatMap(List::stream)
            .map(MachineObject::key)
            .distinct()
            .toList();
    assertThat(machine.objects().stream().map(MachineObject::key))
        .containsExactlyInAnyOrderElementsOf(wanted);
  }

  @Test
  void the_machine_has_followed_when_decide_returns() {
    create();
    assertThat(machine.namespaceNames()).containsExactly("e-b10eb10eb10e");
    put(Samples.put(Samples.running(Samples.publishing(Samples.container(1, 1), "8080:80/tcp"))));
    assertThat(machine.text()).contains("pub_any tcp . 8080 : 172.17.0.2 . 80");
    isAsWanted();
    put(Samples.put(Samples.stopped(Samples.running(Samples.container(1, 1)))));
    assertThat(machine.namespaceNames()).containsExactly("e-b10eb10eb10e");
    isAsWanted();
    put(
        new Change.VchRemoved(Samples.BLUE),
        new Change.ContainerRemoved(Samples.containerId(1)),
        new Change.ScopeRemoved(Samples.scopeId(1)));
    assertThat(machine.namespaceNames()).isEmpty();
    isAsWanted();
  }

  @Test
  void a_refusal_reaches_who_asked_and_changes_nothing() {
    assertThatThrownBy(
            () ->
                engine.decide(
                    _ -> {
                      throw new Refusal.Conflict("taken");
                    }))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage("taken");
    assertThat(engine.image().revision()).isZero();
  }

  @Test
  void
      a_machine_that_cannot_follow_fails_the_command_with_the_first_sentence_but_the_record_stands() {
    create();
    machine.refuse(s -> s instanceof Step.Add && s.object() instanceof MachineObject.Link);
    assertThatThrownBy(() -> put(Samples.put(Samples.running(Samples.container(1, 1)))))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageContaining("injected fault");
    assertThat(engine.image().container(Samples.containerId(1))).isPresent();
    assertThat(engine.failing()).containsOnlyKeys("container c00000000001");
    machine.refuse(_ -> false);
    put(Samples.put(Samples.running(Samples.container(1, 1))));
    assertThat(engine.failing()).isEmpty();
    isAsWanted();
  }

  @Test
  void nothing_is_published_towards_a_container_whose_guards_failed() {
    create();
    machine.refuse(s -> s.object() instanceof MachineObject.Element e && e.set().equals("members"));
    assertThatThrownBy(
            () ->
                put(
                    Samples.put(
                        Samples.running(
                            Samples.publishing(Samples.container(1, 1), "8080:80/tcp")))))
        .isInstanceOf(Refusal.Failed.class);
    assertThat(machine.text())
        .doesNotContain("element inet portlayer pub_any")
        .doesNotContain("link ve");
  }

  @Test
  void a_start_finds_the_machine_as_the_last_daemon_left_it() throws IOException {
    create();
    put(Samples.put(Samples.running(Samples.publishing(Samples.container(1, 1), "8080:80/tcp"))));
    engine.close();
    int before = machine.steps().size();
    machine.restart();
    engine = RunningEngine.start(journal, machine, InstantSource.system());
    assertThat(machine.steps()).hasSize(before);
    assertThat(engine.image().container(Samples.containerId(1))).isPresent();
  }

  @Test
  void a_start_removes_what_nobody_wants_and_makes_what_is_missing() throws IOException {
    create();
    put(Samples.put(Samples.running(Samples.container(1, 1))));
    engine.close();
    machine.restart();
    machine.foreignMake(new MachineObject.Namespace(new NamespaceName("c-ffffffffffff-1")));
    machine.foreignRemoveLink(new NamespaceName("c-c00000000001-1"), "eth0");
    engine = RunningEngine.start(journal, machine, InstantSource.system());
    isAsWanted();
  }

  @Test
  void note_does_not_wait_for_the_machine() {
    create();
    machine.refuse(_ -> true);
    engine.note(
        _ -> new Decision<>(List.of(Samples.put(Samples.running(Samples.container(1, 1)))), ""));
    assertThat(engine.image().container(Samples.containerId(1))).isPresent();
  }

  @Test
  void listeners_hear_of_every_change_set_before_the_command_returns() {
    var heard = new java.util.ArrayList<Long>();
    engine.listen(
        (Image before, Image after, List<Change> _) ->
            heard.add(after.revision() - before.revision()));
    create();
    put(Samples.put(Samples.container(1, 1)));
    assertThat(heard).containsExactly(1L, 1L);
  }

  @Test
  void connections_to_elsewhere_are_forgotten_where_a_publication_appears() {
    create();
    put(
        Samples.put(
            Samples.running(
                Samples.publishing(Samples.container(1, 1), "53:53/udp", "80:80/tcp"))));
    assertThat(machine.forgotten())
        .extracting(MachineObject.Element::key)
        .extracting(MachineObject.Key::name)
        .containsExactlyInAnyOrder(
            "inet portlayer pub_any udp . 53", "inet portlayer pub_any tcp . 80");
  }
}
