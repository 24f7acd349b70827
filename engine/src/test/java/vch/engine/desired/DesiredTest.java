package vch.engine.desired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.ObjectText;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.testkit.Golden;

class DesiredTest {
  private static Image image(Change... more) {
    var changes = new ArrayList<>(Samples.blueCreated());
    changes.addAll(List.of(more));
    return Image.EMPTY.after(changes);
  }

  private static String text(Image image) {
    return Desired.all(image).entrySet().stream()
        .map(
            e ->
                e.getKey()
                    + "\n"
                    + e.getValue().stream()
                        .map(o -> "  " + ObjectText.of(o) + "\n")
                        .collect(Collectors.joining()))
        .collect(Collectors.joining());
  }

  private static List<MachineObject> of(Image image, Container container) {
    return Desired.of(image, new Owner.OfContainer(container.id()));
  }

  @Test
  void a_vch_with_scopes_and_containers() {
    var image =
        image(
            new Change.ScopePut(Samples.scope(2)),
            new Change.ScopePut(Samples.internalScope(3)),
            new Change.ScopePut(Samples.scope(4, new ScopeKind.Bridge(false, false, true))),
            new Change.ScopePut(Samples.scope(5, new ScopeKind.Bridge(false, true, false))),
            new Change.ScopePut(Samples.scope(6, new ScopeKind.None())),
            Samples.put(
                Samples.running(
                    Samples.publishing(
                        Samples.container(1, 1, 2),
                        "8080:80/tcp",
                        "9000-9999:9000-9999/tcp",
                        "192.168.218.2:53:5353/udp",
                        "100-101:200-201/sctp"))),
            Samples.put(
                Samples.running(Samples.publishing(Samples.container(2, 3, 2), "8081:80/tcp"))),
            Samples.put(Samples.running(Samples.container(3, 4))),
            Samples.put(Samples.running(Samples.container(4))),
            Samples.put(
                Samples.running(Samples.container(5, new NetworkMode.Shared("web1"), List.of()))),
            Samples.put(Samples.container(6, 1)));
    Golden.check("desired/vch.txt", text(image));
  }

  @Test
  void both_families() {
    var web = Samples.container(1, 1, 2);
    var image =
        image(
            new Change.ScopePut(Samples.scope(2)),
            Samples.put(
                Samples.running(
                    Samples.publishing(web, "8080:80/tcp", "9000-9999:9000-9999/tcp"))));
    var owners = List.of(new Owner.OfScope(Samples.scopeId(2)), new Owner.OfContainer(web.id()));
    var lines =
        owners.stream()
            .flatMap(o -> Desired.of(image, o).stream())
            .map(ObjectText::of)
            .collect(Collectors.joining("\n", "", "\n"));
    Golden.check("desired/both-families.txt", lines);
  }

  /// A container with one NIC for all its scopes, one that publishes past a scope that it is on.
  @Test
  void bridge_scopes_on_one_segment() {
    var changes =
        Samples.sharedCreated(
            Samples.scope(2),
            Samples.internalScope(3),
            Samples.scope(4, new ScopeKind.Bridge(false, false, true)),
            Samples.scope(5, new ScopeKind.Bridge(false, true, false)));
    changes.add(
        Samples.put(
            Samples.running(
                Samples.sharing(
                    Samples.publishing(Samples.container(1, 2, 1, 3), "8080:80/tcp")))));
    changes.add(Samples.put(Samples.running(Samples.sharing(Samples.container(2, 4)))));
    Golden.check("desired/shared.txt", text(Image.EMPTY.after(changes)));
  }

  @Test
  void bridge_scopes_on_a_port_group_of_the_machine() {
    var changes =
        new ArrayList<>(
            Samples.joined(Samples.sharedCreated(Samples.scope(2), Samples.internalScope(3))));
    changes.add(Samples.put(Samples.running(Samples.sharing(Samples.container(1, 2, 1, 3)))));
    Golden.check("desired/joined.txt", text(Image.EMPTY.after(changes)));
  }

  @Test
  void port_groups() {
    var kinds =
        List.of(
            new PortGroupKind.Internal(),
            new PortGroupKind.Nat(List.of(Subnet.parse("10.1.0.0/24"))),
            new PortGroupKind.Bridge("br0"),
            new PortGroupKind.Nic("eth1", true),
            new PortGroupKind.Nat(List.of(Subnet.parse("10.2.0.0/24"), Subnet.parse("fd02::/64"))));
    var changes = new ArrayList<Change>();
    for (int i = 0; i < kinds.size(); i++) {
      var link = kinds.get(i) instanceof PortGroupKind.Bridge(var name) ? name : "pl000000000" + i;
      changes.add(
          new Change.PortGroupPut(
              new PortGroup(
                  new PortGroupId("00000000000" + i),
                  "pg" + i,
                  kinds.get(i),
                  link,
                  Optional.empty(),
                  Samples.NOON)));
    }
    Golden.check("desired/port-groups.txt", text(Image.EMPTY.after(changes)));
  }

  @Test
  void only_live_containers_have_a_network() {
    for (var phase : Phase.values()) {
      var container =
          Samples.container(1, 1).with(Samples.container(1, 1).state().starting().with(phase));
      assertThat(of(image(Samples.put(container)), container).isEmpty())
          .as(phase.name())
          .isEqualTo(!phase.live());
    }
  }

