package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Image;

class PortGroupRulesTest {
  private final World world = new World();

  private void refuse(
      Class<? extends Refusal> kind,
      String text,
      String name,
      PortGroupKind group,
      String... routes) {
    refused(
        world,
        kind,
        text,
        i ->
            PortGroupRules.create(
                i,
                new CreatePortGroup(
                    new PortGroupId("x"),
                    name,
                    group,
                    "plx",
                    List.of("br0", "br1", "pllan"),
                    List.of("eth0", "eth1"),
                    List.of(routes).stream().map(Subnet::parse).toList(),
                    World.AT)));
  }

  private static PortGroupKind nat(String... subnets) {
    return new PortGroupKind.Nat(Stream.of(subnets).map(Subnet::parse).toList());
  }

  @Test
  void a_subnet_of_each_family() {
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" cannot have subnet fd02::/64: an IPv4 subnet of /30 or larger is needed",
        "n",
        nat("fd02::/64"));
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" cannot have subnet fd02::/127: an IPv6 subnet of /126 or larger is needed",
        "n",
        nat("10.2.0.0/24", "fd02::/127"));
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" cannot have two IPv6 subnets: one of each family is the most",
        "n",
        nat("fd02::/64", "10.2.0.0/24", "fd03::/64"));
    world.portGroup("both", nat("10.2.0.0/24", "fd02::/64"));
    refuse(
        Refusal.Conflict.class,
        "subnet fd02::/48 of port group \"n\" overlaps with port group \"both\" subnet fd02::/64",
        "n",
        nat("10.3.0.0/24", "fd02::/48"));
  }

  @Test
  void create_refuses() {
    world.portGroup("lan", nat("10.1.0.0/24"));
    world.portGroup("up", new PortGroupKind.Bridge("br0"));
    refuse(
        Refusal.Conflict.class,
        "port group \"lan\" already exists",
        "lan",
        new PortGroupKind.Internal());
    refuse(
        Refusal.Invalid.class,
        "invalid port group name \"a/b\": 1 to 80 characters without '/', ':' and control characters are needed",
        "a/b",
        new PortGroupKind.Internal());
    refuse(
        Refusal.Conflict.class,
        "subnet 10.0.0.0/8 of port group \"n\" overlaps with port group \"lan\" subnet 10.1.0.0/24",
        "n",
        nat("10.0.0.0/8"));
    refuse(
        Refusal.Conflict.class,
        "subnet 10.2.0.0/24 of port group \"n\" overlaps with route 10.2.0.0/16 of the machine",
        "n",
        nat("10.2.0.0/24"),
        "0.0.0.0/0",
        "10.2.0.0/16");
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" cannot have subnet 10.2.0.0/31: an IPv4 subnet of /30 or larger is needed",
        "n",
        nat("10.2.0.0/31"));
    refuse(
        Refusal.Conflict.class,
        "bridge br0 is port group \"up\" already; use that one",
        "n",
        new PortGroupKind.Bridge("br0"));
    refuse(
        Refusal.NotFound.class,
        "port group \"n\" cannot adopt br7: the machine has no Linux bridge of that name; it has br0, br1, pllan",
        "n",
        new PortGroupKind.Bridge("br7"));
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" of kind bridge needs the name of a Linux bridge",
        "n",
        new PortGroupKind.Bridge(""));
    refuse(
        Refusal.Conflict.class,
        "bridge pllan is port group \"lan\" already; use that one",
        "n",
        new PortGroupKind.Bridge("pllan"));
  }

  @Test
  void a_nic_serves_one_port_group() {
    world.portGroup("lan", new PortGroupKind.Nic("eth0", true));
    assertThat(world.image.portGroupNamed("lan").orElseThrow().link()).isEqualTo("eth0");
    refuse(
        Refusal.Conflict.class,
        "NIC eth0 is port group \"lan\" already; use that one",
        "n",
        new PortGroupKind.Nic("eth0", false));
    refuse(
        Refusal.NotFound.class,
        "port group \"n\" cannot be on eth7: the machine has no NIC of that name that is neither a port of a bridge nor the daemon's own;"
            + " it has eth0, eth1",
        "n",
        new PortGroupKind.Nic("eth7", true));
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" cannot have bridge br0 for a NIC: adopt it with --bridge br0",
        "n",
        new PortGroupKind.Nic("br0", true));
    refuse(
        Refusal.Invalid.class,
        "port group \"n\" of kind nic needs the name of a NIC",
        "n",
        new PortGroupKind.Nic("", true));
  }

  @Test
  void remove_refuses_what_is_in_use() {
    refused(
        world,
        Refusal.NotFound.class,
        "port group \"lan\" not found",
        i -> PortGroupRules.remove(i, "lan"));
    world.vch("blue");
    refused(
        world,
        Refusal.Conflict.class,
        "port group \"VM Network\" is in use: it serves role public of VCH \"blue\", client of VCH \"blue\", management of VCH \"blue\";"
            + " delete the VCH first",
        i -> PortGroupRules.remove(i, "VM Network"));
    refused(
        world,
        Refusal.Forbidden.class,
        "port group \"blue\" belongs to VCH \"blue\" and goes with it",
        i -> PortGroupRules.remove(i, "blue"));
    refused(
        world,
        Refusal.NotFound.class,
        "port group \"lan\" not found; there are: \"VM Network\"",
        i -> PortGroupRules.remove(i, "lan"));
    world.portGroup("lan", new PortGroupKind.Internal());
    world.decide(i -> PortGroupRules.remove(i, "lan"));
    assertThat(world.image.portGroupNamed("lan")).isEmpty();
  }

  @Test
  void an_id_means_its_port_group() {
    world.portGroup("lan", new PortGroupKind.Internal());
    var lan = PortGroupRules.find(world.image, "lan");
    assertThat(PortGroupRules.find(world.image, lan.id().value())).isEqualTo(lan);
    world.decide(i -> PortGroupRules.remove(i, lan.id().value()));
    assertThat(world.image.portGroupNamed("lan")).isEmpty();
  }

  @Test
  void the_vm_network_takes_the_next_free_block() {
    assertThat(PortGroupRules.vmNetworkSubnet(Image.EMPTY, List.of()))
        .hasToString("192.168.218.0/24");
    var some = List.of(Subnet.parse("192.168.218.7/32"), Subnet.parse("192.168.219.0/24"));
    assertThat(PortGroupRules.vmNetworkSubnet(Image.EMPTY, some)).hasToString("192.168.220.0/24");
    var upper =
        IntStream.range(218, 256).mapToObj(n -> Subnet.parse("192.168." + n + ".0/24")).toList();
    assertThat(PortGroupRules.vmNetworkSubnet(Image.EMPTY, upper)).hasToString("192.168.0.0/24");
    assertThat(PortGroupRules.vmNetworkSubnet(Image.EMPTY, List.of(Subnet.parse("192.168.0.0/16"))))
        .hasToString("10.218.0.0/24");
    refused(
        world,
        Refusal.Failed.class,
        "no subnet is free for port group \"VM Network\": 192.168.0.0/16 and 10.218.0.0/16 overlap routes of the machine; make a port group"
            + " with --nat --subnet and name it with --public-network",
        i ->
            vch.portlayer.state.Decision.of(
                PortGroupRules.vmNetworkSubnet(
                    i, List.of(Subnet.parse("192.168.0.0/16"), Subnet.parse("10.0.0.0/8")))));
  }
}
