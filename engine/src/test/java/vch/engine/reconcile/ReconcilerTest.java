package vch.engine.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.desired.Desired;
import vch.engine.desired.Owner;
import vch.engine.desired.Touched;
import vch.engine.fake.FakeMachine;
import vch.engine.fake.MovableClock;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

class ReconcilerTest {
  private static final NamespaceName ENDPOINT = new NamespaceName("e-b10eb10eb10e");
  private final FakeMachine machine = new FakeMachine();
  private final MovableClock clock = new MovableClock(Samples.NOON);
  private Image image = Image.EMPTY.after(Samples.blueCreated());
  private Reconciler reconciler;

  @BeforeEach
  void start() {
    reconciler = new Reconciler(machine, image, clock);
    reconciler.start();
  }

  @AfterEach
  void stop() {
    reconciler.close();
  }

  private CompletableFuture<Optional<String>> settle(Change... changes) {
    var before = image;
    image = image.after(List.of(changes));
    return reconciler.settle(Touched.owners(before, image, List.of(changes)), image);
  }

  private static Owner web(int n) {
    return new Owner.OfContainer(Samples.containerId(n));
  }

  private Status failing(int n) {
    return Optional.ofNullable(reconciler.failing().get(web(n))).orElseThrow();
  }

  private Change running(int n, int... scopes) {
    return Samples.put(Samples.running(Samples.container(n, scopes)));
  }

  /// Lets the thread see the clock, and waits until it has served that.
  private void tick(Duration time) {
    clock.advance(time);
    reconciler.wake();
    reconciler.plan().join();
  }

  private void isAsWanted() {
    var wanted = Desired.all(image).values().stream().flatMap(List::stream).toList();
    assertThat(machine.observe(wanted)).containsExactlyInAnyOrderElementsOf(Set.copyOf(wanted));
  }

  @Test
  void a_change_set_costs_no_look_at_the_machine() {
    int looks = machine.observations();
    assertThat(settle(running(1, 1)).join()).isEmpty();
    assertThat(machine.observations()).isEqualTo(looks);
    isAsWanted();
  }

  private void restartOverMany(NamespaceName damaged) {
    var changes = new ArrayList<Change>();
    for (int n = 1; n <= 2 * Reconciler.LOOK_TOGETHER_MAX; n++) {
      changes.add(running(n, 1));
    }
    assertThat(settle(changes.toArray(Change[]::new)).join()).isEmpty();
    reconciler.close();
    var address =
        machine.objects().stream()
            .filter(o -> o instanceof MachineObject.Address && o.namespace().equals(damaged))
            .findFirst()
            .orElseThrow();
    machine.foreignRemove(address);
    reconciler = new Reconciler(machine, image, clock);
    reconciler.start();
  }

  @Test
  void over_many_containers_a_start_puts_right_before_it_returns_what_vchs_need() {
    restartOverMany(ENDPOINT);
    isAsWanted();
  }

  @Test
  void over_many_containers_a_start_puts_them_right_before_what_is_asked_for_next() {
    restartOverMany(new NamespaceName("c-c00000000007-1"));
    assertThat(settle(running(1000, 1)).join()).isEmpty();
    isAsWanted();
  }

