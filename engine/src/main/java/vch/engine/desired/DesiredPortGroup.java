package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;

/// A port group as objects of the machine's namespace.
final class DesiredPortGroup {
  private DesiredPortGroup() {}

  static List<MachineObject> objects(PortGroup group) {
    if (group.owner().isPresent()) {
      return List.of(); // the segments of its VCH are bridges inside the endpoint namespace
    }
    return switch (group.kind()) {
      case PortGroupKind.Internal _ -> List.of(bridge(group));
      case PortGroupKind.Nat(var subnets) -> nat(group, subnets);
      case PortGroupKind.Bridge _ -> List.of(); // adopted: NICs plug in, nothing else is ours
      case PortGroupKind.Nic(var uplink, var hostAccess) ->
          hostAccess ? HostAccess.link(group, uplink) : List.of();
    };
  }

  private static List<MachineObject> nat(PortGroup group, List<Subnet> subnets) {
    var machine = NamespaceName.MACHINE;
    var out = new ArrayList<MachineObject>();
    out.add(new Sysctl(machine, "net/ipv4/ip_forward", "1"));
    out.add(new Ruleset(machine, "inet", natTable(group), NatTable.text(group.link(), subnets)));
    out.add(bridge(group));
    for (var subnet : subnets) {
      if (subnet.family() == Family.IPV6) {
        out.add(new Sysctl(machine, "net/ipv6/conf/all/forwarding", "1"));
        out.add(DesiredVch.ipv6(machine, group.link()));
      }
      out.add(
          new Address(machine, group.link(), new Cidr(subnet.first().plus(1), subnet.length())));
    }
    return List.copyOf(out);
  }

  /// One table a port group, so that they come and go without touching each other.
  private static String natTable(PortGroup group) {
    return "portlayer_" + LinkNames.hash(group.id().value()).substring(0, 10);
  }

  private static Link bridge(PortGroup group) {
    var mac =
        Mac.local(
            Long.parseUnsignedLong(
                LinkNames.hash("group/" + group.id().value()).substring(0, 16), 16));
    return new Link(
        NamespaceName.MACHINE,
        group.link(),
        new LinkKind.Bridge(),
        Optional.empty(),
        Optional.of(mac),
        PortGroup.MTU,
        true);
  }
}
