package vch.engine.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.RunningEngine;
import vch.engine.desired.Desired;
import vch.engine.ledger.MemoryJournal;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject.Address;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// A day of a VCH during which daemons are killed in the middle of their plans, on any machine. The
/// one that follows must bring the machine to what the record says, and leave nothing over (DESIGN
/// section 9).
public abstract class CrashContract {
  private static final int SEEDS = 12;

  private static final Container WEB =
      Samples.publishing(Samples.container(1, 1), "8080:80/tcp", "9000-9100:9000-9100/udp");
  private static final Container APP = Samples.container(2, 1, 2);
  private static final Container DB = Samples.container(3, 3);

  /// The change sets of the day; at its end nothing is wanted any more.
  static final List<List<Change>> DAY =
      List.of(
          Samples.blueCreated(),
          List.of(
              new Change.ScopePut(Samples.scope(2)), new Change.ScopePut(Samples.internalScope(3))),
          List.of(Samples.put(Samples.running(WEB))),
          List.of(
              Samples.put(Samples.running(APP)),
              Samples.put(Samples.running(DB)),
              Samples.put(Samples.running(Samples.container(4)))),
          // db joins scope 2; app leaves scope 1, so its default route moves
          List.of(
              Samples.put(
                  Samples.running(DB)
                      .withEndpoints(
                          List.of(Samples.endpoint(3, 3, 0), Samples.endpoint(3, 2, 1))))),
          List.of(
              Samples.put(Samples.running(APP).withEndpoints(List.of(Samples.endpoint(2, 2, 1))))),
          // web stops, another takes its port, web comes back on another
          List.of(Samples.put(Samples.stopped(Samples.running(WEB)))),
          List.of(
              Samples.put(
                  Samples.running(Samples.publishing(Samples.container(5, 2), "8080:81/tcp")))),
          List.of(
              Samples.put(
                  Samples.running(
                      Samples.stopped(
                          Samples.running(
                              Samples.publishing(Samples.container(1, 1), "8090:80/tcp")))))),
          List.of(
              new Change.ContainerRemoved(Samples.containerId(3)),
              new Change.ScopeRemoved(Samples.scopeId(3)),
              new Change.ScopePut(Samples.internalScope(2))),
          List.of(
              new Change.ContainerRemoved(Samples.containerId(1)),
              new Change.ContainerRemoved(Samples.containerId(2)),
              new Change.ContainerRemoved(Samples.containerId(4)),
              new Change.ContainerRemoved(Samples.containerId(5)),
              new Change.ScopeRemoved(Samples.scopeId(1)),
              new Change.ScopeRemoved(Samples.scopeId(2)),
              new Change.VchRemoved(Samples.BLUE)),
          List.of(new Change.PortGroupRemoved(Samples.VM_NETWORK)));

  /// A new daemon's view of the one machine of this test.
  protected abstract Machine machine() throws Exception;

  static IntStream seeds() {
    return IntStream.range(0, SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void killed_in_the_middle_of_plans_the_next_daemon_puts_all_right(int seed) throws Exception {
    var chance = new Random(seed);
    var journal = new MemoryJournal();
    for (var changes : DAY) {
      // The daemon that decides, killed or not; perhaps one that is killed while it puts things
      // right; one that stays.
      live(journal, chance.nextInt(4) == 0 ? -1 : 1 + chance.nextInt(25), changes);
      if (chance.nextInt(3) == 0) {
        live(journal, 1 + chance.nextInt(15), List.of());
      }
      try (var machine = machine();
          var engine = RunningEngine.start(journal, machine, InstantSource.system())) {
        assertThat(engine.failing()).isEmpty();
        sound(engine, machine);
      }
    }
  }

  private void live(MemoryJournal journal, int steps, List<Change> changes) throws Exception {
    long revision = journal.load().revision();
    try (var machine = new CrashingMachine(machine(), steps)) {
      try (var engine = RunningEngine.start(journal, machine, InstantSource.system())) {
        engine.decide(_ -> new Decision<>(changes, ""));
      } catch (Refusal.Failed e) {
        assertThat(machine.crashed()).as(e.getMessage()).isTrue();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    // Durable before anything else: killed or not, it is in the record.
    assertThat(journal.load().revision()).isEqualTo(changes.isEmpty() ? revision : revision + 1);
  }

  private static void sound(RunningEngine engine, Machine machine) {
    var wanted = Desired.all(engine.image()).values().stream().flatMap(List::stream).toList();
    var observed = machine.observe(wanted);
    // Nothing missing and nothing left over: pruning is part of the plan.
    assertThat(PlanText.of(Planner.plan(wanted, observed))).isEmpty();
    var addresses = new HashSet<String>();
    for (var object : observed) {
      if (object instanceof Address a) {
        assertThat(addresses.add(a.cidr().address().toString())).as("twice: " + a).isTrue();
      }
    }
  }
}
