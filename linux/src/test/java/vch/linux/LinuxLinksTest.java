package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.engine.plan.Planner;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;

/// Links of every kind, and what lies on them.
final class LinuxLinksTest extends SegmentInLab {
  @Test
  void a_segment_learns_nothing_from_frames_that_no_filter_sees() throws Exception {
    reach(segment());
    assertThat(command(ENDPOINT, "ip", "-d", "link", "show", "dev", BRIDGE.name()))
        .contains("no_linklocal_learn 1");
  }

  private static Link macvlan(int mtu) {
    return new Link(
        ENDPOINT,
        "public",
        new LinkKind.Macvlan("uplink"),
        Optional.empty(),
        Optional.of(new Mac(0x0242ac110003L)),
        mtu,
        true);
  }

  @Test
  void a_macvlan_hangs_on_a_link_of_the_machine() throws Exception {
    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "bridge");
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "up");
    reach(List.of(new Namespace(ENDPOINT), macvlan(1400)));
    reach(List.of(new Namespace(ENDPOINT), macvlan(1500)));
    assertThat(
            error(
                    new Step.Add(
                        new Link(
                            ENDPOINT,
                            "other",
                            new LinkKind.Macvlan("eth7"),
                            Optional.empty(),
                            Optional.empty(),
                            1500,
                            true)))
                .orElseThrow())
        .contains("there is no link eth7 on the machine");
  }

  /// What is there goes on working, and nothing could be made in its place.
  @Test
  void a_nic_that_is_renamed_is_still_the_nic_until_another_has_its_name() throws Exception {
    uplink();
    var all = List.<MachineObject>of(new Namespace(ENDPOINT), ACCESS, macvlan(1500));
    reach(all);
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "down");
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "name", "moved");
    assertThat(Planner.plan(all, machine().observe(all)).isEmpty()).isTrue();
    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "bridge");
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "up");
    assertThat(
            Planner.plan(all, machine().observe(all))
                .steps()
                .filter(step -> step instanceof Step.Add)
                .map(step -> step.object() instanceof Link link ? link.name() : ""))
        .contains("public", ACCESS.name());
    reach(all);
    assertThat(command(NamespaceName.MACHINE, "ip", "-d", "link", "show", "dev", ACCESS.name()))
        .contains("@uplink");
  }

  private void nic() throws Exception {
    uplink();
    command(NamespaceName.MACHINE, "ip", "addr", "add", "198.51.100.7/24", "dev", "uplink");
  }

  @Test
  void the_machine_speaks_on_its_nic_under_the_addresses_of_the_nic() throws Exception {
    nic();
    reach(List.of(ACCESS));
    assertThat(command(NamespaceName.MACHINE, "ip", "-br", "-4", "addr", "show", "ph0000000001"))
        .contains("198.51.100.7/32");
    command(NamespaceName.MACHINE, "ip", "addr", "del", "198.51.100.7/24", "dev", "uplink");
    command(NamespaceName.MACHINE, "ip", "addr", "add", "198.51.100.8/24", "dev", "uplink");
    assertThat(machine().observe(List.of(ACCESS)))
        .anyMatch(
            o -> o instanceof Link l && l.kind().equals(new LinkKind.HostAccess("uplink", false)));
    reach(List.of(ACCESS));
    assertThat(command(NamespaceName.MACHINE, "ip", "-br", "-4", "addr", "show", "ph0000000001"))
        .contains("198.51.100.8/32")
        .doesNotContain("198.51.100.7");
  }

  @Test
  void it_asks_under_the_address_of_the_subnet() throws Exception {
    nic();
    command(NamespaceName.MACHINE, "ip", "addr", "add", "203.0.113.7/24", "dev", "uplink");
    reach(List.of(ACCESS, host("198.51.100.20"), host("203.0.113.20"), host("192.0.2.20")));
    assertThat(command(NamespaceName.MACHINE, "ip", "route", "show", "dev", "ph0000000001"))
        .contains("198.51.100.20 proto 154 scope link src 198.51.100.7")
        .contains("203.0.113.20 proto 154 scope link src 203.0.113.7")
        .contains("192.0.2.20 proto 154 scope link")
        .doesNotContain("192.0.2.20 proto 154 scope link src");
  }

  @Test
  void it_asks_under_an_address_that_the_nic_gets_later() throws Exception {
    nic();
    var all = List.<MachineObject>of(ACCESS, host("203.0.113.20"));
    reach(all);
    command(NamespaceName.MACHINE, "ip", "addr", "add", "203.0.113.7/24", "dev", "uplink");
    reach(all);
    assertThat(command(NamespaceName.MACHINE, "ip", "route", "show", "dev", "ph0000000001"))
        .contains("203.0.113.20 proto 154 scope link src 203.0.113.7");
  }

  private static Route host(String address) {
    return new Route(
        NamespaceName.MACHINE, Subnet.parse(address + "/32"), Optional.empty(), "ph0000000001");
  }

  @Test
  void a_pair_may_lead_into_the_machine() {
    var group =
        new Link(
            NamespaceName.MACHINE,
            "pl1ab0000001",
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.empty(),
            1500,
            true);
    var nic =
        new Link(
            NamespaceName.MACHINE,
            "pn1ab0000001",
            new LinkKind.Veth(ENDPOINT, "public", MAC),
            Optional.of(group.name()),
            Optional.of(Mac.parse("fe:00:00:00:00:01")),
            1500,
            true);
    var all =
        List.<MachineObject>of(
            new Namespace(ENDPOINT),
            group,
            nic,
            new Address(NamespaceName.MACHINE, group.name(), Cidr.parse("192.168.218.1/24")),
            new Address(ENDPOINT, "public", Cidr.parse("192.168.218.2/24")),
            new Sysctl(NamespaceName.MACHINE, "net/ipv4/ip_forward", "1"),
            new Ruleset(NamespaceName.MACHINE, "ip", "portlayer_x", "chain c { accept; }"));
    reach(all);
    assertThat(machine().routes(NamespaceName.MACHINE)).isEmpty();
  }

  @Test
  void a_port_on_an_adopted_bridge_leaves_its_mtu_alone() throws Exception {
    var here = NamespaceName.MACHINE;
    command(here, "ip", "link", "add", "name", "adopted", "type", "bridge");
    command(here, "ip", "link", "add", "nic0", "mtu", "9000", "type", "veth", "peer", "nic1");
    command(here, "ip", "link", "set", "nic0", "master", "adopted");
    reach(List.of(new Namespace(ENDPOINT), port()));
    assertThat(command(here, "ip", "link", "show", "adopted")).contains("mtu 9000");
    assertThat(command(ENDPOINT, "ip", "link", "show", "public")).contains("mtu 1500");
    reach(List.of());
    assertThat(command(here, "ip", "link", "show", "adopted")).contains("mtu 9000");
  }

  private static Link port() {
    return new Link(
        NamespaceName.MACHINE,
        "pn1ab0000002",
        new LinkKind.Veth(ENDPOINT, "public", MAC),
        Optional.of("adopted"),
        Optional.of(Mac.parse("fe:00:00:00:00:02")),
        1500,
        true);
  }

  @Test
  void addresses_of_both_families_come_and_go() {
    var six = new Address(CONTAINER, "eth0", Cidr.parse("fd00:1::2/64"));
    var second = new Address(CONTAINER, "eth0", Cidr.parse("172.17.0.3/16"));
    var by6 =
        new Route(CONTAINER, Subnet.parse("::/0"), Optional.of(Ip.parse("fd00:1::1")), "eth0");
    var connected6 = new Route(CONTAINER, Subnet.parse("fd00:2::/64"), Optional.empty(), "eth0");
    reach(with(segment(), six, second, by6, connected6));
    // taking the first address of a subnet away leaves the second
    var less = new ArrayList<>(with(segment(), second));
    less.remove(ADDRESS);
    reach(less);
    reach(segment());
  }

  @Test
  void a_taken_name_at_the_far_end_is_told() throws Exception {
    reach(List.of(new Namespace(ENDPOINT), new Namespace(CONTAINER), BRIDGE));
    command(CONTAINER, "ip", "link", "add", "eth0", "type", "bridge");
    assertThat(error(new Step.Add(VETH)).orElseThrow())
        .isEqualTo(
            "add link v1ab00000x1 in e-1ab000000001: link eth0 in c-1ab000000002-1 is there already");
  }
}
