package vch.engine.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood.Heard;
import vch.engine.machine.Neighbourhood.LinkUnusable;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// What the engine may rely on of neighbours, whatever machine it has: two containers on a segment
/// of the machine's namespace.
public abstract class NeighbourhoodContract {
  private static final NamespaceName ONE = new NamespaceName("c-c0417ac70011-1");
  private static final NamespaceName TWO = new NamespaceName("c-c0417ac70012-1");
  private static final Mac ONE_MAC = Mac.parse("02:42:0a:02:00:02");
  private static final Mac TWO_MAC = Mac.parse("02:42:0a:02:00:03");
  private static final Mac BRIDGE_MAC = Mac.parse("02:00:00:00:00:01");
  private static final Ip GATEWAY = Ip.parse("10.2.0.1");
  private static final Ip ONE_IP = Ip.parse("10.2.0.2");
  private static final Ip FREE = Ip.parse("10.2.0.9");
  private static final Ip GATEWAY6 = Ip.parse("fd02::1");
  private static final Ip ONE_IP6 = Ip.parse("fd02::2");
  private static final Ip FREE6 = Ip.parse("fd02::9");
  private static final String SEGMENT = "plc0417ac710";
  private static final Link BRIDGE =
      new Link(
          NamespaceName.MACHINE,
          SEGMENT,
          new LinkKind.Bridge(),
          Optional.empty(),
          Optional.of(BRIDGE_MAC),
          1500,
          true);

  private Machine machine;

  /// A machine with nothing of ours on it.
  protected abstract Machine machine() throws Exception;

  @BeforeEach
  void open() throws Exception {
    machine = machine();
    apply(segment());
  }

  @AfterEach
  void close() {
    var left = new ArrayList<>(machine.observe(List.of()));
    Planner.plan(List.of(), left).stages().forEach(s -> machine.apply(s.steps()));
    machine.close();
  }

  private static Link port(String name, NamespaceName container, Mac mac) {
    return new Link(
        NamespaceName.MACHINE,
        name,
        new LinkKind.Veth(container, "eth0", mac),
        Optional.of(SEGMENT),
        Optional.empty(),
        1500,
        true);
  }

  private static List<MachineObject> segment() {
    return List.of(
        new Namespace(ONE),
        new Namespace(TWO),
        BRIDGE,
        new Sysctl(ONE, "net/ipv6/conf/default/accept_dad", "0"),
        new Sysctl(TWO, "net/ipv6/conf/default/accept_dad", "0"),
        port("vc0417ac7a1", ONE, ONE_MAC),
        port("vc0417ac7b1", TWO, TWO_MAC),
        new Address(NamespaceName.MACHINE, SEGMENT, Cidr.parse("10.2.0.1/16")),
        new Address(NamespaceName.MACHINE, SEGMENT, new Cidr(GATEWAY6, 64)),
        new Address(ONE, "eth0", Cidr.parse("10.2.0.2/16")),
        new Address(ONE, "eth0", new Cidr(ONE_IP6, 64)));
  }

