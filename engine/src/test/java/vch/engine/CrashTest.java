package vch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.desired.Desired;
import vch.engine.desired.LinkNames;
import vch.engine.fake.FakeMachine;
import vch.engine.fake.MovableClock;
import vch.engine.fake.Samples;
import vch.engine.ledger.MemoryJournal;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Kills the daemon before and after every step of every plan of a day, starts the next one on the
/// same record and the same machine, and holds the outcome against DESIGN section 9.
class CrashTest {
  private static final Container WEB =
      Samples.publishing(Samples.container(1, 1), "8080:80/tcp", "9000-9100:9000-9100/udp");
  private static final Container APP = Samples.container(2, 1, 2);
  private static final Container DB = Samples.container(3, 3);
  private static final Container LONE = Samples.container(4);

  private static final List<List<Change>> DAY =
      List.of(
          Samples.blueCreated(),
          List.of(
              new Change.ScopePut(Samples.scope(2)), new Change.ScopePut(Samples.internalScope(3))),
          List.of(Samples.put(WEB)),
          List.of(Samples.put(Samples.running(WEB))),
          List.of(
              Samples.put(Samples.running(APP)),
              Samples.put(Samples.running(DB)),
              Samples.put(Samples.running(LONE))),
          // connect db to scope 2, then disconnect app from scope 1: its default route moves
          List.of(
              Samples.put(
                  Samples.running(DB)
                      .withEndpoints(
                          List.of(Samples.endpoint(3, 3, 0), Samples.endpoint(3, 2, 1))))),
          List.of(
              Samples.put(Samples.running(APP).withEndpoints(List.of(Samples.endpoint(2, 2, 1))))),
          // web stops, app takes its ports
          List.of(Samples.put(Samples.stopped(Samples.running(WEB)))),
          List.of(
              Samples.put(
                  Samples.running(Samples.publishing(Samples.container(2, 2), "8080:81/tcp")))),
          // web starts again elsewhere
          List.of(
              Samples.put(
                  Samples.running(
                      Samples.stopped(
                          Samples.running(
                              Samples.publishing(Samples.container(1, 1), "8090:80/tcp")))))),
          List.of(Samples.put(Samples.stopped(Samples.running(DB)))),
          List.of(
              new Change.ContainerRemoved(Samples.containerId(3)),
              new Change.ScopeRemoved(Samples.scopeId(3))),
          List.of(
              new Change.ContainerRemoved(Samples.containerId(1)),
              new Change.ContainerRemoved(Samples.containerId(2)),
              new Change.ContainerRemoved(Samples.containerId(4)),
              new Change.ScopeRemoved(Samples.scopeId(1)),
              new Change.ScopeRemoved(Samples.scopeId(2)),
              new Change.VchRemoved(Samples.BLUE)),
          List.of(new Change.PortGroupRemoved(Samples.VM_NETWORK)));

  private final MemoryJournal journal = new MemoryJournal();
  private final FakeMachine machine = new FakeMachine();
  private final MovableClock clock = new MovableClock(Samples.NOON);

  private RunningEngine start() throws IOException {
    return RunningEngine.start(journal, machine, clock);
  }

  /// @return false when the daemon was killed meanwhile
  private boolean decide(RunningEngine engine, List<Change> changes) {
    try {
      engine.decide(_ -> new Decision<>(changes, ""));
      return true;
    } catch (Refusal.Failed e) {
      assertThat(machine.crashed()).as(e.getMessage()).isTrue();
      return false;
    }
  }

  private void sound(RunningEngine engine) {
    var image = engine.image();
    assertThat(engine.plan()).isEmpty();
    assertThat(engine.failing()).isEmpty();
    var wanted = Set.copyOf(Desired.all(image).values().stream().flatMap(List::stream).toList());
    // Kernel state is a function of the record, both ways: nothing missing, no orphan.
    assertThat(machine.observe(wanted)).containsExactlyInAnyOrderElementsOf(wanted);
    oneAddressPerNetworkAndFamilyAndNoneTwice(image);
    everythingPublishedLeadsToALiveMember(image);
  }

  private void oneAddressPerNetworkAndFamilyAndNoneTwice(Image image) {
    var addresses = new HashSet<String>();
    Map<String, Integer> perLink = new HashMap<>();
    for (var object : machine.objects()) {
      if (object instanceof Address a && a.namespace().value().startsWith("c-")) {
        assertThat(addresses.add(a.cidr().address().toString())).as(a.toString()).isTrue();
        perLink.merge(
            a.namespace() + " " + a.link() + " " + a.cidr().address().family(), 1, Integer::sum);
      }
    }
    for (var container : image.containers()) {
      for (var endpoint : container.endpoints()) {
        var scope = endpoint.scope().flatMap(image::scope).filter(_ -> container.live());
        for (var family : Family.values()) {
          boolean on = scope.filter(s -> s.subnet(family).isPresent()).isPresent();
          var place = LinkNames.container(container) + " " + endpoint.link() + " " + family;
          assertThat(perLink.get(place)).isEqualTo(on ? 1 : null);
        }
      }
    }
  }