  @Test
  void what_waits_goes_into_one_plan() {
    int before = machine.stages().size();
    var release = new CountDownLatch(1);
    var arrived = new CountDownLatch(1);
    machine.refuse(
        step -> {
          if (step.object().namespace().equals(new NamespaceName("c-c00000000001-1"))
              && step.object() instanceof MachineObject.Namespace) {
            arrived.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return false;
        });
    var all = new ArrayList<CompletableFuture<Optional<String>>>();
    all.add(settle(running(1, 1)));
    arrivedOrFail(arrived);
    for (int n = 2; n <= 64; n++) {
      all.add(settle(running(n, 1)));
    }
    release.countDown();
    all.forEach(done -> assertThat(done.join()).isEmpty());
    // One plan for the first, one for the 63 that waited meanwhile.
    assertThat(machine.stages().size() - before).isLessThanOrEqualTo(2 * 8);
    assertThat(machine.stages()).contains(63);
    isAsWanted();
  }

  private static void arrivedOrFail(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void one_owners_failure_is_not_anothers() {
    machine.refuse(s -> s.object() instanceof Link l && l.name().equals("ve0010001x1"));
    var first = settle(running(1, 1));
    var second = settle(running(2, 1));
    assertThat(first.join()).hasValueSatisfying(e -> assertThat(e).contains("ve0010001x1"));
    assertThat(second.join()).isEmpty();
    assertThat(reconciler.failing()).containsOnlyKeys(web(1));
  }

  @Test
  void a_failure_is_tried_again_until_it_succeeds() {
    machine.refuse(s -> s.object() instanceof Link && s instanceof Step.Add);
    assertThat(settle(running(1, 1)).join()).isPresent();
    assertThat(failing(1).tries()).isEqualTo(1);
    tick(Pace.RETRY_FIRST);
    assertThat(failing(1).tries()).isEqualTo(2);
    assertThat(failing(1).since()).isEqualTo(Samples.NOON);
    machine.refuse(_ -> false);
    tick(Pace.RETRY_FIRST);
    assertThat(reconciler.failing()).hasSize(1); // the pause has grown
    tick(Pace.RETRY_FIRST);
    assertThat(reconciler.failing()).isEmpty();
    isAsWanted();
  }

  @Test
  void what_failed_and_is_no_longer_wanted_leaves_nothing_behind() {
    machine.refuse(s -> s.object() instanceof MachineObject.Address && s instanceof Step.Add);
    assertThat(settle(running(1, 1)).join()).isPresent();
    assertThat(
            settle(Samples.put(Samples.stopped(Samples.running(Samples.container(1, 1))))).join())
        .isEmpty();
    isAsWanted();
  }

  @Test
  void a_deleted_link_is_put_back() {
    settle(running(1, 1)).join();
    clock.advance(Duration.ofSeconds(10));
    machine.foreignRemoveLink(new NamespaceName("c-c00000000001-1"), "eth0");
    machine.foreignRemoveLink(ENDPOINT, "br-5c09e0000001");
    reconciler.plan().join();
    tick(Pace.TOUCH_SETTLES);
    tick(Pace.LOOKS_APART);
    isAsWanted();
  }

  @Test
  void flushed_rules_are_put_back_with_their_elements() {
    settle(running(1, 1)).join();
    clock.advance(Duration.ofSeconds(10));
    machine.foreignFlushRules(ENDPOINT);
    machine.foreignFlushRules(NamespaceName.MACHINE);
    reconciler.plan().join();
    tick(Pace.TOUCH_SETTLES);
    tick(Pace.LOOKS_APART);
    isAsWanted();
  }

  @Test
  void a_namespace_that_somebody_deleted_is_put_back_with_everything() {
    settle(running(1, 1)).join();
    clock.advance(Duration.ofSeconds(10));
    machine.foreignRemove(new MachineObject.Namespace(new NamespaceName("c-c00000000001-1")));
    reconciler.plan().join();
    tick(Pace.TOUCH_SETTLES);
    tick(Pace.LOOKS_APART);
    isAsWanted();
  }

  @Test
  void what_nobody_saw_is_put_right_after_a_few_minutes() {
    settle(running(1, 1)).join();
    machine.restart(); // nobody watches any more
    machine.foreignRemoveLink(ENDPOINT, "br-5c09e0000001");
    tick(Pace.EVERYTHING);
    isAsWanted();
  }

  @Test
  void a_plan_to_look_at_changes_nothing() {
    machine.restart();
    machine.foreignRemoveLink(ENDPOINT, "br-5c09e0000001");
    int steps = machine.steps().size();
    assertThat(reconciler.plan().join().isEmpty()).isFalse();
    assertThat(machine.steps()).hasSize(steps);
  }
}
