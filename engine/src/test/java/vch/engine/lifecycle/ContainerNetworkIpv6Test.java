package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.desired.LinkNames;
import vch.engine.fake.FakeNeighbourhood;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.Part;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Phase;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// Places on a container network of both families, where hosts of the LAN may have either address.
class ContainerNetworkIpv6Test {
  private static final ScopeId BOTH = Samples.scopeId(8);
  private static final Mac STRANGER = Mac.parse("02:aa:00:00:00:01");

  private final House house = new House();

  @BeforeEach
  void network() {
    var group = Samples.lan(new PortGroupKind.Internal(), "pllan");
    var scope =
        new Scope(
            BOTH,
            Samples.BLUE,
            "both",
            new ScopeKind.External(
                Samples.LAN,
                TrustLevel.PUBLISHED,
                List.of(
                    Range.parse("10.2.0.10-10.2.0.12"),
                    Range.parse("2001:db8:2::10-2001:db8:2::12")),
                List.of(),
                false),
            List.of(subnet("10.2.0.0/16", "10.2.0.1"), subnet("2001:db8:2::/64", "2001:db8:2::1")),
            1500,
            true,
            false,
            true,
            false,
            Map.of(),
            Map.of(),
            Samples.NOON,
            Optional.empty());
    house.engine.decide(
        _ -> Decision.of("", new Change.PortGroupPut(group), new Change.ScopePut(scope)));
    house.time.settle();
  }

  private static SubnetConfig subnet(String block, String gateway) {
    return new SubnetConfig(
        Subnet.parse(block), Ip.parse(gateway), Optional.empty(), Map.of(), true, true);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private void taken(String address) {
    house.machine.neighbourhood().addForeign("pllan", Ip.parse(address), STRANGER);
  }

  private Endpoint place(ContainerId id) {
    return house.of(id).on(BOTH).orElseThrow();
  }

  private String ip(ContainerId id, Family family) {
    return place(id).address(family).orElseThrow().address().toString();
  }

  /// Addresses on the container's link, and those that its port may send from.
  private List<String> used(ContainerId id) {
    var ns = LinkNames.container(house.of(id));
    return house.machine.observe(List.of()).stream()
        .flatMap(
            o ->
                switch (o) {
                  case MachineObject.Address a when a.namespace().equals(ns) ->
                      java.util.stream.Stream.of(a.cidr().address().toString());
                  case MachineObject.Element e
                      when e.family().equals("bridge") && e.set().startsWith("members") ->
                      e.parts().stream()
                          .filter(Part.Address.class::isInstance)
                          .map(p -> "may send " + ((Part.Address) p).value());
                  default -> java.util.stream.Stream.of();
                })
        .filter(text -> text.contains("10.2.") || text.contains("2001:"))
        .sorted()
        .toList();
  }

  @Test
  void both_addresses_are_probed_before_they_are_used_and_announced_after() {
    var id = house.run(1, w -> w.on("both"));
    assertThat(house.machine.neighbourhood().probes())
        .extracting(FakeNeighbourhood.Said::address)
        .containsExactlyInAnyOrder(Ip.parse("10.2.0.10"), Ip.parse("2001:db8:2::10"));
    assertThat(house.machine.neighbourhood().announcements())
        .extracting(FakeNeighbourhood.Said::address)
        .containsExactlyInAnyOrder(Ip.parse("10.2.0.10"), Ip.parse("2001:db8:2::10"));
    assertThat(used(id))
        .containsExactly(
            "10.2.0.10", "2001:db8:2::10", "may send 10.2.0.10", "may send 2001:db8:2::10");
  }

  @Test
  void an_address_of_another_host_is_passed_over_and_never_claimed() {
    taken("2001:db8:2::10");
    taken("2001:db8:2::11");
    var id = house.run(1, w -> w.on("both"));
    assertThat(ip(id, Family.IPV4)).isEqualTo("10.2.0.10");
    assertThat(ip(id, Family.IPV6)).isEqualTo("2001:db8:2::12");
    assertThat(used(id))
        .containsExactly(
            "10.2.0.10", "2001:db8:2::12", "may send 10.2.0.10", "may send 2001:db8:2::12");
    assertThat(house.machine.neighbourhood().probes())
        .filteredOn(s -> s.address().isIpv4())
        .as("what is known to be free is not probed again")
        .hasSize(1);
  }

  @Test
  void where_the_container_has_no_ipv6_neither_is_its_address_probed_nor_used() {
    taken("2001:db8:2::10");
    var id = house.run(1, w -> w.on("both").sysctl("net.ipv6.conf.all.disable_ipv6", "1"));
    assertThat(used(id)).contains("10.2.0.10").noneMatch(text -> text.startsWith("2001:"));
    assertThat(house.machine.neighbourhood().probes()).hasSize(1);
  }

  @Test
  void conflicts_of_both_families_are_met_at_once() {
    taken("10.2.0.10");
    taken("2001:db8:2::10");
    var id = house.run(1, w -> w.on("both"));
    assertThat(ip(id, Family.IPV4)).isEqualTo("10.2.0.11");
    assertThat(ip(id, Family.IPV6)).isEqualTo("2001:db8:2::11");
  }

  @Test
  void an_address_that_was_asked_for_and_is_taken_names_the_other() {
    taken("2001:db8:2::12");
    var id = house.create(1);
    house.lives.attachments().connect(id, House.request(91, "both", "2001:db8:2::12"));
    assertThatThrownBy(() -> house.lives.start(id))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessage(
            "address 2001:db8:2::12 of network both is in use by another host with MAC address 02:aa:00:00:00:01: choose"
                + " another address, or take that host off the network");
    assertThat(house.phase(id)).isNotEqualTo(Phase.RUNNING);
    assertThat(used(id)).isEmpty();
  }

  @Test
  void a_host_that_takes_either_address_later_is_answered_and_remembered_by_address() {
    var id = house.run(1, w -> w.on("both"));
    int before = house.machine.neighbourhood().announcements().size();
    house.machine.neighbourhood().hear("pllan", STRANGER, Ip.parse("2001:db8:2::10"));
    house.time.settle();
    var place = place(id).id();
    assertThat(house.lives.conflict(place, Ip.parse("2001:db8:2::10")))
        .hasValueSatisfying(c -> assertThat(c.other()).isEqualTo(STRANGER));
    assertThat(house.lives.conflict(place, Ip.parse("10.2.0.10"))).isEmpty();
    var announced = house.machine.neighbourhood().announcements();
    assertThat(announced).hasSize(before + 1);
    assertThat(announced.getLast().address()).isEqualTo(Ip.parse("2001:db8:2::10"));
    house.machine.neighbourhood().hear("pllan", STRANGER, Ip.parse("2001:db8:2::10"));
    house.time.settle();
    assertThat(house.machine.neighbourhood().announcements()).hasSize(before + 1);
  }
}