  private void everythingPublishedLeadsToALiveMember(Image image) {
    for (var object : machine.objects()) {
      if (object instanceof Element e && e.set().startsWith("pub_")) {
        var to = ((Part.Address) e.data().getFirst()).value();
        assertThat(image.containers())
            .anyMatch(
                c ->
                    c.live()
                        && c.endpoints().stream()
                            .anyMatch(
                                p -> p.addresses().stream().anyMatch(a -> a.address().equals(to))));
      }
      if (object instanceof Link l
          && l.kind() instanceof LinkKind.Veth(NamespaceName peer, _, _, _)) {
        assertThat(machine.objects()).contains(new MachineObject.Namespace(peer));
      }
    }
  }

  @Test
  void a_day_without_accidents() throws IOException {
    try (var engine = start()) {
      for (var changes : DAY) {
        assertThat(decide(engine, changes)).isTrue();
        sound(engine);
      }
    }
    assertThat(machine.objects()).allMatch(o -> o instanceof MachineObject.Sysctl);
  }

  static List<Integer> hours() {
    return IntStream.range(0, DAY.size()).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("hours")
  void killed_before_and_after_every_step_the_next_daemon_puts_all_right(int hour)
      throws IOException {
    for (boolean after : new boolean[] {false, true}) {
      for (int step = 0; crashesAt(hour, step, after); step++) {
        assertThat(step).isLessThan(1000);
      }
    }
  }

  /// @return false when the plan has no such step
  private static boolean crashesAt(int hour, int step, boolean after) throws IOException {
    var test = new CrashTest();
    var engine = test.start();
    for (var changes : DAY.subList(0, hour)) {
      test.decide(engine, changes);
    }
    if (after) {
      test.machine.crashAfter(step);
    } else {
      test.machine.crashBefore(step);
    }
    boolean survived = test.decide(engine, DAY.get(hour));
    engine.close();
    test.machine.restart();
    engine = test.start();
    // What was acknowledged or only recorded: it is all there.
    assertThat(engine.image().revision()).isEqualTo(hour + 1);
    test.sound(engine);
    for (var changes : DAY.subList(hour + 1, DAY.size())) {
      test.decide(engine, changes);
    }
    test.sound(engine);
    engine.close();
    return !survived;
  }

  static IntStream seeds() {
    return IntStream.range(0, 60);
  }

  private static Change random(Random chance, Image image) {
    int n = 1 + chance.nextInt(6);
    int s = 2 + chance.nextInt(3);
    var now = image.container(Samples.containerId(n));
    return switch (chance.nextInt(6)) {
      case 0 ->
          new Change.ScopePut(
              Samples.scope(
                  s,
                  new ScopeKind.Bridge(
                      chance.nextBoolean(), chance.nextBoolean(), chance.nextBoolean())));
      case 1 -> new Change.ContainerRemoved(Samples.containerId(n));
      case 2, 3 ->
          now.filter(Container::live)
              .<Change>map(c -> Samples.put(Samples.stopped(c)))
              .orElse(Samples.put(Samples.container(n, 1)));
      default -> {
        var container =
            now.orElse(
                Samples.container(
                    n, IntStream.range(1, 5).filter(_ -> chance.nextBoolean()).toArray()));
        yield Samples.put(
            container.live()
                ? container
                : Samples.running(
                    chance.nextBoolean()
                        ? Samples.publishing(container, (8000 + n) + ":80/udp")
                        : container));
      }
    };
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void killed_at_random_again_and_again_nothing_is_lost_and_nothing_left_over(int seed)
      throws IOException {
    var chance = new Random(seed);
    var engine = start();
    decide(engine, Samples.blueCreated());
    for (int round = 0; round < 25; round++) {
      if (chance.nextInt(3) == 0) {
        machine.crashBefore(chance.nextInt(20));
      }
      var changes = new ArrayList<Change>();
      for (int i = chance.nextInt(4); i >= 0; i--) {
        changes.add(random(chance, engine.image().after(changes)));
      }
      var expected = engine.image().after(changes).changes();
      decide(engine, changes);
      if (machine.crashed()) {
        engine.close();
        machine.restart();
        if (chance.nextInt(4) == 0) {
          machine.crashAfter(chance.nextInt(10)); // killed again while it puts things right
          start().close();
          machine.restart();
        }
        engine = start();
      }
      assertThat(engine.image().changes()).isEqualTo(expected);
      sound(engine);
    }
    engine.close();
  }
}
