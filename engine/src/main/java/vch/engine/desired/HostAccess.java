package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;

/// How the machine itself reaches what is on one of its NICs: a NIC hears nothing of its own
/// macvlans, so the machine gets one too, and a route to each address. The NIC keeps its addresses.
final class HostAccess {
  private HostAccess() {}

  static boolean has(PortGroup group) {
    return group.kind() instanceof PortGroupKind.Nic(_, var access) && access;
  }

  static List<MachineObject> link(PortGroup group, String uplink) {
    var mac =
        Mac.local(
            Long.parseUnsignedLong(
                LinkNames.hash("access/" + group.id().value()).substring(0, 16), 16));
    return List.of(
        new Ruleset(NamespaceName.MACHINE, "arp", table(group), text(group)),
        new Link(
            NamespaceName.MACHINE,
            name(group),
            new LinkKind.HostAccess(uplink, true),
            Optional.empty(),
            Optional.of(mac),
            PortGroup.MTU,
            true));
  }

  private static String name(PortGroup group) {
    return "ph" + LinkNames.hash("access/" + group.id().value()).substring(0, 10);
  }

  private static String table(PortGroup group) {
    return "portlayer_" + LinkNames.hash("access/" + group.id().value()).substring(0, 10);
  }

  private static String text(PortGroup group) {
    return """
      # Addresses that the machine reaches by its macvlan.
      set members {
        type ipv4_addr
      }

      # The machine's addresses are told here to these only; others hear of them from the NIC.
      chain input {
        type filter hook input priority filter; policy accept;
        iifname "%s" arp saddr ip != @members drop
      }
      """
        .formatted(name(group));
  }

  /// What leads to an address on the NIC. IPv4 only.
  static List<MachineObject> to(PortGroup group, Ip address) {
    if (!has(group) || !address.isIpv4()) {
      return List.of();
    }
    var out = new ArrayList<MachineObject>();
    out.add(
        new Element(
            NamespaceName.MACHINE,
            "arp",
            table(group),
            "members",
            List.of(new Part.Address(address)),
            List.of()));
    out.add(
        new Route(
            NamespaceName.MACHINE,
            new Subnet(address, address.family().bits()),
            Optional.empty(),
            name(group)));
    return out;
  }
}
