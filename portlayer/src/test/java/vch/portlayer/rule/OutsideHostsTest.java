package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.subnet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Bridge networks on a port group of the machine.
class OutsideHostsTest {
  private static final BridgeSettings SHARED =
      new BridgeSettings(Subnet.parse("172.16.0.0/12"), 16, false, true, 1500, true);

  private final World world = new World();

  OutsideHostsTest() {
    world.portGroup("up", new PortGroupKind.Bridge("br0"));
  }

  private CreateVch command(String name, String group, BridgeSettings bridge) {
    var role = new RoleRequest(Role.BRIDGE, Optional.of(group), List.of(), List.of(), List.of());
    return World.with(world.vchCommand(name, role), bridge);
  }

  private Vch on(String group, String name) {
    var command = command(name, group, SHARED);
    return world.decide(i -> VchRules.create(i, command));
  }

  private void refuse(String message, String group, BridgeSettings bridge) {
    var command = command("late", group, bridge);
    refused(world, Refusal.Invalid.class, message, i -> VchRules.create(i, command));
  }

  private static SubnetRequest knowing(String subnet, String host) {
    return new SubnetRequest(
        Optional.of(subnet), Optional.empty(), Optional.empty(), Map.of("nas", host));
  }

  @Test
  void a_network_knows_its_auxiliary_addresses() {
    var blue = on("up", "blue");
    var plain = world.scope(blue, "plain", subnet("10.1.0.0/24"));
    var n = world.scope(blue, "n", knowing("10.2.0.0/24", "10.2.0.200"));
    assertThat(OutsideHosts.of(world.image, plain)).isEmpty();
    assertThat(OutsideHosts.of(world.image, n)).containsExactly(Ip.parse("10.2.0.200"));
    var inside = world.vch("green", SHARED);
    var same = world.scope(inside, "n", knowing("10.2.0.0/24", "10.2.0.200"));
    assertThat(OutsideHosts.of(world.image, same)).isEmpty();
    var own = world.vch("red");
    var apart = world.scope(own, "n", knowing("10.2.0.0/24", "10.2.0.200"));
    assertThat(OutsideHosts.of(world.image, apart)).isEmpty();
  }

  @Test
  void an_internal_network_knows_nobody() {
    var blue = on("up", "blue");
    var c = world.scopeCommand(blue, "back", knowing("10.2.0.0/24", "10.2.0.200"));
    var back = world.decide(i -> ScopeRules.create(i, World.internal(c)));
    assertThat(OutsideHosts.of(world.image, back)).isEmpty();
  }

  @Test
  void vchs_on_one_port_group_may_have_the_same_subnets_but_not_know_hosts_by_them() {
    var blue = on("up", "blue");
    var green = on("up", "green");
    assertThat(OutsideHosts.joined(world.image, blue.bridgeGroup()))
        .extracting(Vch::name)
        .containsExactlyInAnyOrder("blue", "green");
    assertThat(VchRules.joining(world.image, green))
        .containsExactly(
            "Bridge networks are joined with port group up: hosts there reach a network whose auxiliary address (docker network create"
                + " --aux-address) they have",
            "Port group up is joined with bridge networks of VCH blue, too: they are kept apart, whatever their subnets are");
    world.scope(blue, "n", knowing("10.2.0.0/24", "10.2.0.200"));
    world.scope(green, "other", subnet("10.2.0.0/24"));
    var c = world.scopeCommand(green, "m", knowing("10.2.1.0/24", "10.2.1.200"));
    world.decide(i -> ScopeRules.create(i, c));
    var red = on("up", "red");
    var wide = world.scopeCommand(red, "wide", knowing("10.2.0.0/20", "10.2.15.1"));
    refused(
        world,
        Refusal.Forbidden.class,
        "invalid pool request: Pool overlaps with other one on this address space: a subnet of network wide overlaps with network n"
            + " of VCH blue on the same port group up, and both know hosts there by auxiliary addresses; choose another --subnet",
        i -> ScopeRules.create(i, wide));
  }

  @Test
  void a_port_group_that_does_not_fit_is_refused_with_the_reason() {
    refuse(
        "port group up is of kind bridge and cannot be the bridge network: it is one segment, and bridge networks have one each; give"
            + " --bridge-isolation=shared, or leave --bridge-network out to get a new one",
        "up",
        BridgeSettings.DEFAULT);
    world.portGroup("routed", new PortGroupKind.Nat(List.of(Subnet.parse("10.9.0.0/24"))));
    refuse(
        "port group routed is of kind nat and cannot be the bridge network: it has a subnet and a router, the machine, of its own; name"
            + " one of kind internal or bridge, or leave --bridge-network out to get a new one",
        "routed",
        SHARED);
    world.portGroup("nic", new PortGroupKind.Nic("eth0", true));
    refuse(
        "port group nic is of kind nic and cannot be the bridge network: a NIC takes in frames for its own Ethernet addresses only; make"
            + " a Linux bridge with port eth0 and adopt it with vch portgroup create --bridge, or leave --bridge-network out to get"
            + " a new one",
        "nic",
        SHARED);
    refuse(
        "--mtu 9000 is more than a frame on port group up carries, which is 1500 bytes; give --mtu 1500 or less, or leave"
            + " --bridge-network out",
        "up",
        new BridgeSettings(Subnet.parse("172.16.0.0/12"), 16, false, true, 9000, true));
  }

  @Test
  void a_port_group_is_shared_with_other_shared_segments_only() {
    world.portGroup("lan", new PortGroupKind.Internal());
    var own = command("own", "lan", BridgeSettings.DEFAULT);
    world.decide(i -> VchRules.create(i, own));
    refuse(
        "the bridge network must not be shared with another VCH - own also uses lan",
        "lan",
        SHARED);
    on("up", "blue");
    refuse(
        "the bridge network must not be shared with another VCH - blue also uses up",
        "up",
        BridgeSettings.DEFAULT);
  }
}