  private void apply(List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine.observe(wanted)).stages()) {
      for (var outcome : machine.apply(stage.steps())) {
        assertThat(outcome.error()).as(PlanText.of(outcome.step())).isEmpty();
      }
    }
    machine.finish();
  }

  @Test
  void nobody_has_a_free_address() {
    assertThat(machine.neighbourhood().probe(TWO, "eth0", TWO_MAC, FREE)).isEmpty();
    assertThat(machine.neighbourhood().probe(TWO, "eth0", TWO_MAC, FREE6)).isEmpty();
  }

  @Test
  void who_has_an_address_is_told() {
    assertThat(machine.neighbourhood().probe(TWO, "eth0", TWO_MAC, ONE_IP)).contains(ONE_MAC);
    assertThat(machine.neighbourhood().probe(TWO, "eth0", TWO_MAC, GATEWAY)).contains(BRIDGE_MAC);
    assertThat(machine.neighbourhood().probe(NamespaceName.MACHINE, SEGMENT, BRIDGE_MAC, ONE_IP))
        .contains(ONE_MAC);
    assertThat(machine.neighbourhood().probe(TWO, "eth0", TWO_MAC, ONE_IP6)).contains(ONE_MAC);
    assertThat(machine.neighbourhood().probe(TWO, "eth0", TWO_MAC, GATEWAY6)).contains(BRIDGE_MAC);
    assertThat(machine.neighbourhood().probe(NamespaceName.MACHINE, SEGMENT, BRIDGE_MAC, ONE_IP6))
        .contains(ONE_MAC);
  }

  @Test
  void one_does_not_contest_the_own_address() {
    assertThat(machine.neighbourhood().probe(ONE, "eth0", ONE_MAC, ONE_IP)).isEmpty();
    assertThat(machine.neighbourhood().probe(ONE, "eth0", ONE_MAC, ONE_IP6)).isEmpty();
  }

  @Test
  void an_announcement_is_heard_on_the_segment() throws Exception {
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ = machine.neighbourhood().listen(SEGMENT, heard::add)) {
      machine.neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
      assertThat(next(heard)).isEqualTo(new Heard(TWO_MAC, FREE));
    }
    var six = new LinkedBlockingQueue<Heard>();
    try (var _ =
        machine
            .neighbourhood()
            .listen(
                SEGMENT,
                it -> {
                  if (!it.address().isIpv4()) {
                    six.add(it);
                  }
                })) {
      machine.neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE6);
      assertThat(next(six)).isEqualTo(new Heard(TWO_MAC, FREE6));
    }
  }

  private static Heard next(BlockingQueue<Heard> heard) throws InterruptedException {
    return Optional.ofNullable(heard.poll(10, TimeUnit.SECONDS)).orElseThrow();
  }

  @Test
  void nothing_is_heard_after_the_end() throws Exception {
    var early = new LinkedBlockingQueue<Heard>();
    var late = new LinkedBlockingQueue<Heard>();
    machine.neighbourhood().listen(SEGMENT, early::add).close();
    try (var _ = machine.neighbourhood().listen(SEGMENT, late::add)) {
      machine.neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
      next(late);
      assertThat(early).isEmpty();
    }
  }

  @Test
  void a_link_is_heard_also_after_another_has_come_in_its_place() throws Exception {
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ = machine.neighbourhood().listen(SEGMENT, heard::add)) {
      assertThat(machine.apply(List.of(new Step.Remove(BRIDGE))).getFirst().error()).isEmpty();
      machine.finish();
      apply(segment());
      assertThat(announced(heard)).isEqualTo(new Heard(TWO_MAC, FREE));
    }
  }

  @Test
  void a_link_that_is_not_there_yet_is_heard_when_it_comes() throws Exception {
    assertThat(machine.apply(List.of(new Step.Remove(BRIDGE))).getFirst().error()).isEmpty();
    machine.finish();
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ = machine.neighbourhood().listen(SEGMENT, heard::add)) {
      apply(segment());
      assertThat(announced(heard)).isEqualTo(new Heard(TWO_MAC, FREE));
    }
  }

  /// What is heard of an announcement; it is made until somebody hears it.
  private Heard announced(BlockingQueue<Heard> heard) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      machine.neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
      var said = heard.poll(50, TimeUnit.MILLISECONDS);
      if (said != null) {
        return said;
      }
    }
    throw new AssertionError("not heard");
  }

  @Test
  void a_link_must_be_there() {
    var neighbourhood = machine.neighbourhood();
    var nowhere = new NamespaceName("c-c0417ac70013-1");
    for (var where : List.of(TWO, nowhere)) {
      assertUnusable(where, () -> neighbourhood.probe(where, "eth7", TWO_MAC, FREE));
      assertUnusable(where, () -> neighbourhood.announce(where, "eth7", TWO_MAC, FREE));
      assertUnusable(where, () -> neighbourhood.send(where, "eth7", new byte[60]));
    }
  }

  private static void assertUnusable(NamespaceName namespace, Runnable use) {
    assertThatThrownBy(use::run)
        .isInstanceOf(LinkUnusable.class)
        .hasMessageContainingAll("link eth7", namespace.value(), "does not exist");
  }

  @Test
  void a_link_must_be_up() {
    var down =
        new Link(
            BRIDGE.namespace(),
            SEGMENT,
            BRIDGE.kind(),
            Optional.empty(),
            BRIDGE.mac(),
            1500,
            false);
    assertThat(machine.apply(List.of(new Step.Change(BRIDGE, down))).getFirst().error()).isEmpty();
    assertThatThrownBy(
            () -> machine.neighbourhood().probe(down.namespace(), SEGMENT, BRIDGE_MAC, FREE))
        .isInstanceOf(LinkUnusable.class)
        .hasMessageContaining("down");
    machine.neighbourhood().listen(SEGMENT, _ -> {}).close();
  }
}
