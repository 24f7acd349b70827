package vch.engine.desired;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// The endpoint namespace of a VCH: settings, rules, NICs with their addresses, the way out.
final class DesiredVch {
  /// Settings of every endpoint namespace, before anything else is in it.
  private static final String[][] SETTINGS = {
    // It is a router between its NICs and its segments.
    {"net/ipv4/ip_forward", "1"},
    // Frames between containers of one segment stay bridged: they are filtered by `table bridge`
    // alone. With 1 (the
    // default wherever br_netfilter is loaded) they would pass the inet chains too, and a container
    // could not reach
    // its own publication.
    {"net/bridge/bridge-nf-call-iptables", "0"},
    {"net/bridge/bridge-nf-call-ip6tables", "0"},
    {"net/bridge/bridge-nf-call-arptables", "0"},
    {"net/ipv6/conf/all/forwarding", "1"},
    // Links have no IPv6, not even a link-local address, unless they are given an address.
    {"net/ipv6/conf/all/disable_ipv6", "1"},
    {"net/ipv6/conf/default/disable_ipv6", "1"},
    // Addresses and routers are what we say; nobody else has them, so there is nothing to detect.
    {"net/ipv6/conf/default/accept_dad", "0"},
    {"net/ipv6/conf/default/accept_ra", "0"},
    // Forged source addresses are the filter's matter: members on segments, reverse path on NICs.
    // The kernel's own check
    // would drop replies of containers on several scopes, and it is inherited from the machine.
    {"net/ipv4/conf/all/rp_filter", "0"},
    {"net/ipv4/conf/default/rp_filter", "0"},
    // An address is told only on the link that has it: roles and scopes do not answer for each
    // other.
    {"net/ipv4/conf/all/arp_ignore", "1"},
    {"net/ipv4/conf/all/arp_announce", "2"},
    // What would undo that is inherited from the machine where somebody has set it there.
    {"net/ipv4/conf/all/proxy_arp", "0"},
    {"net/ipv4/conf/default/proxy_arp", "0"},
    {"net/ipv4/conf/all/route_localnet", "0"},
    {"net/ipv4/conf/default/route_localnet", "0"},
    {"net/ipv4/conf/all/accept_source_route", "0"},
    // Hairpin leaves by the link it came by; telling containers a shorter way would be wrong.
    {"net/ipv4/conf/all/send_redirects", "0"},
    {"net/ipv4/conf/default/send_redirects", "0"},
    {"net/ipv4/conf/all/accept_redirects", "0"},
    // Connections waiting to be accepted by the listeners of the daemon.
    {"net/core/somaxconn", "4096"},
  };

  private DesiredVch() {}

  static List<MachineObject> objects(Image image, Vch vch) {
    var ns = LinkNames.endpoint(vch.id());
    var out = new ArrayList<MachineObject>();
    out.add(new Namespace(ns));
    for (var setting : SETTINGS) {
      out.add(new Sysctl(ns, setting[0], setting[1]));
    }
    out.add(
        new Ruleset(ns, "inet", EndpointTable.NAME, EndpointTable.text(vch, machine(image, vch))));
    boolean shared = vch.bridge().shared();
    var joined = OutsideHosts.segment(image, vch);
    var frames = shared ? SharedBridgeTable.text(joined.isPresent()) : BridgeTable.text();
    out.add(new Ruleset(ns, "bridge", EndpointTable.NAME, frames));
    out.add(loopback(ns));
    if (shared) {
      segment(out, ns, vch);
    }
    joined.ifPresent(group -> join(out, ns, vch, group));
    for (var nic : vch.nics()) {
      image.portGroup(nic.portGroup()).ifPresent(group -> plug(out, ns, vch, nic, group));
    }
    return List.copyOf(out);
  }

  /// The one of all bridge scopes.
  private static void segment(List<MachineObject> out, NamespaceName ns, Vch vch) {
    var name = LinkNames.shared(vch.id());
    var part = List.<Part>of(new Part.Name(name));
    out.add(new Element(ns, "inet", EndpointTable.NAME, "bridges", part, List.of()));
    out.add(
        new Link(
            ns,
            name,
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.of(LinkNames.sharedMac(vch.id())),
            vch.bridge().mtu(),
            true));
    out.add(ipv6(ns, name));
  }

