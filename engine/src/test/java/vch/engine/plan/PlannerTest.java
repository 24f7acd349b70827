package vch.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.desired.Desired;
import vch.engine.fake.FakeMachine;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.testkit.Golden;

class PlannerTest {
  private static final Container WEB =
      Samples.running(
          Samples.publishing(Samples.container(1, 1), "8080:80/tcp", "9000-9099:9000-9099/udp"));

  private static Image image(Change... more) {
    var changes = new ArrayList<>(Samples.blueCreated());
    changes.addAll(Arrays.asList(more));
    return Image.EMPTY.after(changes);
  }

  private static List<MachineObject> objects(Image image) {
    return Desired.all(image).values().stream().flatMap(List::stream).toList();
  }

  private static String plan(Image from, Image to) {
    return PlanText.of(Planner.plan(objects(to), objects(from)));
  }

  @Test
  void the_plan_of_a_new_vch() {
    Golden.check("plan/create-vch.txt", plan(Image.EMPTY, image()));
  }

  @Test
  void the_plan_of_a_starting_container() {
    Golden.check("plan/start-container.txt", plan(image(), image(Samples.put(WEB))));
  }

  private static Image onNic(String uplink, Change... more) {
    var changes =
        new ArrayList<Change>(
            List.of(
                new Change.PortGroupPut(Samples.lan(new PortGroupKind.Nic(uplink, false), uplink)),
                new Change.ScopePut(
                    Samples.externalScope(200, Samples.LAN, TrustLevel.PUBLISHED))));
    changes.addAll(List.of(more));
    return image().after(changes);
  }

  /// Kernels before 6.16 take a table at a link's hook only where that link is.
  @Test
  void a_link_on_a_nic_is_there_before_its_guard_and_comes_up_after_it() {
    var web = Samples.put(Samples.running(Samples.container(1, 200)));
    Golden.check("plan/start-on-nic.txt", plan(onNic("eth1"), onNic("eth1", web)));
  }

  /// There its chains go with a link that is made anew.
  @Test
  void a_link_on_another_nic_gets_its_guard_anew() {
    var web = Samples.put(Samples.running(Samples.container(1, 200)));
    Golden.check("plan/other-nic.txt", plan(onNic("eth1", web), onNic("eth2", web)));
  }

  @Test
  void the_plan_of_a_stopping_container() {
    Golden.check(
        "plan/stop-container.txt",
        plan(image(Samples.put(WEB)), image(Samples.put(Samples.stopped(WEB)))));
  }

  @Test
  void the_plan_of_connecting_a_running_container_to_a_network_with_a_higher_priority() {
    var before = Samples.running(Samples.container(1, 1));
    var second = Samples.endpoint(1, 2, 1);
    var raised =
        new vch.portlayer.container.Endpoint(
            second.id(),
            second.network(),
            second.scope(),
            second.requested(),
            second.linkLocal(),
            second.addresses(),
            second.mac(),
            second.macRequested(),
            second.aliases(),
            second.links(),
            10,
            1,
            second.linkName(),
            second.options(),
            second.sysctls(),
            true,
            java.util.Optional.empty());
    var after = before.withEndpoints(List.of(before.endpoints().getFirst(), raised));
    var scope = new Change.ScopePut(Samples.scope(2));
    Golden.check(
        "plan/connect.txt",
        plan(image(scope, Samples.put(before)), image(scope, Samples.put(after))));
    Golden.check(
        "plan/disconnect.txt",
        plan(image(scope, Samples.put(after)), image(scope, Samples.put(before))));
  }

  @Test
  void the_plan_of_moving_a_publication() {
    var other = Samples.running(Samples.container(2, 1));
    Golden.check(
        "plan/move-publication.txt",
        plan(
            image(Samples.put(WEB), Samples.put(other)),
            image(
                Samples.put(Samples.stopped(WEB)),
                Samples.put(Samples.publishing(other, "8080:81/tcp")))));
  }

  @Test
  void the_plan_of_removing_a_vch_with_everything() {
    Golden.check(
        "plan/delete-vch.txt",
        plan(
            image(Samples.put(WEB)),
            Image.EMPTY.after(List.of(new Change.PortGroupPut(Samples.vmNetwork())))));
  }

  @Test
  void a_plan_to_where_one_is_already_is_empty() {
    var image = image(Samples.put(WEB));
    assertThat(Planner.plan(objects(image), objects(image)).isEmpty()).isTrue();
  }

  @Test
  void a_setting_is_never_removed() {
    var setting = new MachineObject.Sysctl(NamespaceName.MACHINE, "net/ipv4/ip_forward", "1");
    assertThat(Planner.plan(List.of(), List.of(setting)).isEmpty()).isTrue();
  }

  @Test
  void an_ethernet_address_that_nobody_asked_for_is_no_difference() {
    var wanted =
        new Link(
            NamespaceName.MACHINE,
            "pl1",
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.empty(),
            1500,
            true);
    var seen =
        new Link(
            NamespaceName.MACHINE,
            "pl1",
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.of(new Mac(7)),
            1500,
            true);
    assertThat(Planner.plan(List.of(wanted), List.of(seen)).isEmpty()).isTrue();
    assertThat(Planner.plan(List.of(seen), List.of(wanted)).isEmpty()).isFalse();
  }

