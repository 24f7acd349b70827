package vch.engine.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.rule.SharedNic;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Image;

/// A scope as objects of its VCH's endpoint namespace.
final class DesiredScope {
  private DesiredScope() {}

  static List<MachineObject> objects(Image image, Scope scope) {
    if (image.vch(scope.vch()).isEmpty()) {
      return List.of();
    }
    return switch (scope.kind()) {
      case ScopeKind.Bridge bridge ->
          SharedNic.serves(image, scope) ? onShared(image, scope, bridge) : segment(scope, bridge);
      case ScopeKind.External external -> // the segment is the port group's
          image
              .portGroup(external.portGroup())
              .map(group -> guards(scope, external, group))
              .orElse(List.of());
      case ScopeKind.Configuration _, ScopeKind.None _ -> List.of();
    };
  }

  private static List<MachineObject> guards(Scope scope, ScopeKind.External kind, PortGroup group) {
    if (SegmentGuard.guards(group, kind)) {
      return List.of(SegmentGuard.rules(scope, kind));
    }
    return NicGuard.guards(group, kind)
        ? NicGuard.hearing(scope, kind, group).<List<MachineObject>>map(List::of).orElse(List.of())
        : List.of();
  }

  private static List<MachineObject> segment(Scope scope, ScopeKind.Bridge kind) {
    var ns = LinkNames.endpoint(scope.vch());
    var name = LinkNames.segment(scope);
    var out = new ArrayList<MachineObject>();
    out.add(in(ns, "bridges", name));
    if (!kind.internal()) {
      for (var config : scope.subnets()) {
        out.add(in(ns, way(kind, config), name));
      }
      out.add(in(ns, "hairpin", name, name));
    }
    out.add(
        new Link(
            ns,
            name,
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.of(LinkNames.segmentMac(scope)),
            scope.mtu(),
            true));
    for (var config : scope.subnets()) {
      entry(ns, kind, config).ifPresent(out::add);
      if (scope.isGateway(config.gateway())) {
        out.add(gateway(ns, name, config));
        if (config.subnet().family() == Family.IPV6) {
          out.add(DesiredVch.ipv6(ns, name));
        }
      }
    }
    return List.copyOf(out);
  }

  private static Address gateway(NamespaceName ns, String link, SubnetConfig config) {
    return new Address(ns, link, new Cidr(config.gateway(), config.subnet().length()));
  }

  /// Under which addresses the scope leaves.
  private static String way(ScopeKind.Bridge kind, SubnetConfig config) {
    var family = config.subnet().family();
    return EndpointTable.set(kind.masquerades(family) ? "out" : "routed", family);
  }

  /// What the rules know of the gateway mode.
  private static Optional<Element> entry(
      NamespaceName ns, ScopeKind.Bridge kind, SubnetConfig config) {
    var family = config.subnet().family();
    var set =
        switch (kind.gateways().of(family)) {
          case NAT -> "";
          case NAT_UNPROTECTED -> kind.internal() ? "" : "unprotected";
          case ROUTED -> kind.internal() ? "" : "entered";
          case ISOLATED -> "isolated";
        };
    return set.isEmpty()
        ? Optional.empty()
        : Optional.of(within(ns, "inet", EndpointTable.set(set, family), Part.of(config.subnet())));
  }

  /// Told from other scopes of the segment by its subnet.
  private static List<MachineObject> onShared(Image image, Scope scope, ScopeKind.Bridge kind) {
    var ns = LinkNames.endpoint(scope.vch());
    var out = new ArrayList<MachineObject>();
    for (var config : scope.subnets()) {
      var subnet = Part.of(config.subnet());
      var family = config.subnet().family();
      out.add(within(ns, "inet", EndpointTable.set("scopes", family), subnet, subnet));
      if (!kind.internal()) {
        out.add(within(ns, "inet", way(kind, config), subnet));
      }
      entry(ns, kind, config).ifPresent(out::add);
      if (!kind.interContainer()) {
        out.add(within(ns, "bridge", EndpointTable.set("noicc", family), subnet));
      }
      if (scope.isGateway(config.gateway())) {
        out.add(gateway(ns, LinkNames.shared(scope.vch()), config));
      }
    }
    for (var host : OutsideHosts.of(image, scope)) {
      scope.subnet(host.family()).ifPresent(s -> outside(out, ns, host, Part.of(s.subnet())));
    }
    return List.copyOf(out);
  }

  /// A host on the port group: it is let in to the scope, and hears what the scope has for it.
  private static void outside(List<MachineObject> out, NamespaceName ns, Ip host, Part subnet) {
    var address = new Part.Address(host);
    var port = new Part.Name(LinkNames.BRIDGE_NIC);
    out.add(within(ns, "bridge", EndpointTable.set("outsiders", host.family()), address, subnet));
    out.add(
        within(ns, "bridge", EndpointTable.set("places", host.family()), port, subnet, address));
    if (!host.isIpv4()) {
      out.add(within(ns, "bridge", "known6", address, address));
    }
  }

  private static Element within(NamespaceName ns, String family, String set, Part... parts) {
    return new Element(ns, family, EndpointTable.NAME, set, List.of(parts), List.of());
  }

  private static Element in(NamespaceName ns, String set, String... links) {
    var parts = new ArrayList<Part>();
    for (var link : links) {
      parts.add(new Part.Name(link));
    }
    return new Element(ns, "inet", EndpointTable.NAME, set, parts, List.of());
  }
}