  /// The segment's port on the port group. All that hold frames back is inside, on the other side
  /// of it.
  private static void join(List<MachineObject> out, NamespaceName ns, Vch vch, PortGroup group) {
    for (var mac : List.of(LinkNames.sharedMac(vch.id()), LinkNames.bridgeNicMac(vch.id()))) {
      out.add(ours(ns, mac));
    }
    out.add(
        new Link(
            NamespaceName.MACHINE,
            LinkNames.bridgeNicPort(vch.id()),
            new LinkKind.Veth(
                ns,
                LinkNames.BRIDGE_NIC,
                LinkNames.bridgeNicMac(vch.id()),
                Optional.of(LinkNames.shared(vch.id()))),
            Optional.of(group.link()),
            Optional.of(LinkNames.bridgeNicPortMac(vch.id())),
            PortGroup.MTU,
            true));
  }

  /// An Ethernet address that nobody outside may send under.
  static Element ours(NamespaceName ns, Mac mac) {
    return new Element(
        ns, "bridge", EndpointTable.NAME, "ours", List.of(new Part.Hardware(mac)), List.of());
  }

  /// Where the machine itself asks from when it asks the public role.
  private static List<Ip> machine(Image image, Vch vch) {
    var group = vch.nic(Role.PUBLIC).flatMap(nic -> image.portGroup(nic.portGroup()));
    return group.isPresent() && group.get().kind() instanceof PortGroupKind.Nat nat
        ? Arrays.stream(Family.values())
            .flatMap(f -> nat.machine(f).stream())
            .map(Cidr::address)
            .toList()
        : List.of();
  }

  private static void plug(
      List<MachineObject> out, NamespaceName ns, Vch vch, Nic nic, PortGroup group) {
    switch (group.kind()) {
      case PortGroupKind.Internal _, PortGroupKind.Nat _, PortGroupKind.Bridge _ ->
          out.add(
              new Link(
                  NamespaceName.MACHINE,
                  LinkNames.nicPort(vch, nic),
                  new LinkKind.Veth(ns, nic.name(), nic.mac()),
                  Optional.of(group.link()),
                  Optional.of(LinkNames.nicPortMac(vch, nic)),
                  PortGroup.MTU,
                  true));
      case PortGroupKind.Nic(var uplink, _) ->
          out.add(
              new Link(
                  ns,
                  nic.name(),
                  new LinkKind.Macvlan(uplink),
                  Optional.empty(),
                  Optional.of(nic.mac()),
                  PortGroup.MTU,
                  true));
    }
    for (var address : nic.addresses()) {
      out.addAll(HostAccess.to(group, address.address()));
      out.add(new Address(ns, nic.name(), address));
    }
    if (nic.has(Family.IPV6)) {
      out.add(ipv6(ns, nic.name()));
    }
    if (nic.roles().contains(Role.PUBLIC)) {
      for (var address : nic.addresses()) {
        var set = EndpointTable.set("public", address.address().family());
        var part = List.<Part>of(new Part.Address(address.address()));
        out.add(new Element(ns, "inet", EndpointTable.NAME, set, part, List.of()));
      }
      nic.gateways().forEach(via -> out.add(defaultRoute(ns, via, nic.name())));
    }
  }

  static Route defaultRoute(NamespaceName ns, Ip via, String link) {
    var any = new Ip(via.family(), 0, 0);
    return new Route(ns, new Subnet(any, 0), Optional.of(via), link);
  }

  /// `lo`, up. Its MTU is the kernel's own (LOOPBACK_MTU: 64 KiB).
  static Link loopback(NamespaceName ns) {
    return new Link(
        ns, "lo", new LinkKind.Loopback(), Optional.empty(), Optional.empty(), 65536, true);
  }

  /// The link may have IPv6 addresses. In our namespaces links are made without.
  static Sysctl ipv6(NamespaceName ns, String link) {
    return new Sysctl(ns, "net/ipv6/conf/" + link + "/disable_ipv6", "0");
  }
}