  @Test
  void an_endpoint_whose_scope_is_gone_has_no_port() {
    var container = Samples.running(Samples.container(1, 2));
    assertThat(of(image(Samples.put(container)), container))
        .noneMatch(o -> o instanceof Link l && !l.name().equals("lo"));
  }

  @Test
  void an_internal_scope_gets_no_publications_and_no_default_route() {
    var container = Samples.running(Samples.publishing(Samples.container(1, 3), "8080:80/tcp"));
    var objects =
        of(image(new Change.ScopePut(Samples.internalScope(3)), Samples.put(container)), container);
    assertThat(objects).noneMatch(o -> o instanceof MachineObject.Route);
    assertThat(objects).noneMatch(o -> o instanceof MachineObject.Element e && Publications.is(e));
  }

  @Test
  void publications_of_a_container_that_is_on_a_container_network_too_are_masqueraded() {
    var lan = new Change.ScopePut(Samples.externalScope(200, Samples.VM_NETWORK, TrustLevel.OPEN));
    var both = Samples.running(Samples.publishing(Samples.container(1, 1, 200), "8080:80/tcp"));
    var plain = Samples.running(Samples.publishing(Samples.container(2, 1), "8081:80/tcp"));
    var image = image(lan, Samples.put(both), Samples.put(plain));
    assertThat(of(image, both)).extracting(ObjectText::of).anyMatch(o -> o.contains("away"));
    assertThat(of(image, plain)).extracting(ObjectText::of).noneMatch(o -> o.contains("away"));
    // It may be the container itself that asks, whose requests come from its address on the LAN.
    assertThat(of(image, both))
        .extracting(ObjectText::of)
        .filteredOn(o -> o.contains(" own "))
        .containsExactly("e-b10eb10eb10e: element inet portlayer own 10.200.0.2 . 172.17.0.2 (in)");
    assertThat(of(image, plain)).extracting(ObjectText::of).noneMatch(o -> o.contains(" own "));
  }

  @Test
  void fifty_thousand_ports_are_one_element() {
    var container =
        Samples.running(Samples.publishing(Samples.container(1, 1), "10000-59999:10000-59999/tcp"));
    assertThat(of(image(Samples.put(container)), container))
        .filteredOn(o -> o instanceof MachineObject.Element e && Publications.is(e))
        .hasSize(1);
  }

  @Test
  void names_of_links_have_at_most_15_bytes() {
    var container = Samples.container(1, 1);
    for (int run = 0; run < 100_000; run += 9_999) {
      var state = container.state();
      var at =
          container.with(
              new vch.portlayer.container.ContainerState(
                  Phase.RUNNING,
                  run,
                  1,
                  state.startedAt(),
                  state.finishedAt(),
                  0,
                  "",
                  false,
                  0,
                  false));
      assertThat(LinkNames.port(at, at.endpoints().getFirst()).length()).isLessThanOrEqualTo(15);
    }
    assertThat(LinkNames.segment(Samples.scope(1))).hasSize(15);
    assertThat(LinkNames.nicPort(Samples.blue(), Samples.blue().nics().getFirst())).hasSize(12);
  }

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  private static Change random(Random chance) {
    int s = 2 + chance.nextInt(3);
    int c = 1 + chance.nextInt(4);
    return switch (chance.nextInt(8)) {
      case 0 ->
          new Change.ScopePut(
              Samples.scope(
                  s, new ScopeKind.Bridge(chance.nextBoolean(), chance.nextBoolean(), true)));
      case 1 -> new Change.ScopeRemoved(Samples.scopeId(s));
      case 2 -> new Change.ContainerRemoved(Samples.containerId(c));
      case 3 ->
          chance.nextInt(4) == 0
              ? new Change.VchRemoved(Samples.BLUE)
              : new Change.VchPut(Samples.blue());
      case 4 ->
          chance.nextInt(4) == 0
              ? new Change.PortGroupRemoved(Samples.VM_NETWORK)
              : new Change.PortGroupPut(Samples.vmNetwork());
      default -> {
        var container =
            Samples.container(c, IntStream.range(1, 5).filter(_ -> chance.nextBoolean()).toArray());
        yield Samples.put(chance.nextBoolean() ? Samples.running(container) : container);
      }
    };
  }

  /// What the incremental path rests on.
  @ParameterizedTest
  @MethodSource("seeds")
  void owners_that_a_change_set_does_not_touch_want_the_same_before_and_after(int seed) {
    var chance = new Random(seed);
    var before = image();
    for (int i = 0; i < 30; i++) {
      var changes = new ArrayList<Change>();
      for (int n = chance.nextInt(3); n >= 0; n--) {
        changes.add(random(chance));
      }
      var after = before.after(changes);
      var touched = Touched.owners(before, after, changes);
      var was = Desired.all(before);
      var is = Desired.all(after);
      var owners = new HashSet<Owner>(was.keySet());
      owners.addAll(is.keySet());
      owners.removeAll(touched);
      for (var owner : owners) {
        assertThat(is.get(owner)).as(owner + " after " + changes).isEqualTo(was.get(owner));
      }
      before = after;
    }
  }
}