  @Test
  void a_pair_whose_far_end_is_another_is_made_anew_with_what_was_on_it() {
    var image = image(Samples.put(WEB));
    var wanted = objects(image);
    var seen =
        wanted.stream()
            .map(
                o ->
                    o instanceof Link l
                            && l.kind() instanceof LinkKind.Veth v
                            && l.name().startsWith("v")
                        ? new Link(
                            l.namespace(),
                            l.name(),
                            new LinkKind.Veth(v.peerNamespace(), v.peer(), new Mac(2)),
                            l.master(),
                            l.mac(),
                            l.mtu(),
                            l.up())
                        : o)
            .toList();
    Golden.check("plan/remake-pair.txt", PlanText.of(Planner.plan(wanted, seen)));
  }

  @Test
  void replaced_rules_get_all_their_elements_again() {
    var image = image(Samples.put(WEB));
    var seen =
        objects(image).stream()
            .map(
                o ->
                    o instanceof MachineObject.Ruleset r && r.family().equals("inet")
                        ? new MachineObject.Ruleset(r.namespace(), r.family(), r.table(), "# old\n")
                        : o)
            .toList();
    Golden.check("plan/replace-rules.txt", PlanText.of(Planner.plan(objects(image), seen)));
  }

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  /// Some containers and scopes, live or not, published or not, all told by the seed.
  private static Image random(Random chance) {
    if (chance.nextInt(10) == 0) {
      return Image.EMPTY;
    }
    var changes = new ArrayList<Change>();
    for (int s = 2; s < 5; s++) {
      if (chance.nextBoolean()) {
        changes.add(
            new Change.ScopePut(
                Samples.scope(
                    s,
                    new vch.portlayer.scope.ScopeKind.Bridge(
                        chance.nextInt(3) == 0, chance.nextBoolean(), chance.nextBoolean()))));
      }
    }
    for (int c = 1; c < 8; c++) {
      var scopes = IntStream.range(1, 5).filter(_ -> chance.nextInt(3) == 0).toArray();
      var container = Samples.container(c, scopes);
      if (chance.nextBoolean()) {
        container =
            Samples.publishing(
                container,
                (8000 + c) + ":80/tcp",
                "9" + c + "00-9" + c + "50:9" + c + "00-9" + c + "50/udp");
      }
      for (int run = chance.nextInt(3); run > 0; run--) {
        container = Samples.stopped(Samples.running(container));
      }
      changes.add(Samples.put(chance.nextBoolean() ? Samples.running(container) : container));
    }
    return image(changes.toArray(Change[]::new));
  }

  private static void apply(FakeMachine machine, Plan plan) {
    for (var stage : plan.stages()) {
      for (var outcome : machine.apply(stage.steps())) {
        assertThat(outcome.error()).as(PlanText.of(outcome.step())).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void a_plan_reaches_what_is_desired_and_the_next_is_empty(int seed) {
    var chance = new Random(seed);
    var machine = new FakeMachine();
    for (int round = 0; round < 4; round++) {
      var wanted = objects(random(chance));
      apply(machine, Planner.plan(wanted, machine.observe(wanted)));
      assertThat(PlanText.of(Planner.plan(wanted, machine.observe(wanted)))).isEmpty();
      assertThat(machine.observe(wanted))
          .containsExactlyInAnyOrderElementsOf(new java.util.LinkedHashSet<>(wanted));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void a_plan_mends_whatever_somebody_broke(int seed) {
    var chance = new Random(seed);
    var wanted = objects(random(chance));
    var machine = new FakeMachine();
    apply(machine, Planner.plan(wanted, List.of()));
    for (int i = 0; i < 5; i++) {
      var all = machine.objects();
      if (!all.isEmpty()) {
        var victim = all.get(chance.nextInt(all.size()));
        if (!(victim instanceof MachineObject.Sysctl)) {
          machine.foreignRemove(victim);
        }
      }
    }
    apply(machine, Planner.plan(wanted, machine.observe(wanted)));
    assertThat(PlanText.of(Planner.plan(wanted, machine.observe(wanted)))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void no_port_is_there_without_its_guard_and_nothing_is_published_towards_what_is_not_there(
      int seed) {
    var chance = new Random(seed);
    var from = objects(random(chance));
    var to = objects(random(chance));
    boolean gone =
        to.isEmpty(); // with a VCH goes its public link, before all else: nothing arrives any more
    var machine = new FakeMachine();
    apply(machine, Planner.plan(from, List.of()));
    for (var stage : Planner.plan(to, machine.observe(to)).stages()) {
      for (Step step : stage.steps()) {
        machine.apply(List.of(step));
        guarded(
            machine.objects(),
            e ->
                gone
                    || (from.contains(e)
                        && to.contains(e))); // a container that starts again keeps its own
      }
    }
  }

  private static void guarded(
      List<MachineObject> now, java.util.function.Predicate<MachineObject> stays) {
    for (var object : now) {
      if (object instanceof Link link
          && link.name().startsWith("v")
          && link.kind() instanceof LinkKind.Veth(_, _, var mac, _)) {
        assertThat(now)
            .as(link.name())
            .anyMatch(
                o ->
                    o instanceof MachineObject.Element e
                        && e.set().equals("members")
                        && e.parts().contains(new vch.engine.machine.Part.Name(link.name()))
                        && e.parts().contains(new vch.engine.machine.Part.Hardware(mac)));
      }
      if (object instanceof MachineObject.Element e
          && vch.engine.desired.Publications.is(e)
          && !stays.test(e)) {
        var to = ((vch.engine.machine.Part.Address) e.data().getFirst()).value();
        assertThat(now)
            .as(e.toString())
            .anyMatch(o -> o instanceof MachineObject.Address a && a.cidr().address().equals(to));
      }
    }
  }
}
